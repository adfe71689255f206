"""Support from afar: let in by PIN, answered, and shown out, at the counter.

To let somebody in needs the right and a PIN typed now, since a barcode can be held up by anybody;
to show him out needs one key, whatever else the counter is at.
"""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.desk import Desk, Pending, Wait
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import (
    AccessNews,
    AdmitSupport,
    AnswerSupport,
    EndAccess,
    SettleTrial,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import support as display
from pos_terminal.domain.events.values import GrantLevel, Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import YES, Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff.grants import LEVELS, AccessAsked
from pos_terminal.domain.staff.support import PURPOSE, Support

YES_DIGIT, NO_DIGIT = "1", "0"
"""They answer, too: a small keypad has no keys for it."""


class ConsentShown(Pending, frozen=True):
    """Who would come, how far in and for how long; a digit chooses the level, ASSISTANCE agrees."""

    refusal: ClassVar[Fault] = faults.SUPPORT_SHOWN

    level: GrantLevel

    def screen(self, desk: Desk) -> Screen:
        """The firm, and what it may do."""
        rules = desk.identity.support
        return display.consent(rules.firm, LEVELS.index(self.level) + 1, self.level, rules.minutes)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """1 to 3; ASSISTANCE, and then a PIN; C."""
        if key.function is Function.TYPE:
            desk.pending = replace(self, level=_level(key.argument))
            return Step()
        if key.function is not Function.SUPPORT:
            super().press(desk, key, moment)
            return Step()
        seconds = desk.identity.support.minutes * 60
        desk.agreed = AccessAsked(0, PURPOSE, self.level, (), seconds)
        raise Wait(Identification(right=Right.SUPPORT, then=desk.decision), Sound(Tone.ALARM))


class QuestionShown(Pending, frozen=True):
    """What the support asks: OUI or NON. Anything else goes on as ever: a sale does not wait."""

    secret: ClassVar[bool] = True  # a barcode must not agree

    asked: int
    question: str

    def screen(self, desk: Desk) -> Screen:
        """What would be done."""
        return display.question(self.question)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """OUI or 1, NON or 0 or C."""
        match key.function:
            case Function.ANSWER:
                yes = key.argument == YES
            case Function.TYPE if key.argument in (YES_DIGIT, NO_DIGIT):
                yes = key.argument == YES_DIGIT
            case Function.CLEAR:
                yes = False
            case _:
                desk.pending = None
                return None
        desk.pending = None
        # Not asked again while the answer is on its way.
        desk.access = replace(desk.access, support=_unasked(desk))
        shown = Show(display.answered(yes=yes), private=True)
        return Step(effects=(AnswerSupport(self.asked, yes, desk.clerk), shown))

    def scan(self, desk: Desk, scanned: object, moment: Moment) -> Step | None:
        """As ever."""
        desk.pending = None
        return None


class TrialShown(Pending, frozen=True):
    """Settings are on trial: OUI keeps them, NON gives them back. Anything else goes on as ever."""

    secret: ClassVar[bool] = True  # a barcode must not agree

    def screen(self, desk: Desk) -> Screen:
        """What is asked."""
        return display.trial()

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """OUI or NON. A digit begins an amount: it is no answer to what stays for minutes."""
        desk.pending = None
        if key.function is not Function.ANSWER:
            return None
        keep = key.argument == YES
        desk.access = replace(desk.access, trial=False)  # not asked again meanwhile
        shown = Show(display.settling(keep=keep), private=True)
        return Step(effects=(SettleTrial(keep, desk.clerk), shown, Sound(Tone.ACCEPTED)))

    def scan(self, desk: Desk, scanned: object, moment: Moment) -> Step | None:
        """As ever."""
        desk.pending = None
        return None


def key(desk: Desk, _: str, __: Moment) -> Step:
    """`ASSISTANCE`: show who would come; once a PIN was right, let him in."""
    if desk.authority:
        return _admit(desk)
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if not desk.identity.support.firm:
        raise Refused(faults.NO_SUPPORT_SET)
    if not desk.clerks:
        raise Refused(faults.NO_RIGHT)  # without PINs a barcode would do
    level = _level(desk.entry.number) if desk.entry.number else GrantLevel.DIAGNOSE
    desk.entry = Entry()
    desk.pending = ConsentShown(level)
    return Step(effects=(Sound(Tone.ALARM),))


def _admit(desk: Desk) -> Step:
    agreed, desk.agreed = desk.agreed, None
    if agreed is None or agreed.purpose != PURPOSE:
        raise Refused(faults.NO_ACCESS)
    shown = Show(display.coming(), private=True)
    return Step(
        effects=(AdmitSupport(agreed.level, desk.authority), shown, Sound(Tone.ACCEPTED))
    )


def end(desk: Desk) -> Step | None:
    """`ASSISTANCE` while a consent stands: over at once. None where none stands."""
    support = desk.access.support
    if support is None:
        return None
    if isinstance(desk.pending, QuestionShown):
        desk.pending = None
    desk.access = replace(desk.access, support=None)
    shown = () if desk.busy else (Show(display.ended(), private=True),)
    return Step(effects=(EndAccess(support.grant, desk.clerk), *shown, Sound(Tone.ACCEPTED)))


def say_back(desk: Desk, answer: str, _: Moment) -> Step:
    """OUI or NON that nobody asked for: whoever is in hears it."""
    support = desk.access.support
    if support is None or not support.who:
        raise Refused(faults.NO_SUPPORT_IN)
    return Step(effects=(AnswerSupport(0, answer == YES, desk.clerk), Sound(Tone.ACCEPTED)))


def news(desk: Desk, given: AccessNews) -> Step:
    """What others ask for and may do; a question of the support's is shown between two sales."""
    before, desk.access = desk.access.support, given
    support = given.support
    if isinstance(desk.pending, QuestionShown) and (
        support is None or support.asked != desk.pending.asked
    ):
        desk.pending = None  # it has been answered, or nobody asks any more
    if isinstance(desk.pending, TrialShown):
        desk.pending = None  # it is shown anew, unless it is over or a question goes before it
    effects: list[Show | Sound] = []
    free = not desk.busy and desk.entry.empty and not desk.fault
    if free and support and support.asked:
        desk.pending = QuestionShown(support.asked, support.question)
        effects.append(Sound(Tone.ALARM))
    elif free and given.trial:
        desk.pending = TrialShown()
    elif free and support != before and not desk.parting:
        effects.append(Show(desk.base()))
    return Step(effects=tuple(effects))


def _unasked(desk: Desk) -> Support | None:
    support = desk.access.support
    return support and replace(support, asked=0, question="")


def _level(digits: str) -> GrantLevel:
    """1 observe, 2 diagnose, 3 control. Raises Refused."""
    if digits not in ("1", "2", "3"):
        raise Refused(faults.SUPPORT_SHOWN)
    return LEVELS[int(digits) - 1]
