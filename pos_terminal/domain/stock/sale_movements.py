"""What a closed ticket takes out of stock, and whose stock an article moves. Pure.

A sale moves stock when its ticket closes, in the same append, so that a line taken back and a sale
given up leave no movement at all. Exercises move nothing.
"""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.catalog.goods import units
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.sale import SaleClosed, TicketLine
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.values import MovementCause
from pos_terminal.domain.quantity import Unit


class Owner(Struct, frozen=True):
    """The article whose stock moves, and how much of a unit of it one unit of what moves is."""

    whole: Item
    share: Fraction = Fraction(1)
    part: str = ""

    @property
    def poured(self) -> bool:
        """Whether it comes out of a bottle that is open: less than it holds at a time."""
        vessel = self.whole.vessel
        if vessel is None:
            return False
        return self.share < vessel if self.part else self.whole.unit is not Unit.PIECE


def owner(item: Item, catalog: Catalog) -> Owner | None:
    """Whose stock the article moves: its own, or that of what it is a part of; None: nobody's."""
    part = item.goods.part
    whole = catalog.plu(part.parent) if part else item
    if whole is None or not whole.goods.kept:
        return None
    return Owner(whole, part.share, item.plu) if part else Owner(whole)


def of_ticket(closed: SaleClosed, catalog: Catalog) -> tuple[StockMoved, ...]:
    """What a closed ticket moves: out what it sold, in what came back, line by line."""
    if closed.series == TRAINING_SERIES:
        return ()
    return tuple(move for line in closed.lines for move in _of_line(closed.sale, line, catalog))


def _of_line(sale: int, line: TicketLine, catalog: Catalog) -> Iterator[StockMoved]:
    item = catalog.plu(line.plu)
    if line.voided or item is None or line.unit is not item.unit or not line.quantity:
        return  # of a piece with a price label nobody knows the weight
    its = owner(item, catalog)
    if its:
        yield moved(its, -units(line.quantity), MovementCause.SALE, sale=sale, line=line.line)


def moved(
    its: Owner,
    quantity: Fraction,
    cause: MovementCause,
    *,
    sale: int = 0,
    line: int = 0,
    note: str = "",
) -> StockMoved:
    """`quantity` units of what moves, in the units of whose stock it is."""
    amount = quantity * its.share
    return StockMoved(
        plu=its.whole.plu,
        numerator=amount.numerator,
        denominator=amount.denominator,
        cause=cause,
        sale=sale,
        line=line,
        note=note,
        part=its.part,
        poured=its.poured,
    )
