"""Refunds of a ticket: opened by its barcode or number, then article by article, or all of it.

`RF` and the ticket open one; what is keyed or scanned next comes back at the price that was paid.
`TICKET` takes back all that is left. `RF` by itself ends it: what follows is sold.
"""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.domain.codes.papers import is_of, read_ticket
from pos_terminal.domain.counter import authority, papers
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.adjustment import PlaceChosen
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.paper import Form
from pos_terminal.domain.events.sale import LineSold, RefundEnded, RefundOpened
from pos_terminal.domain.events.values import EntryMethod, Place, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import TicketFound, TicketWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import refunds
from pos_terminal.domain.sale.pay_outs import paid_by
from pos_terminal.domain.sale.refunds import Refund
from pos_terminal.domain.sale.sale import Sale


def ticket(desk: Desk, _: str, __: Moment) -> Step:
    """`TICKET`: the whole ticket; after the first paper, as a numbered duplicate.

    Behind `RF` it is the ticket that is to be refunded; in a refund, all that is left of it.
    """
    if desk.entry.returning:
        return typed(desk)
    if desk.sale and desk.sale.refund:
        return everything(desk)
    return papers.ask(desk, Form.TICKET)


def key(desk: Desk, _: str, __: Moment) -> Step:
    """`RF`: the next article, or the ticket, comes back; in a refund it ends it."""
    sale = desk.sale
    if sale and sale.refund:
        desk.nothing_typed()
        shown = Show(display.refund_ended(sale.total))
        return Step((RefundEnded(sale=sale.number),), (shown, Sound(Tone.ACCEPTED)))
    return desk.set(replace(desk.entry, returning=not desk.entry.returning))


def scanned(desk: Desk, code: str) -> Step:
    """A ticket's barcode: behind `RF` it opens a refund of that ticket."""
    named = read_ticket(code)
    if not desk.entry.returning:
        raise Refused(faults.TICKET_FOR_WHAT)
    if desk.entry.number:
        raise Refused(faults.NOT_NOW)
    if not is_of(desk.identity.till, named):
        raise Refused(faults.TICKET_ELSEWHERE)
    return _open(desk, named.series, named.number)


def typed(desk: Desk) -> Step:
    """`RF 1234 TICKET`: a refund of the ticket of that number; without one, of the last."""
    series = desk.next_ticket()[0]
    if desk.entry.number:
        return _open(desk, series, int(desk.entry.whole()))
    if desk.last is None:
        raise Refused(faults.NO_TICKET)
    return _open(desk, desk.last.ticket.series, desk.last.ticket.number)


def _open(desk: Desk, series: str, number: int) -> Step:
    if replace(desk.entry, number="", returning=False, reason=None) != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if series == TRAINING_SERIES:
        raise Refused(faults.TICKET_OF_TRAINING)
    if desk.sale and desk.sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    place = (series, number)
    if any(other.takes_from(*place) for other in desk.waiting):
        raise Refused(faults.TICKET_BUSY)
    reason = _reason(desk)

    found = _find(desk, place)
    opened, sale = desk.opening()
    refund = Refund(found, sale)
    if not refund.lines:
        raise Refused(faults.NOTHING_TO_REFUND)
    if not refund.remaining:
        raise Refused(faults.ALREADY_RETURNED)
    authority.need(desk, Right.REFUND)
    desk.entry, desk.refund = Entry(), found
    event = RefundOpened(
        sale=sale.number,
        series=series,
        number=number,
        reason=reason,
        authority=desk.authority,
        paid=paid_by(found.closed, found.changed),
        before=refund.before,
    )
    screen = display.refund(desk.identity.terminal, number)
    events = (*opened, event, *_place(sale, found))
    return Step(events, (Show(screen), Sound(Tone.ACCEPTED)))


def _place(sale: Sale, found: TicketFound) -> tuple[PlaceChosen, ...]:
    """What comes back of a service is a service given back, and no goods."""
    there = found.closed.place
    if sale.live or there in (Place.UNSAID, sale.place):
        return ()
    return (PlaceChosen(sale=sale.number, place=there, rates=()),)


def _find(desk: Desk, place: tuple[str, int]) -> TicketFound:
    found = look_up(desk, TicketWanted(*place))
    if not isinstance(found, TicketFound):
        raise Refused(faults.TICKET_UNKNOWN)
    return found


def _reason(desk: Desk) -> str:
    """Why, where the shop wants to know. Raises Refused."""
    reasons, number = desk.rules.refunds.reasons, desk.entry.reason
    if number is None:
        if reasons:
            raise Refused(faults.REASON_WANTED)
        return ""
    if number > len(reasons):
        raise Refused(faults.UNKNOWN_REASON)
    return reasons[number - 1]


def article(desk: Desk, plu: str, entry: EntryMethod, code: str = "") -> Step:
    """An article comes back; so many of it where a quantity was typed."""
    quantity = desk.entry.quantity
    if replace(desk.entry, number="", quantity=None, by_weight=False) != Entry():
        raise Refused(faults.NOT_NOW)
    number = plu.lstrip("0") or "0"
    refund = _at_hand(desk)
    return _taken(desk, refunds.article(refund, number, quantity, entry, code))


def found(desk: Desk, what: Found, entry: EntryMethod, code: str) -> Step:
    """What was scanned comes back: an article, or as a whole what a scale's label is on."""
    if what.quantity is None and what.cents is None:
        return article(desk, what.item.plu, entry, code)
    if desk.entry != Entry():
        raise Refused(faults.NOT_NOW)

    refund = _at_hand(desk)
    line = refunds.labelled(refund, what.item.plu, what.quantity, what.cents)
    return _taken(desk, refunds.line(refund, line, line.quantity, EntryMethod.LABEL, code))


def everything(desk: Desk) -> Step:
    """`TICKET` in a refund: all that is left of the ticket comes back."""
    desk.nothing_typed()
    return _taken(desk, refunds.whole(_at_hand(desk), EntryMethod.KEY))


def _at_hand(desk: Desk) -> Refund:
    """The ticket that the sale takes back from; after a restart it is looked up again. Wait."""
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if sale.refund is None:
        raise Refused(faults.NOT_NOW)
    known = desk.refund
    if known is None or (known.closed.series, known.closed.number) != sale.refund:
        known = desk.refund = _find(desk, sale.refund)
    return Refund(known, sale)


def _taken(desk: Desk, lines: tuple[LineSold, ...]) -> Step:
    desk.entry = Entry()
    articles = [line for line in lines if not line.parent]
    if len(articles) == 1:
        screen = display.line(articles[0])
    else:
        screen = display.returned(len(articles), sum(line.gross for line in lines))
    return Step(lines, (Show(screen), Sound(Tone.ACCEPTED)))
