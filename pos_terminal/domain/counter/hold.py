"""Sales that wait: put on hold, and recalled."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import payments
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.sale import SaleHeld, SaleRecalled
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment


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
    shown = Show(
        payments.standing(sale.payment, sale.answered) if sale.payment else display.subtotal(sale)
    )
    return Step((SaleRecalled(sale=sale.number),), (shown, Sound(Tone.ACCEPTED)))
