"""What consumers bought, by day, category and rate: what a platform reports of them. Pure.

Code général des impôts, art. 290: of sales to who is no taxable person the day's totals by rate are
transmitted, firms' invoices go by themselves (art. 289 bis). What is transmitted annexe II, art.
242 nonies M, I, lists; the codes of its categories are those of the tax administration's external
specifications (flow 10.3, field TT-81): TLB1, TPS1, TNT1, and TMA1 for what is taxed on a margin,
which no till of this kind sells.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pos_terminal.archive.cells import Cents, Rate, Value
from pos_terminal.domain import faults
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.sale.invoicing import is_service
from pos_terminal.journal.record import Record

GOODS, SERVICES, UNTAXED = "TLB1", "TPS1", "TNT1"
"""Goods that are taxed, services that are, what is not taxed in France."""

COLUMNS = (
    "date", "categorie", "devise", "taux_tva", "ht", "tva", "operations", "operations_categorie",
)  # fmt: skip

Key = tuple[str, int]
"""A category and a rate."""

Firm = Callable[[InvoiceMade], bool]
"""Whether an invoice was made out to a taxable person."""


class Disagrees(Failure):
    """A day's tickets are not what its closure says; the detail names the day."""


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What consumers bought on a day, of one category at one rate, in so many tickets.

    `of_category` are all tickets of the day that have something of the category, at whatever rate:
    a platform is told their number once (art. 242 nonies M, I, 9°).
    """

    day: str
    category: str
    rate: int
    net: int
    vat: int
    tickets: int
    of_category: int

    def row(self) -> tuple[Value, ...]:
        """Under COLUMNS."""
        amounts = Cents(self.net), Cents(self.vat)
        counts = self.tickets, self.of_category
        return (self.day, self.category, "EUR", Rate(self.rate), *amounts, *counts)


@dataclass
class Reporter:
    """Takes records in their order; `totals` are those of the days that are closed.

    An invoice may follow its ticket by days, so only the end knows what firms bought.
    """

    is_firm: Firm
    _tickets: dict[tuple[str, int], tuple[int, SaleClosed]] = field(default_factory=dict)
    _of_firms: set[tuple[str, int]] = field(default_factory=set)
    _closed: list[PeriodClosed] = field(default_factory=list)

    def take(self, record: Record) -> None:
        """One record more; most say nothing here."""
        match record.event:
            case SaleClosed() as ticket if ticket.series != TRAINING_SERIES:
                place = ticket.series, ticket.number
                self._tickets[place] = record.envelope.session, ticket
            case InvoiceMade() as made if self.is_firm(made):
                self._of_firms.update(made.places)
            case PeriodClosed(period=Period.DAY) as closed:
                self._closed.append(closed)

    def totals(self, first: str, last: str) -> Iterator[DayTotal]:
        """Of the closed days from `first` to `last`, ISO 8601, in their order. Disagrees."""
        by_session: dict[int, list[SaleClosed]] = defaultdict(list)
        for session, ticket in self._tickets.values():
            by_session[session].append(ticket)
        for closed in self._closed:
            start, end = closed.sessions
            tickets = [x for session in range(start, end + 1) for x in by_session[session]]
            _must_agree(closed, tickets)
            if first <= closed.label <= last:
                yield from self._day(closed.label, tickets)

    def _day(self, day: str, tickets: list[SaleClosed]) -> Iterator[DayTotal]:
        sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0])
        counts: Counter[str] = Counter()
        for ticket in tickets:
            if (ticket.series, ticket.number) in self._of_firms:
                continue
            taxed = SERVICES if is_service(ticket) else GOODS
            for rate in ticket.vat:
                of = sums[taxed if rate.rate else UNTAXED, rate.rate]
                of[0], of[1], of[2] = of[0] + rate.net, of[1] + rate.vat, of[2] + 1
            counts.update({taxed if rate.rate else UNTAXED for rate in ticket.vat})
        for (category, basis_points), (net, vat, count) in sorted(sums.items()):
            yield DayTotal(day, category, basis_points, net, vat, count, counts[category])


def _must_agree(closed: PeriodClosed, tickets: list[SaleClosed]) -> None:
    """The closure is what the shop signed: what is reported of its tickets must add up to it."""
    sums: dict[int, int] = defaultdict(int)
    for ticket in tickets:
        for rate in ticket.vat:
            sums[rate.rate] += rate.gross
    if {each.rate: each.gross for each in closed.totals.vat if each.gross} != {
        rate: gross for rate, gross in sums.items() if gross
    }:
        raise Disagrees(faults.JOURNAL_DAMAGED, f"Z {closed.number} {closed.label}")
