"""Papers of a closed sale, on request or by law: numbered duplicates, and how printing ended.

A number before the key names an earlier ticket of this till; without one it is the last.
"""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.closed import ClosedTicket
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import Effect, PaperDone, Print, Settled, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.paper import Form, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import TicketFound, TicketWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import digital
from pos_terminal.domain.printing.paper_rules import NoteDue
from pos_terminal.domain.printing.papers import note_due, price
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.sale import deposits
from pos_terminal.domain.sale.refunds import all_back


def gift(desk: Desk, _: str, __: Moment) -> Step:
    """`CADEAU`: what was bought, without prices."""
    return ask(desk, Form.GIFT)


def brief(desk: Desk, _: str, __: Moment) -> Step:
    """`BREF`: total, payment and VAT, without what was bought."""
    return ask(desk, Form.BRIEF)


def note(desk: Desk, _: str, __: Moment) -> Step:
    """`NOTE`: the note for a service."""
    return ask(desk, Form.NOTE)


def qr(desk: Desk, _: str, __: Moment) -> Step:
    """`QR`: the whole ticket in a code that a telephone reads."""
    return ask(desk, Form.QR)


def of_law(desk: Desk, closed: SaleClosed, moment: Moment) -> Step:
    """The paper that a sale needs which is closed now, or the offer of one; mostly nothing.

    Who pays for an order in advance gets the ticket, with the order's barcode.
    """
    if deposits.takes(closed):
        return _print(desk, ClosedTicket(closed, moment), Form.TICKET)
    if not note_due(closed, moment.day):
        return Step()
    if desk.rules.papers.note is NoteDue.PRINT:
        return _print(desk, ClosedTicket(closed, moment), Form.NOTE)
    offered = desk.rules.papers.note is NoteDue.OFFER
    return Step(effects=(Show(display.note_offered(closed)),) if offered else ())


class Named(Struct, frozen=True):
    """The ticket that a paper is asked of; `shown` says on the display which was looked up."""

    closed: ClosedTicket
    shown: tuple[Effect, ...] = ()


def named(desk: Desk) -> Named:
    """The ticket whose number is typed, looked up if need be, or the last. Wait."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.sale is not None:
        raise Refused(faults.NO_TICKET)
    if not desk.entry.number:
        if desk.last is None:
            raise Refused(faults.NO_TICKET)
        return Named(desk.last)
    number = int(desk.entry.whole())
    series = desk.next_ticket()[0]
    if desk.last and desk.last.is_of(series, number):
        return Named(desk.last)
    found = look_up(desk, TicketWanted(series, number))
    if not isinstance(found, TicketFound):
        raise Refused(faults.TICKET_UNKNOWN)
    screen = display.ticket_found(desk.identity.terminal, found.closed)
    return Named(closed(found), (Show(screen),))


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
    told = desk.notify(paper.fault).effects if paper.fault else ()
    return Step((printed,), (Settled(request), *told))


def closed(found: TicketFound) -> ClosedTicket:
    """A ticket that was looked up, for its papers."""
    return ClosedTicket(
        found.closed,
        found.moment,
        found.papers,
        found.gifts,
        found.anchor,
        found.invoice,
        found.invoiced,
        found.invoice_papers,
        found.operator,
        all_back(found),
        found.changed,
    )


def ask(desk: Desk, form: Form) -> Step:
    """Print the ticket that is named, in this form; after the first, as a numbered duplicate."""
    it = named(desk)
    step = _print(desk, it.closed, form)
    desk.entry = Entry()
    return replace(step, effects=(*it.shown, *step.effects, Sound(Tone.ACCEPTED)))


def again(desk: Desk, found: TicketFound) -> Step:
    """Another paper of a ticket that was looked up, whatever the clerk is at."""
    ticket = found.closed
    last = desk.last if desk.last and desk.last.is_of(ticket.series, ticket.number) else None
    return _print(desk, last or closed(found), Form.TICKET)


def _print(desk: Desk, closed: ClosedTicket, form: Form) -> Step:
    ticket = closed.ticket
    if form is Form.NOTE and price(ticket) < 0:
        raise Refused(faults.NO_NOTE)
    request = ReceiptRequested(
        series=ticket.series, number=ticket.number, copy=closed.copy(form), form=form
    )
    asked = PaperAsked(
        request, ticket, closed.moment, closed.anchor,
        operator=closed.operator, changed=closed.changed,
    )  # fmt: skip
    if form is Form.QR and not digital.fits(desk.identity, asked):
        raise Refused(faults.QR_TOO_LONG)
    return Step((request,), (Print(asked),))
