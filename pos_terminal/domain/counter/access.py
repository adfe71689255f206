"""Access for another program on the box: seen, given by PIN, and ended, at the counter.

What is asked for never comes to the display by itself: somebody who was told of it presses the key,
or types the digits that stand in her browser.
A grant needs a PIN typed now, whoever is signed on; to end one needs nothing, since whoever sees
that something is wrong should not have to look for a manager first.
"""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.desk import Desk, Pending, Wait
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.new_pin import NewPin
from pos_terminal.domain.counter.steps import (
    EndAccess,
    GiveAccess,
    PrintConsole,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import access as display
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.console import CODE_LENGTH
from pos_terminal.domain.staff.grants import AccessAsked


class AccessShown(Pending, frozen=True):
    """What is asked for is shown: ACCES agrees to exactly that, C does not."""

    refusal: ClassVar[Fault] = faults.ACCESS_SHOWN

    asked: AccessAsked

    def screen(self, desk: Desk) -> Screen:
        """Who asks, for how much, and how long."""
        return display.asked(self.asked)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """ACCES, and then a PIN; C."""
        if key.function is not Function.ACCESS:
            super().press(desk, key, moment)
            return Step()
        desk.agreed = self.asked
        raise Wait(Identification(right=Right.ACCESS, then=desk.decision), Sound(Tone.ALARM))


def key(desk: Desk, _: str, __: Moment) -> Step:
    """`ACCES`: show what is asked for, else the last grant.

    With six digits: show who asks for access by them, or take a new PIN; with a lesser number: end
    that grant; with 0: print where the console is.
    """
    if desk.authority:
        return _give(desk)
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if len(desk.entry.number) == CODE_LENGTH:
        return _show_coded(desk, desk.entry.number)
    if desk.entry.number:
        number = int(desk.entry.whole())
        return _end(desk, number) if number else _print_console(desk)
    asked, standing = desk.access.asked, desk.access.standing
    if asked and desk.clerks:
        desk.pending = AccessShown(asked)
        return Step(effects=(Sound(Tone.ALARM),))
    if not standing:
        raise Refused(faults.NO_RIGHT if asked else faults.NO_ACCESS)
    return Step(effects=(Show(display.standing(standing[-1], len(standing)), private=True),))


def _give(desk: Desk) -> Step:
    """The PIN was right: what was shown is given, if it is what is asked for still."""
    agreed, desk.agreed = desk.agreed, None
    if agreed is None or agreed not in (desk.access.asked, *desk.access.coded):
        raise Refused(faults.NO_ACCESS)
    effects = (
        GiveAccess(agreed.number, desk.authority),
        Show(display.given(), private=True),
        Sound(Tone.ACCEPTED),
    )
    return Step(effects=effects)


def _show_coded(desk: Desk, code: str) -> Step:
    if not desk.clerks:
        raise Refused(faults.NO_RIGHT)  # without PINs whoever stands here would do
    wanted = next((each for each in desk.access.pins if each.code == code), None)
    if wanted:
        desk.entry = Entry()
        desk.pending = NewPin(wanted)
        return Step(effects=(Sound(Tone.ALARM),))
    asked = next((each for each in desk.access.coded if each.code == code), None)
    if asked is None:
        raise Refused(faults.NO_ACCESS)
    desk.entry = Entry()
    desk.pending = AccessShown(asked)
    return Step(effects=(Sound(Tone.ALARM),))


def _print_console(desk: Desk) -> Step:
    desk.entry = Entry()
    return Step(effects=(PrintConsole(), Sound(Tone.ACCEPTED)))


def _end(desk: Desk, number: int) -> Step:
    if number not in {each.number for each in desk.access.standing}:
        raise Refused(faults.NO_ACCESS)
    desk.entry = Entry()
    shown = Show(display.ended(number), private=True)
    return Step(effects=(EndAccess(number, desk.clerk), shown, Sound(Tone.ACCEPTED)))
