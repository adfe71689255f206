"""What X, a count and every closing come to, once all that came before them is durable.

The keys only ask (`closing_keys`, `drawer_count`, `carry_over`), since sums are the journal's
books: the till waits for its last record, and answers with `BooksReady`. What stands against a
closing by then is said as a notice, since the clerk may be at something else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pos_terminal.domain import faults
from pos_terminal.domain.counter import sign_on
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.leaving import Leaving
from pos_terminal.domain.counter.longer_periods import LongerPeriods
from pos_terminal.domain.counter.steps import (
    BooksReady,
    CatchUp,
    ChangePeriod,
    CloseDay,
    CloseLonger,
    CloseService,
    CountDrawer,
    Effect,
    OpenDrawer,
    PrintClosures,
    PrintReport,
    ReadDay,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.breakdown import DrawerSum
from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodReported, ServiceClosed
from pos_terminal.domain.events.values import CashMovement
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period import closing, drawer
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.printing import report, report_sums


def decide(desk: Desk, given: BooksReady, moment: Moment) -> Step:
    """What was asked for, by the books as they are now."""
    books, hours = given.books, desk.rules.closing
    match given.asked:
        case ReadDay():
            return _read(desk, given.asked, books, moment)
        case CountDrawer():
            return _count(desk, given.asked, books, moment)
        case CloseService():
            return _close_service(desk, given.asked, books, moment)
        case CloseDay():
            return _close_day(desk, given.asked, books, moment)
        case CatchUp():  # a sale begun meanwhile goes first: it is asked again
            overdue = closing.forgotten(books.book, moment, hours, books.opened)
            return _close_forgotten(desk, books, overdue, moment)
        case CloseLonger():
            return _close_longer(desk, given.asked, books, moment)
        case ChangePeriod():
            over = closing.first(books.book, moment, hours, books.opened)
            return _close_forgotten(desk, books, over, moment)


def _read(desk: Desk, asked: ReadDay, books: Books, moment: Moment) -> Step:
    reported = PeriodReported(session=books.book.session, totals=books.book.day.totals)
    detail = tuple(report_sums.detail(reported.totals, asked.best, desk.present))
    paper = report.reading(desk.identity, reported, moment, detail)
    return Step((reported,), (PrintReport(paper),))


def _count(desk: Desk, done: CountDrawer, books: Books, moment: Moment) -> Step:
    """What was counted stands beside what should be there; the paper has the count alone."""
    counted = CashCounted(
        counted=done.counted,
        expected=drawer.expected(books.book.day.totals, done.drawer),
        pieces=done.pieces,
        drawer=done.drawer,
    )
    several = desk.rules.drawers.number > 1
    paper = report.count(desk.identity, counted, moment, several=several)
    return Step((counted,), (Show(display.counted(), private=True), PrintReport(paper)))


def _close_service(desk: Desk, asked: CloseService, books: Books, moment: Moment) -> Step:
    fault = closing.service_refusal(books.book, count_first=desk.rules.tenders.count_first)
    if fault:
        return desk.notify(fault)
    services = desk.rules.closing.services
    closed = books.book.service(books.seq + 1, services, asked.authority)
    shown = Show(display.service_closed(closed.name), private=True)
    return Step((closed,), (shown, Sound(Tone.ACCEPTED), PrintClosures()))


def _close_day(desk: Desk, asked: CloseDay, books: Books, moment: Moment) -> Step:
    fault = closing.refusal(
        books.book,
        books.opened,
        count_first=desk.rules.tenders.count_first,
        carried=asked.carried,
    )
    if fault is faults.NOTHING_TO_CLOSE and not desk.pending:
        over = closing.longer(books.book, moment, desk.rules.closing)
        if over:  # by a clock for which nothing vouches, or it would be closed by now
            desk.pending = LongerPeriods(asked.authority or desk.clerk, moment.at[:10], over)
            return Step(effects=(Sound(Tone.ALARM),))
    if fault:
        return desk.notify(fault)
    counted = drawer.counted(books.book.day.totals)
    stays = _stays(asked, counted, desk.rules.closing.stays)
    if stays is None:
        if desk.pending:
            return desk.notify(faults.NOT_NOW)
        desk.pending = Leaving(asked, counted)
        return Step(effects=(Sound(Tone.ACCEPTED),))
    dropped = tuple(_dropped(counted, stays, asked.authority))
    for each in dropped:
        books = books.after(each, moment)
    made = closing.closures(
        books,
        moment,
        (Period.DAY,),
        desk.rules.closing,
        carry=bool(asked.carried),
        authority=asked.authority,
    )
    opened = (OpenDrawer(each.drawer) for each in dropped)
    events = (*dropped, *made, *signing_off(desk, made))
    return Step(events, (*opened, *told(desk, made, moment)))


def _close_longer(desk: Desk, asked: CloseLonger, books: Books, moment: Moment) -> Step:
    """The month and the year that somebody said are over, and no others."""
    over = closing.longer(books.book, moment, desk.rules.closing)
    periods = [each for each in over if each in asked.periods]
    if not periods:
        return desk.notify(faults.NOTHING_TO_CLOSE)
    made = closing.closures(
        books, moment, periods, desk.rules.closing, authority=asked.authority
    )
    return Step(made, told(desk, made, moment))


def _stays(
    asked: CloseDay, counted: Sequence[DrawerSum], euros: int | None
) -> dict[int, int] | None:
    """Cents that stay in each counted drawer, as was answered or is set; None: ask."""
    if asked.stays is not None:
        return dict(asked.stays)
    if counted and euros is None:
        return None
    return {each.drawer: (euros or 0) * 100 for each in counted}


def _dropped(
    counted: Iterable[DrawerSum], stays: Mapping[int, int], authority: int
) -> Iterator[CashMoved]:
    """What is taken to the safe out of each drawer: all that does not stay there."""
    for each in counted:
        rest = each.left - stays.get(each.drawer, each.left)
        if rest > 0:
            yield CashMoved(
                movement=CashMovement.DROP,
                amount=-rest,
                reason=say("CLOTURE"),
                authority=authority,
                drawer=each.drawer,
            )


def signing_off(desk: Desk, made: Sequence[ServiceClosed | PeriodClosed]) -> tuple[Event, ...]:
    """Who is signed off by closures that somebody asked for: a day's ends a clerk's, too."""
    days = any(isinstance(each, PeriodClosed) and each.period is Period.DAY for each in made)
    return sign_on.end_day(desk) if days else ()


def told(
    desk: Desk, made: Sequence[ServiceClosed | PeriodClosed], moment: Moment
) -> tuple[Effect, ...]:
    """What follows a closure that somebody asked for: its papers, and that it is closed."""
    numbers = [each.number for each in made if isinstance(each, PeriodClosed)]
    shown = (Show(display.day_closed(number), private=True) for number in numbers)
    return (*_papers(made), *shown, Sound(Tone.ACCEPTED))


def _close_forgotten(desk: Desk, books: Books, periods: Iterable[Period], moment: Moment) -> Step:
    """Nobody asked for it: it makes no sound, and paper only where the shop wants that."""
    hours = desk.rules.closing
    made = closing.closures(books, moment, periods, hours, carry=True, automatic=True)
    return Step(made, _papers(made) if hours.print_automatic else ())


def _papers(made: Sequence[ServiceClosed | PeriodClosed]) -> tuple[Effect, ...]:
    return (PrintClosures(),) if made else ()
