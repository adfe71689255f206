"""Whatever clock and power do: what is closed before a sale keeps months and years apart."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.sale import Paid, SaleClosed, SaleOpened, VatSum
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.closing import ClosingHours, closures, first
from pos_terminal.journal.codec import Counts
from pos_terminal.journal.record import Running

HOURS = st.builds(
    ClosingHours,
    day_ends=st.sampled_from([0, 4, 6]),
    automatic=st.booleans(),
    year_begins=st.sampled_from([1, 4, 7]),
)
GAPS = st.sampled_from([0, 1, 5, 11, 23, 30, 24 * 28, 24 * 31, 24 * 100, 24 * 400, -2])
"""Hours from one customer to the next; the power may be off for months, the clock go back."""

STEPS = st.lists(st.tuples(GAPS, st.sampled_from(["sale", "sale", "hold", "z"])), max_size=40)


def at(now: datetime) -> Moment:
    utc = int(now.timestamp()) * 1_000_000
    return Moment(now.isoformat(timespec="milliseconds"), utc, utc, "b", Trust.SYNCHRONISED)


class Shop:
    """The records, and of which business day each ticket is."""

    def __init__(self, hours: ClosingHours) -> None:
        identity = Identity("1", "2", "test", simulated=True)
        self.running = Running(identity=identity, counts=Counts(0, {}))
        self.hours = hours
        self.now = datetime(2026, 11, 20, 8, tzinfo=UTC)
        self.since: list[datetime] = []  # when the tickets of the running month were sold
        self.held: list[int] = []

    @property
    def business(self) -> datetime:
        return self.now - timedelta(hours=self.hours.day_ends)

    def enter(self) -> None:
        """What the till does before each input."""
        moment, running = at(self.now), self.running
        periods = first(running.book, moment, self.hours, running.opened)
        if periods:
            self.close(periods, automatic=True)

    def close(self, periods: tuple[Period, ...], *, automatic: bool) -> None:
        running = self.running
        made = closures(
            running.books, at(self.now), periods, self.hours, carry=True, automatic=automatic
        )
        for closed in made:
            self.running = self.running.fold(closed, at(self.now))
            if isinstance(closed, PeriodClosed) and closed.period is Period.MONTH:
                self.closed_month(closed)

    def closed_month(self, closed: PeriodClosed) -> None:
        assert closed.totals.tickets == len(self.since)
        for sold in self.since:
            assert f"{sold:%Y-%m}" <= closed.label, "a ticket of a later month is in it"
        self.since = []

    def open_sale(self) -> int:
        sale = self.running.counts.sale + 1
        self.running = self.running.fold(SaleOpened(sale=sale, catalog=""), at(self.now))
        return sale

    def pay(self, sale: int) -> None:
        number = self.running.counts.tickets.get("T", 0) + 1
        paid = Paid(tender="CASH", amount=100, given=100, change=0)
        vat = VatSum(rate=0, gross=100, net=100, vat=0)
        ticket = SaleClosed(
            sale=sale, series="T", number=number, catalog="", lines=(), vat=(vat,),
            tenders=(paid,), total=100, turnover=100, change=0,
        )  # fmt: skip
        self.running = self.running.fold(ticket, at(self.now))
        self.since.append(self.business)


@given(HOURS, STEPS)
def test_no_ticket_of_a_new_month_is_in_the_closure_of_the_old_one(
    hours: ClosingHours, steps: list[tuple[int, str]]
) -> None:
    shop = Shop(hours)
    latest = shop.business
    for gap, what in steps:
        shop.now += timedelta(hours=gap)
        shop.enter()
        month = shop.running.book.month.opened or shop.running.book.day.opened
        if shop.business >= latest and month:
            assert month[:7] >= f"{shop.business:%Y-%m}" or shop.business.day == 0
        latest = max(latest, shop.business)
        match what:
            case "sale":
                shop.pay(shop.held.pop() if len(shop.held) > 2 else shop.open_sale())
            case "hold":
                shop.held.append(shop.open_sale())
            case _ if shop.running.book.day.opened:
                shop.close((Period.DAY,), automatic=False)
    shop.now += timedelta(days=800)
    shop.enter()
    assert not shop.running.book.day.opened or shop.running.opened
    assert not shop.since
