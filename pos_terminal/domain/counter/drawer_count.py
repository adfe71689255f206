"""The blind count: how many of each denomination, and nothing says how many there should be."""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import CountDrawer, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.period.drawer import Counting
from pos_terminal.domain.screen import Screen

CONFIRMING = (Function.COUNT, Function.PLU)
"""The keys that take the number of pieces typed: COMPTE, and the large key of most keyboards."""


class DrawerCount(Pending, frozen=True):
    """A drawer is being counted. An error does not end it: what was counted so far is kept."""

    refusal: ClassVar[Fault] = faults.COUNTING
    holds_day: ClassVar[bool] = True

    counting: Counting

    def screen(self, desk: Desk) -> Screen:
        """What to count now, and how many are typed."""
        drawer = self.counting.drawer if desk.rules.drawers.number > 1 else 0
        return display.counting(self.counting.denomination, desk.entry.number, drawer)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """A number, COMPTE behind it, CORR to go back, C."""
        counting = self.counting
        match key.function:
            case Function.TYPE if key.argument != ",":
                return desk.set(desk.entry.type(key.argument))
            case Function.CLEAR:
                desk.pending = self if not desk.entry.empty else None
                return desk.set(Entry())
            case Function.CORRECT if counting.pieces and desk.entry.empty:
                desk.pending = DrawerCount(replace(counting, pieces=counting.pieces[:-1]))
                return Step()
            case function if function in CONFIRMING:
                return self._counted(desk)
            case _:
                raise Refused(self.refusal)

    def after_error(self) -> "DrawerCount":
        """It goes on."""
        return self

    def _counted(self, desk: Desk) -> Step:
        pieces = int(desk.entry.number or "0")
        after = replace(self.counting, pieces=(*self.counting.pieces, pieces))
        if after.total > LARGEST_TOTAL:
            raise Refused(faults.AMOUNT_TOO_LARGE)
        desk.entry = Entry()
        if not after.finished:
            desk.pending = DrawerCount(after)
            return Step()
        desk.pending = None
        done = CountDrawer(after.pieces, after.total, after.drawer)
        return Step(effects=(done, Sound(Tone.ACCEPTED)))
