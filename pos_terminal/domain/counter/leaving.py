"""What stays in each drawer after the Z: asked once it is counted. The rest is a safe drop."""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import CloseDay, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.breakdown import DrawerSum
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen


class Leaving(Pending, frozen=True):
    """How much stays in the first of these drawers, before the day is closed as it was `asked`.

    An error does not end it.
    """

    refusal: ClassVar[Fault] = faults.LEAVING
    holds_day: ClassVar[bool] = True

    asked: CloseDay
    drawers: tuple[DrawerSum, ...]

    def screen(self, desk: Desk) -> Screen:
        """The question, and what is typed."""
        several = desk.rules.drawers.number > 1
        return display.leaving(self.drawers[0].drawer if several else 0, desk.entry.number)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """A sum and Z; Z alone leaves all of it; C."""
        match key.function:
            case Function.TYPE:
                return desk.set(desk.entry.type(key.argument))
            case Function.CLEAR:
                desk.pending = self if not desk.entry.empty else None
                return desk.set(Entry())
            case Function.CLOSE:
                return self._answered(desk)
            case _:
                raise Refused(self.refusal)

    def after_error(self) -> "Leaving":
        """It goes on."""
        return self

    def _answered(self, desk: Desk) -> Step:
        drawer, *others = self.drawers
        stays = desk.entry.cents() if desk.entry.number else drawer.left
        if stays > drawer.left:
            raise Refused(faults.MORE_THAN_COUNTED)
        desk.entry = Entry()
        asked = replace(self.asked, stays=(*(self.asked.stays or ()), (drawer.drawer, stays)))
        if others:
            desk.pending = Leaving(asked, tuple(others))
            return Step(effects=(Sound(Tone.ACCEPTED),))
        desk.pending = None
        return Step(effects=(asked,))
