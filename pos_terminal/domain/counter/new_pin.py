"""A new PIN, typed at the counter by whose it is to be: no page is ever told one.

Whoever runs the shop has asked for it at a page of hers, which shows digits: they say here whose
PIN is typed. It is typed twice, and what is kept of it is made elsewhere.
"""

from typing import ClassVar

from msgspec import field
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.steps import KeepPin, Show, Sound, Step
from pos_terminal.domain.display import access as display
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.clerks import LONGEST_PIN, SHORTEST_PIN, Pin, is_guessed
from pos_terminal.domain.staff.console import PinAsked


class NewPin(Pending, frozen=True):
    """Digits and CLERK, twice the same; C gives it up. `once` is what was typed the first time."""

    secret: ClassVar[bool] = True

    asked: PinAsked
    typed: Pin = field(default_factory=Pin)
    once: Pin = field(default_factory=Pin)

    def screen(self, desk: Desk) -> Screen:
        """Whose, and stars: the customer reads along."""
        return display.new_pin(self.asked.clerk, self.typed, again=bool(self.once))

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """A digit, CLERK, or C."""
        match key.function:
            case Function.CLEAR if self.typed:
                desk.pending = replace(self, typed=Pin())
                return Step()
            case Function.CLEAR:
                desk.pending = None
                return Step()
            case Function.TYPE if key.argument.isdigit():
                if len(self.typed) + len(key.argument) > LONGEST_PIN:
                    raise Refused(faults.TOO_LONG)
                desk.pending = replace(self, typed=self.typed + key.argument)
                return Step()
            case Function.CLERK:
                return self._typed(desk)
            case _:
                raise Refused(faults.NOT_NOW)

    def after_error(self) -> Pending:
        """It is typed anew, both times."""
        return NewPin(self.asked)

    def _typed(self, desk: Desk) -> Step:
        if not self.once:
            if len(self.typed) < SHORTEST_PIN or is_guessed(self.typed):
                raise Refused(faults.PIN_TOO_SIMPLE)
            desk.pending = replace(self, typed=Pin(), once=self.typed)
            return Step(effects=(Sound(Tone.ACCEPTED),))
        if self.typed != self.once:
            raise Refused(faults.PINS_DIFFER)
        desk.pending = None
        shown = Show(display.pin_typed(self.asked.clerk), private=True)
        return Step(effects=(KeepPin(self.asked, self.typed), shown, Sound(Tone.ACCEPTED)))
