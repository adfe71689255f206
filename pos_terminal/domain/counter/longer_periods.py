"""Whether a month or a year is over, where nothing vouches for the clock: somebody decides."""

from typing import ClassVar

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.steps import CloseLonger, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen


class LongerPeriods(Pending, frozen=True):
    """These are over if today is the date that the clock says; `authority` is who is asked."""

    refusal: ClassVar[Fault] = faults.ASKED_FOR_DATE
    holds_day: ClassVar[bool] = True

    authority: int
    today: str
    periods: tuple[Period, ...]

    def screen(self, desk: Desk) -> Screen:
        """The question."""
        return display.asked_for_date(self.today)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """Z where the date is right, C where it is not."""
        match key.function:
            case Function.CLOSE:
                desk.pending = None
                return Step(effects=(CloseLonger(self.authority, self.periods),))
            case Function.CLEAR:
                desk.pending = None
                return Step()
            case _:
                raise Refused(self.refusal)

    def after_error(self) -> "LongerPeriods":
        """It goes on."""
        return self
