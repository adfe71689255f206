"""What is due, and taking it."""

from dataclasses import replace

from pos_terminal.domain import display, faults
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.payment import TENDERS
from pos_terminal.domain.sale import Refused, apply
from pos_terminal.domain.steps import Effect, OpenDrawer, Show, Sound, Step


def subtotal(desk: Desk, _: str, __: Moment) -> Step:
    """Show what the sale comes to so far."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_SOLD)
    return Step(effects=(Show(display.subtotal(sale)),))


def tender(desk: Desk, name: str, _: Moment) -> Step:
    """Take a means of payment: the amount typed, or all that is due; the sale closes when paid."""
    kind = TENDERS[name]
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.NOTHING_SOLD)
    paid = sale.pay(kind, desk.entry.cents() if desk.entry.number else None)
    desk.entry = Entry()
    after = apply(sale, paid)
    if after is None or after.due:
        due = after.due if after else 0
        return Step((paid,), (Show(display.remaining(due)), Sound(Tone.ACCEPTED)))
    closed = after.close(*desk.next_ticket())
    drawer = not desk.training and any(TENDERS[each.tender].opens_drawer for each in closed.tenders)
    effects: tuple[Effect, ...] = (Show(display.paid(closed)), Sound(Tone.ACCEPTED))
    return Step((paid, closed), (OpenDrawer(), *effects) if drawer else effects)
