"""Refunds of a ticket: opened by its barcode or number, then article by article, or all of it.

`RF` and the ticket open one; what is keyed or scanned next comes back at the price that was paid.
`TICKET` takes back all that is left. `RF` by itself ends it: what follows is sold.
"""

from collections.abc import Callable

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.domain.codes.papers import is_of, read_ticket
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.papers import _ask
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.paper import Form
from pos_terminal.domain.events.sale import LineSold, RefundEnded, RefundOpened
from pos_terminal.domain.events.values import EntryMethod, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, TicketFound, TicketWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import refunds
from pos_terminal.domain.sale.refunds import Refund


def ticket(desk: Desk, _: str, moment: Moment) -> Step:
    """`TICKET`: the whole ticket; after the first paper, as a numbered duplicate.

    Behind `RF` it is the ticket that is to be refunded; in a refund, all that is left of it.
    """
    if desk.entry.returning:
        return typed(desk, moment)
    if desk.sale and desk.sale.refund:
        return everything(desk)
    return _ask(desk, Form.TICKET)


def key(desk: Desk, _: str, __: Moment) -> Step:
    """`RF`: the next article, or the ticket, comes back; in a refund it ends it."""
    sale = desk.sale
    if sale and sale.refund:
        desk.nothing_typed()
        shown = Show(display.refund_ended(sale.total))
        return Step((RefundEnded(sale=sale.number),), (shown, Sound(Tone.ACCEPTED)))
    return desk.set(replace(desk.entry, returning=not desk.entry.returning))


def scanned(desk: Desk, code: str, moment: Moment) -> Step:
    """A ticket's barcode: behind `RF` it opens a refund of that ticket."""
    named = read_ticket(code)
    if not desk.entry.returning:
        raise Refused(faults.TICKET_FOR_WHAT)
    if desk.entry.number:
        raise Refused(faults.NOT_NOW)
    if not is_of(desk.papers.till, named):
        raise Refused(faults.TICKET_ELSEWHERE)
    return _open(desk, named.series, named.number, moment)


def typed(desk: Desk, moment: Moment) -> Step:
    """`RF 1234 TICKET`: a refund of the ticket of that number; without one, of the last."""
    series = desk.next_ticket()[0]
    if desk.entry.number:
        return _open(desk, series, int(desk.entry.whole()), moment)
    if desk.last is None:
        raise Refused(faults.NO_TICKET)
    return _open(desk, desk.last.ticket.series, desk.last.ticket.number, moment)


def _open(desk: Desk, series: str, number: int, moment: Moment) -> Step:
    if replace(desk.entry, number="", returning=False, reason=None) != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if series == TRAINING_SERIES:
        raise Refused(faults.TICKET_OF_TRAINING)
    if desk.sale and desk.sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if desk.question:
        raise Refused(faults.CHOICE_WANTED)
    place = (series, number)
    if any(other.refund == place or other.returns(*place) for other in desk.waiting):
        raise Refused(faults.TICKET_BUSY)
    reason = _reason(desk)

    def found(answer: Answer | None, _: Moment) -> Step:
        if not isinstance(answer, TicketFound):
            raise Refused(faults.TICKET_UNKNOWN)
        if not Refund(answer, desk.opening()[1]).remaining:
            raise Refused(faults.ALREADY_RETURNED)
        return authority.need(desk, Right.REFUND, lambda: _opened(desk, answer, reason))

    return look_up(desk, TicketWanted(series, number), found)


def _reason(desk: Desk) -> str:
    """Why, where the shop wants to know. Raises Refused."""
    reasons, number = desk.refunds.reasons, desk.entry.reason
    if number is None:
        if reasons:
            raise Refused(faults.REASON_WANTED)
        return ""
    if number > len(reasons):
        raise Refused(faults.UNKNOWN_REASON)
    return reasons[number - 1]


def _opened(desk: Desk, found: TicketFound, reason: str) -> Step:
    opened, sale = desk.opening()
    ticket = found.closed
    desk.entry, desk.refund = Entry(), found
    event = RefundOpened(
        sale=sale.number,
        series=ticket.series,
        number=ticket.number,
        reason=reason,
        authority=desk.authority,
    )
    screen = display.refund(desk.papers.terminal, ticket.number)
    return Step((*opened, event), (Show(screen), Sound(Tone.ACCEPTED)))


def article(desk: Desk, plu: str, entry: EntryMethod, code: str = "") -> Step:
    """An article comes back; so many of it where a quantity was typed."""
    quantity = desk.entry.quantity
    if replace(desk.entry, number="", quantity=None, by_weight=False) != Entry():
        raise Refused(faults.NOT_NOW)
    number = plu.lstrip("0") or "0"
    return _with_ticket(
        desk, lambda refund: refunds.article(refund, number, quantity, entry, code)
    )


def found(desk: Desk, what: Found, entry: EntryMethod, code: str) -> Step:
    """What was scanned comes back: an article, or as a whole what a scale's label is on."""
    if what.quantity is None and what.cents is None:
        return article(desk, what.item.plu, entry, code)
    if desk.entry != Entry():
        raise Refused(faults.NOT_NOW)

    def taken(refund: Refund) -> tuple[LineSold, ...]:
        line = refunds.labelled(refund, what.item.plu, what.quantity, what.cents)
        return refunds.line(refund, line, line.quantity, EntryMethod.LABEL, code)

    return _with_ticket(desk, taken)


def everything(desk: Desk) -> Step:
    """`TICKET` in a refund: all that is left of the ticket comes back."""
    desk.nothing_typed()
    return _with_ticket(desk, lambda refund: refunds.whole(refund, EntryMethod.KEY))


def _with_ticket(desk: Desk, take: Callable[[Refund], tuple[LineSold, ...]]) -> Step:
    """Take lines back from the ticket at hand; after a restart it is looked up again."""
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if sale.refund is None:
        raise Refused(faults.NOT_NOW)
    known = desk.refund
    if known and (known.closed.series, known.closed.number) == sale.refund:
        return _taken(desk, Refund(known, sale), take)

    def found(answer: Answer | None, _: Moment) -> Step:
        if not isinstance(answer, TicketFound):
            raise Refused(faults.TICKET_UNKNOWN)
        desk.refund = answer
        return _with_ticket(desk, take)

    return look_up(desk, TicketWanted(*sale.refund), found)


def _taken(desk: Desk, refund: Refund, take: Callable[[Refund], tuple[LineSold, ...]]) -> Step:
    lines = take(refund)
    desk.entry = Entry()
    articles = [line for line in lines if not line.parent]
    if len(articles) == 1:
        screen = display.line(articles[0])
    else:
        total = sum(line.gross for line in lines)
        screen = display.returned(len(articles), total)
    return Step(lines, (Show(screen), Sound(Tone.ACCEPTED)))
