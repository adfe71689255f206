"""What a clerk makes of a recorded row: which article, how it is keyed or scanned. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.events.sale import LineSold, TicketLine
from pos_terminal.domain.money import Cents
from pos_terminal.domain.quantity import ONE, Price, Unit
from pos_terminal.replay.tickets import TicketRow

NOT_IN_JOURNAL = "the ticket was sold without this row"


@dataclass(frozen=True, slots=True)
class ForcedChoice:
    """A forced choice that no row makes: its group, the digit to press, the PLU that it sells."""

    group: str
    digit: int
    plu: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One row as it is to be sold. `override` is the price to key, None for the catalogue's.

    `price` is what the line is then sold at; `code` is the barcode to scan, empty where the PLU
    is typed; `weighed` says that the scale gives the quantity. An option `follows` its article, or
    is chosen by its `digit`. Behind the row the till `asks` for this group, if for any, and the
    clerk gives these `answers`.
    """

    row: TicketRow
    item: Item
    price: Price
    override: int | None
    code: str
    weighed: bool
    follows: bool = False
    digit: int = 0
    asks: str = ""
    answers: tuple[ForcedChoice, ...] = ()

    @property
    def gross(self) -> Cents:
        """What the line comes to, in cents."""
        return self.price.gross(self.row.quantity)

    def is_sold_as(self, line: LineSold | TicketLine) -> bool:
        """Whether this journaled line is this row."""
        return (line.plu, line.quantity, line.price, line.per, line.gross) == (
            self.item.plu,
            self.row.quantity,
            self.price.cents,
            self.price.per,
            self.gross,
        )


class Planner:
    """Plans rows by one catalogue. `capacity` is what the scale carries, in grams."""

    def __init__(self, catalog: Catalog, capacity: int) -> None:
        self.catalog = catalog
        self._capacity = capacity
        self._found: dict[str, Item | str] = {}

    def plan(self, row: TicketRow, day: date) -> Planned | str:
        """How to sell the row on that day, or why it cannot be."""
        item = self._found.get(row.article)
        if item is None:
            item = self._found[row.article] = find(self.catalog, row.article)
        if isinstance(item, str):
            return item
        listed = item.prices.on(day)
        same = listed is not None and row.cents * listed.per == listed.cents * ONE
        price = listed if listed is not None and same else Price(row.cents)
        weight = abs(row.quantity) if item.unit is Unit.KG else 0
        return Planned(
            row=row,
            item=item,
            price=price,
            override=None if same else row.cents,
            code=_barcode(item) if same else "",
            weighed=0 < weight <= self._capacity,
        )


def find(catalog: Catalog, article: str) -> Item | str:
    """The article with this PLU or exactly this name; else why there is none."""
    by_plu = catalog.plu(article) if article.isascii() and article.isdigit() else None
    named = [item for item in catalog.items if item.name == article]
    if len(named) > 1:
        plus = ", ".join(item.plu for item in named)
        return f"article: {article!r} is the name of several articles (PLU {plus})"
    if by_plu and named and named[0] is not by_plu:
        return f"article: {article!r} is a PLU, and the name of PLU {named[0].plu}"
    found = by_plu or (named[0] if named else None)
    return found or f"article: {article!r} is in the catalogue neither as a PLU nor as a name"


def reconcile(
    plans: Iterable[Planned | str], lines: Sequence[LineSold | TicketLine]
) -> tuple[list[str], int]:
    """Which of a ticket's rows its journaled lines are.

    For each row the reason why it was not sold, or nothing; and how many of `lines` found their
    row, or are answers to a forced choice behind it.
    """
    reasons = []
    met = 0
    for plan in plans:
        if isinstance(plan, str):
            reasons.append(plan)
        elif met < len(lines) and plan.is_sold_as(lines[met]):
            reasons.append("")
            met += 1 + answered(plan, lines[met + 1 :])
        else:
            reasons.append(NOT_IN_JOURNAL)
    return reasons, met


def answered(plan: Planned, lines: Sequence[LineSold | TicketLine]) -> int:
    """How many of the answers behind a row are among the lines that follow it."""
    count = 0
    for answer, line in zip(plan.answers, lines, strict=False):
        if (line.plu, line.gross) != (answer.plu, 0):
            break
        count += 1
    return count


def _barcode(item: Item) -> str:
    """A barcode that every scanner can send; empty where the article has none."""
    return next((code for code in item.barcodes if code.isascii()), "")
