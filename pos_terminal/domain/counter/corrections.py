"""Taking back: the last line, an earlier one, the whole sale. Each leaves its trace."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.discounts import withdraw
from pos_terminal.domain.counter.payment import give_back
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.counter.voided_lines import take_back
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment


def correct(desk: Desk, _: str, __: Moment) -> Step:
    """Take back what came last: the means of payment, else the discount, else the live line."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_TO_CORRECT)
    if sale.tenders:
        return give_back(desk, sale)
    if sale.undoable:
        return withdraw(desk, sale)
    return take_back(desk, sale, sale.correct())


def cancel(desk: Desk, _: str, __: Moment) -> Step:
    """Give the sale up; only before anything is paid."""
    desk.nothing_typed()
    abandoned = desk.at_hand(faults.NOTHING_SOLD).abandon()
    authority.need(desk, Right.CANCEL)
    abandoned = replace(abandoned, authority=desk.authority)
    return Step((abandoned,), (Show(display.abandoned(abandoned.total)), Sound(Tone.ACCEPTED)))
