"""The open sales that keep a day from being closed: read one by one, and carried over on record."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.pending import Reviewing
from pos_terminal.domain.counter.steps import CloseDay, ListSales, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.sale import SaleHeld, SaleRecalled
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment


def refused(desk: Desk) -> Step:
    """A Z over open sales: it is said which, on paper."""
    step = desk.refuse(faults.SALES_OPEN)
    return replace(step, effects=(*step.effects, ListSales(desk.open_sales)))


def carry(desk: Desk, _: str, __: Moment) -> Step:
    """`REPORT`: ask whether the open sales shall go on into the next day."""
    desk.nothing_typed()
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if not desk.open_sales:
        raise Refused(faults.NOTHING_OPEN)
    if desk.sale and desk.sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    return authority.need(desk, Right.CLOSE, lambda: _ask(desk))


def _ask(desk: Desk) -> Step:
    desk.reviewing = Reviewing(authority=desk.authority or desk.clerk)
    return Step(effects=(Sound(Tone.ALARM),))


def press(desk: Desk, key: Key) -> Step:
    """A key while the open sales are shown: REPORT for the next one, Z to carry them over, C."""
    reviewing = desk.reviewing
    if reviewing is None:
        raise ValueError("nothing is reviewed")
    sales = desk.open_sales
    match key.function:
        case Function.CARRY:
            page = (reviewing.page + 1) % (len(sales) + 1)
            desk.reviewing = replace(reviewing, page=page)
            return Step()
        case Function.CLOSE:
            desk.reviewing = None
            carried = tuple(sorted(sale.number for sale in sales))
            return Step(effects=(CloseDay(reviewing.authority, carried),))
        case Function.CLEAR:
            desk.reviewing = None
            return Step()
        case _:
            raise Refused(faults.REVIEWING)


def hold(desk: Desk, _: str, __: Moment) -> Step:
    """Let the sale at hand wait; not once money has been taken."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if not sale.live:
        raise Refused(faults.NOTHING_SOLD)
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    shown = Show(display.held(len(desk.held) + 1))
    return Step((SaleHeld(sale=sale.number),), (shown, Sound(Tone.ACCEPTED)))


def recall(desk: Desk, _: str, __: Moment) -> Step:
    """Go on with the sale that was held last, or with the n-th of those that wait."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.sale:
        raise Refused(faults.SALE_AT_HAND)
    if not desk.held:
        raise Refused(faults.NOTHING_HELD)
    held = list(desk.held.values())
    place = int(desk.entry.whole()) if desk.entry.number else len(held)
    if not 1 <= place <= len(held):
        raise Refused(faults.BAD_NUMBER)
    desk.entry = Entry()
    sale = held[place - 1]
    shown = Show(display.subtotal(sale))
    return Step((SaleRecalled(sale=sale.number),), (shown, Sound(Tone.ACCEPTED)))
