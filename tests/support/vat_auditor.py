"""An accountant who reads the events and reckons in exact fractions, by the written rules alone.

Nothing of pos_terminal.domain.money or .sale is used here: what the program rounds, allots and adds
up is done a second time, another way.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor

from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PlaceChosen,
    PromotionsApplied,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Share,
    Tender,
    TenderReturned,
)


def half_away(exact: Fraction) -> int:
    """The nearest whole number, halves away from zero."""
    nearest = floor(abs(exact) + Fraction(1, 2))
    return nearest if exact >= 0 else -nearest


def largest_remainder(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Whole parts of `total` near `exact`, which add up to it: the largest remainders get more."""
    sign = -1 if total < 0 or (total == 0 and next((e for e in exact if e), 0) < 0) else 1
    parts = [floor(sign * each) for each in exact]
    order = sorted(range(len(exact)), key=lambda at: (parts[at] - sign * exact[at], at))
    for at in order[: abs(total) - sum(parts)]:
        parts[at] += 1
    return [sign * part for part in parts]


def pro_rata(total: int, weights: Sequence[int]) -> list[int]:
    """`total` spread over what the lines cost."""
    whole = sum(weights)
    return largest_remainder(total, [Fraction(total * each, whole) for each in weights])


WHOLE_PIECE = 1000
"""Quantities are in thousandths."""


class Books:
    """One sale, line by line: what each cost at first, and what was taken off it."""

    def __init__(self) -> None:
        self.lines: dict[int, LineSold] = {}
        self.voided: set[int] = set()
        self.rates: dict[int, int] = {}
        self.promotions: tuple[Iterable[Share], ...] = ()
        self.discounts: list[DiscountGiven] = []
        self.waived: tuple[int, ...] = ()
        self.paid: list[int] = []

    @property
    def live(self) -> dict[int, int]:
        """What each line that counts costs now."""
        off: defaultdict[int, int] = defaultdict(int)
        kept = (g.shares for n, g in enumerate(self.discounts, 1) if n not in self.waived)
        for shares in (*self.promotions, *kept):
            for share in shares:
                off[share.line] += share.amount
        return {
            number: line.gross - off[number]
            for number, line in self.lines.items()
            if number not in self.voided
        }

    def basis(self, wanted: Sequence[int]) -> dict[int, int]:
        """What a discount on these lines is reckoned upon: what is sold and did not come back."""
        if all(self.lines[n].quantity < 0 for n in wanted):
            return {n: self.live[n] for n in wanted}
        stands = {n: max(0, self.lines[n].quantity) for n in self.live}
        for back in (self.lines[n] for n in self.live):
            gone = 0 if back.of or back.voucher or back.order else -min(0, back.quantity)
            for n in sorted(stands, key=lambda n: (self._unlike(n, back), -n)):
                sold = self.lines[n]
                if (sold.plu, sold.unit, sold.issues) == (back.plu, back.unit, ""):
                    taken = min(gone, stands[n])
                    stands[n], gone = stands[n] - taken, gone - taken
        return {
            n: half_away(Fraction(self.live[n] * stands[n], self.lines[n].quantity))
            for n in wanted
        }

    def _unlike(self, number: int, back: LineSold) -> tuple[bool, bool, bool, int]:
        """A piece came back of a line at its price, then of its quantity, then a part of a part."""
        sold = self.lines[number]
        return (
            sold.price * back.per != back.price * sold.per,
            sold.quantity + back.quantity != 0,
            (sold.quantity % WHOLE_PIECE == 0) != (back.quantity % WHOLE_PIECE == 0),
            sold.quantity,
        )

    @property
    def last_article(self) -> list[int]:
        """The last article that counts, with its options."""
        first = max(number for number in self.live if not self.lines[number].parent)
        return [n for n in self.live if n == first or self.lines[n].parent == first]


class Auditor:
    """Checks each event as it comes; `vat` adds up, by rate, what the tickets should hold."""

    def __init__(self) -> None:
        self.books: dict[int, Books] = {}
        self.vat: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
        self.tickets = 0

    def take(self, event: Event) -> None:
        """The next event."""
        match event:
            case SaleOpened():
                self.books[event.sale] = Books()
            case LineSold():
                self._sold(event)
            case LineVoided():
                books = self.books[event.sale]
                assert event.gross == -books.live[event.line]
                books.voided.add(event.line)
            case DiscountGiven():
                self._discount(self.books[event.sale], event)
            case DiscountWithdrawn():
                assert -event.amount == self.books[event.sale].discounts.pop().amount
            case PromotionsApplied():
                self._promotions(self.books[event.sale], event)
            case PlaceChosen():
                self.books[event.sale].rates |= {each.line: each.vat for each in event.rates}
            case Tender() | TenderReturned():
                assert event.amount == event.given - event.change
                self.books[event.sale].paid.append(event.amount)
            case SaleAbandoned():
                assert event.total == sum(self.books.pop(event.sale).live.values())
            case SaleClosed():
                self._closed(self.books.pop(event.sale), event)

    def _sold(self, line: LineSold) -> None:
        self.books[line.sale].lines[line.line] = line
        if not line.firm:  # what comes back has the price that was paid
            assert line.gross == half_away(Fraction(line.price * line.quantity, line.per))

    def _discount(self, books: Books, given: DiscountGiven) -> None:
        numbers = books.live if given.scope == "ticket" else books.last_article
        lines = books.basis([n for n in numbers if not books.lines[n].firm])
        whole = sum(lines.values())
        if given.percent:
            assert given.amount == half_away(Fraction(whole * given.percent, 10_000))
        assert given.amount * whole > 0 and abs(given.amount) <= abs(whole)
        parts = zip(lines, pro_rata(given.amount, list(lines.values())), strict=True)
        assert [(s.line, s.amount) for s in given.shares] == [(n, p) for n, p in parts if p]
        books.discounts.append(given)

    def _promotions(self, books: Books, found: PromotionsApplied) -> None:
        taken: defaultdict[int, int] = defaultdict(int)
        for each in found.reductions:
            assert each.amount == sum(share.amount for share in each.shares) > 0
            for share in each.shares:
                taken[share.line] += share.amount
                assert share.line not in books.voided
        assert all(0 <= cents <= books.lines[n].gross for n, cents in taken.items())
        books.promotions = tuple(each.shares for each in found.reductions)
        books.waived = found.waived

    def _closed(self, books: Books, ticket: SaleClosed) -> None:
        self.tickets += 1
        live = books.live
        assert {x.line: x.gross for x in ticket.lines if not x.voided} == live
        assert {x.line for x in ticket.lines if x.voided} == books.voided
        assert ticket.total == sum(live.values()) == sum(books.paid)
        assert ticket.total == sum(each.amount for each in ticket.tenders)
        rates: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for number, gross in live.items():
            line = books.lines[number]
            if line.issues == "multi" or line.deposit == "arrhes":
                continue  # nothing is supplied for it yet
            rates[books.rates.get(number, books.lines[number].vat)][number] = gross
        assert [each.rate for each in ticket.vat] == sorted(rates)
        for each in ticket.vat:
            lines = rates[each.rate]
            gross = sum(lines.values())
            new = {n: cents for n, cents in lines.items() if books.lines[n].tax is None}
            tax = half_away(Fraction(sum(new.values()) * each.rate, 10_000 + each.rate))
            net = sum(new.values()) - tax
            tax += sum(books.lines[n].tax or 0 for n in lines)
            assert (each.gross, each.vat, each.net) == (gross, tax, gross - tax)
            exact = [Fraction(cents * 10_000, 10_000 + each.rate) for cents in new.values()]
            nets = largest_remainder(net, exact)
            assert [x.net for x in ticket.lines if x.line in new] == nets
            for place, cents in enumerate((gross, gross - tax, tax)):
                self.vat[each.rate][place] += cents

