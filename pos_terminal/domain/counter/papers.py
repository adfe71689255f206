"""Papers of a closed sale, on request or by law: numbered duplicates, and how printing ended.

A number before the key names an earlier ticket of this till; without one it is the last.
"""

from collections.abc import Callable

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Closed, Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import PaperDone, Print, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.paper import Form, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, TicketFound, TicketWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import digital
from pos_terminal.domain.printing.papers import note_due
from pos_terminal.domain.printing.request import Asked
from pos_terminal.domain.printing.shop import OFFER, PRINT
from pos_terminal.domain.sale import deposits


def gift(desk: Desk, _: str, __: Moment) -> Step:
    """`CADEAU`: what was bought, without prices."""
    return _ask(desk, Form.GIFT)


def brief(desk: Desk, _: str, __: Moment) -> Step:
    """`BREF`: total, payment and VAT, without what was bought."""
    return _ask(desk, Form.BRIEF)


def note(desk: Desk, _: str, __: Moment) -> Step:
    """`NOTE`: the note for a service."""
    return _ask(desk, Form.NOTE)


def qr(desk: Desk, _: str, __: Moment) -> Step:
    """`QR`: the whole ticket in a code that a telephone reads."""
    return _ask(desk, Form.QR)


def of_law(desk: Desk, closed: SaleClosed, moment: Moment) -> Step:
    """The paper that a sale needs which is closed now, or the offer of one; mostly nothing.

    Who pays for an order in advance gets the ticket, with the order's barcode.
    """
    if deposits.takes(closed):
        return _print(desk, Closed(closed, moment.at), Form.TICKET)
    if not note_due(closed, moment.day):
        return Step()
    if desk.papers.note == PRINT:
        return _print(desk, Closed(closed, moment.at), Form.NOTE)
    offered = desk.papers.note == OFFER
    return Step(effects=(Show(display.note_offered(closed)),) if offered else ())


def named(desk: Desk, then: Callable[[Closed], Step]) -> Step:
    """Do `then` with the ticket whose number is typed, looked up if need be, or with the last."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.sale is not None:
        raise Refused(faults.NO_TICKET)
    if not desk.entry.number:
        if desk.last is None:
            raise Refused(faults.NO_TICKET)
        return then(desk.last)
    number = int(desk.entry.whole())
    series = desk.next_ticket()[0]
    if desk.last and desk.last.is_of(series, number):
        desk.entry = Entry()
        return then(desk.last)

    def found(answer: Answer | None, _: Moment) -> Step:
        if not isinstance(answer, TicketFound):
            raise Refused(faults.TICKET_UNKNOWN)
        desk.entry = Entry()
        return _shown(then(_closed(answer)), desk, answer.closed)

    return look_up(desk, TicketWanted(series, number), found)


def done(desk: Desk, paper: PaperDone) -> Step:
    """The outcome is recorded whatever the clerk is at; a failure is shown as a notice."""
    request = paper.request
    if request is None:
        return desk.notify(paper.fault) if paper.fault else Step()
    printed = ReceiptPrinted(
        series=request.series,
        number=request.number,
        copy=request.copy,
        outcome=paper.outcome,
        fault=paper.fault.code if paper.fault else "",
        form=request.form,
    )
    if paper.fault is None:
        return Step((printed,))
    return replace(desk.notify(paper.fault), events=(printed,))


def _closed(found: TicketFound) -> Closed:
    return Closed(
        found.closed,
        found.at,
        found.papers,
        found.gifts,
        found.anchor,
        found.invoice,
        found.invoice_papers,
    )


def _shown(step: Step, desk: Desk, closed: SaleClosed) -> Step:
    screen = display.ticket_found(desk.papers.terminal, closed)
    return replace(step, effects=(Show(screen), *step.effects))


def _ask(desk: Desk, form: Form) -> Step:
    def heard(closed: Closed) -> Step:
        step = _print(desk, closed, form)
        return replace(step, effects=(*step.effects, Sound(Tone.ACCEPTED)))

    return named(desk, heard)


def _print(desk: Desk, closed: Closed, form: Form) -> Step:
    ticket, rules = closed.ticket, desk.papers
    if form is Form.NOTE and ticket.total < 0:
        raise Refused(faults.NO_NOTE)
    request = ReceiptRequested(
        series=ticket.series, number=ticket.number, copy=closed.copy(form), form=form
    )
    asked = Asked(request, ticket, closed.at, closed.anchor)
    if form is Form.QR and not digital.fits(rules.shop, rules.terminal, asked):
        raise Refused(faults.QR_TOO_LONG)
    return Step((request,), (Print(asked),))
