"""Closing periods: which are due, and the records that close them. Pure.

The clock on the wall only says when to ask; what a period holds is what the book has counted.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period, PeriodClosed, ServiceClosed
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.book import Book, NotYet
from pos_terminal.domain.period.drawer import uncounted
from pos_terminal.domain.period.overdue import overdue
from pos_terminal.domain.screen import WIDTH


class ClosingHours(Struct, frozen=True):
    """When periods end: a day at `day_ends` o'clock, a fiscal year before month `year_begins`.

    `automatic` closes what was forgotten without asking, and `print_automatic` prints it.
    `services` are what the shop calls the sections of its day, the first one first. `stays` are
    the whole euros that stay in each drawer after the counter's Z; None: it asks. ValueError names
    what cannot be.
    """

    day_ends: int = 4
    automatic: bool = False
    year_begins: int = 1
    services: tuple[str, ...] = ()
    print_automatic: bool = True
    stays: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.day_ends <= 23:
            raise ValueError(
                say("day_ends {day_ends} : une heure de 0 à 23", day_ends=self.day_ends)
            )
        if not 1 <= self.year_begins <= 12:
            raise ValueError(
                say("year_begins {year_begins} : un mois de 1 à 12", year_begins=self.year_begins)
            )
        if self.stays is not None and self.stays < 0:
            raise ValueError(say("stays {stays} : 0 euro ou plus", stays=self.stays))
        for name in self.services:
            if not (0 < len(name) <= WIDTH and name.isprintable()):
                raise ValueError(
                    say("{name!r} : de 1 à {width} caractères imprimables", name=name, width=WIDTH)
                )
        if len({*self.services}) < len(self.services):
            raise ValueError(say("deux services ont un même nom"))

    def day(self, local: datetime) -> date:
        """The shop's day at that moment: it lasts until `day_ends` o'clock of the next date."""
        return (local - timedelta(hours=self.day_ends)).date()

    def year_end(self, day: date) -> date:
        """The last day of the fiscal year in which that day lies."""
        year = day.year + (day.month >= self.year_begins)
        return date(year, self.year_begins, 1) - timedelta(days=1)


ORDINARY = ClosingHours()
"""A till that was told nothing else."""


class Books(Struct, frozen=True):
    """Where the journal stands: its book, the number of its last record, the open sales."""

    book: Book
    seq: int
    opened: tuple[int, ...] = ()

    def after(self, event: Event, moment: Moment) -> "Books":
        """With one more record, decided at that moment, that opens and ends no sale."""
        seq = self.seq + 1
        book = self.book.after(event, seq, moment.at, vouched=moment.trust.vouched)
        return Books(book, seq, self.opened)


class OpenSales(NotYet):
    """A day with open or held sales is not closed, unless it is decided to carry them over."""

    def __init__(self, sales: Iterable[int]) -> None:
        self.sales = tuple(sorted(sales))
        listed = ", ".join(map(str, self.sales))
        super().__init__(say("ventes ouvertes : {listed}").format(listed=listed))


class Uncounted(NotYet):
    """A day in which cash moved is not closed before its drawers are counted."""

    def __init__(self, drawers: Iterable[int]) -> None:
        listed = ", ".join(map(str, drawers))
        super().__init__(say("tiroirs à compter : {listed}").format(listed=listed))


class NotOver(NotYet):
    """A month or a year goes on: to close it all the same is decided, with a reason."""


def must_be_counted(book: Book, period: Period) -> None:
    """Raises Uncounted where this is a day's closure, and the rules ask for a count before it."""
    waiting = uncounted(book.day.totals) if period is Period.DAY and book.day.opened else ()
    if waiting:
        raise Uncounted(waiting)


def due(book: Book, moment: Moment, hours: ClosingHours) -> tuple[Period, ...]:
    """The closures that were forgotten, in the order in which to catch up with them."""
    return overdue(
        book.begun,
        moment.local,
        day_ends=hours.day_ends,
        year_begins=book.year_begins(hours.year_begins),
        vouched=moment.trust.vouched,
    )


def first(
    book: Book, moment: Moment, hours: ClosingHours, opened: Iterable[int]
) -> tuple[Period, ...]:
    """What is closed before anything that comes at `moment` is recorded: it is of another period.

    A month or a year that is over is closed in any case, and takes open sales over; else a day of
    the new one would end up in it. A day alone waits for its Z, unless days are closed
    automatically and no sale is open. Nothing is over by a clock for which nothing vouches: that
    somebody decides.
    """
    if not moment.trust.vouched:
        return ()
    periods = due(book, moment, hours)
    if Period.MONTH in periods or Period.YEAR in periods:
        return periods
    return periods if hours.automatic and not tuple(opened) else ()


def forgotten(
    book: Book, moment: Moment, hours: ClosingHours, opened: Iterable[int]
) -> tuple[Period, ...]:
    """What a till catches up with between two sales, where it was asked to."""
    return due(book, moment, hours) if moment.trust.vouched and not tuple(opened) else ()


def longer(book: Book, moment: Moment, hours: ClosingHours) -> tuple[Period, ...]:
    """The month and the year that are over, once their days are closed: for somebody to decide.

    Where the clock is vouched for they are closed before he is asked.
    """
    return () if book.day.opened else due(book, moment, hours)


def must_be_over(book: Book, period: Period, moment: Moment, hours: ClosingHours) -> None:
    """Raises NotOver where a month or a year, whose shorter periods are closed, goes on."""
    if period is Period.MONTH:
        running = not book.day.opened and book.month.first
    else:
        running = not (book.day.opened or book.month.first) and book.year.first
    if running and period is not Period.DAY and period not in due(book, moment, hours):
        raise NotOver(say("la période n'est pas finie"))


def refusal(
    book: Book, opened: Iterable[int], *, count_first: bool, carried: Iterable[int] = ()
) -> Fault | None:
    """Why the till's own Z cannot close the day now; None where it can.

    `carried` are the open sales that it was decided to carry over.
    """
    if tuple(sorted(opened)) != tuple(carried):
        return faults.SALES_OPEN
    if not book.day.opened:
        return faults.NOTHING_TO_CLOSE
    if count_first and uncounted(book.day.totals):
        return faults.COUNT_FIRST
    return None


def service_refusal(book: Book, *, count_first: bool) -> Fault | None:
    """Why the running service cannot be closed now; None where it can."""
    if not book.day.opened or book.day.totals == book.section.before:
        return faults.SERVICE_EMPTY
    if count_first and uncounted(book.day.totals):
        return faults.COUNT_FIRST
    return None


def closures(
    books: Books,
    moment: Moment,
    periods: Iterable[Period],
    hours: ClosingHours,
    *,
    carry: bool = False,
    automatic: bool = False,
    authority: int = 0,
) -> tuple[ServiceClosed | PeriodClosed, ...]:
    """What closes these periods, each a record of its own, behind the last of the books.

    A day that was closed by service has its last one closed, too. OpenSales where sales are open,
    unless `carry` takes them into the next day. NotYet where there is nothing to close, or a
    shorter period must be closed first.
    """
    book, last = books.book, books.seq
    open_sales = tuple(sorted(books.opened))
    made: list[ServiceClosed | PeriodClosed] = []
    for period in periods:
        if period is Period.DAY and not book.day.opened:
            raise NotYet(say("rien n'a été vendu ni compté depuis la dernière clôture"))
        carried = open_sales if period is Period.DAY else ()
        if carried and not carry:
            raise OpenSales(carried)
        if period is Period.DAY and book.section.unclosed(book.day.totals):
            last += 1
            service = book.service(last, hours.services, authority)
            book = book.after(service, last, moment.at, vouched=moment.trust.vouched)
            made.append(service)
        last += 1
        closed = book.closure(
            period,
            last,
            moment.at[:10],
            year_begins=hours.year_begins,
            automatic=automatic,
            carried=carried,
            authority=authority,
        )
        book = book.after(closed, last, moment.at, vouched=moment.trust.vouched)
        made.append(closed)
    return tuple(made)
