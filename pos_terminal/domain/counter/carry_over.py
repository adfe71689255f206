"""The open sales that keep a day from being closed: read one by one, and carried over on record."""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.steps import CloseDay, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen


class CarryOver(Pending, frozen=True):
    """The open sales are shown, one a page from 1 on; page 0 asks whether to carry them over.

    `authority` is who is asked. An error does not end it.
    """

    refusal: ClassVar[Fault] = faults.REVIEWING
    holds_day: ClassVar[bool] = True

    authority: int
    page: int = 0

    def screen(self, desk: Desk) -> Screen:
        """The question, or one of the sales."""
        return display.reviewing(desk.open_sales, self.page)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """REPORT for the next one, Z to carry them over, C."""
        sales = desk.open_sales
        match key.function:
            case Function.CARRY:
                desk.pending = replace(self, page=(self.page + 1) % (len(sales) + 1))
                return Step()
            case Function.CLOSE:
                desk.pending = None
                carried = tuple(sorted(sale.number for sale in sales))
                return Step(effects=(CloseDay(self.authority, carried),))
            case Function.CLEAR:
                desk.pending = None
                return Step()
            case _:
                raise Refused(self.refusal)

    def after_error(self) -> "CarryOver":
        """It goes on."""
        return self


def carry(desk: Desk, _: str, __: Moment) -> Step:
    """`REPORT`: ask whether the open sales shall go on into the next day."""
    desk.nothing_typed()
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if not desk.open_sales:
        raise Refused(faults.NOTHING_OPEN)
    if desk.sale and desk.sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    authority.need(desk, Right.CLOSE)
    desk.pending = CarryOver(desk.authority or desk.clerk)
    return Step(effects=(Sound(Tone.ALARM),))
