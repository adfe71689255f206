"""Who may do what. Somebody is asked who he is, for himself or to allow what the clerk may not do.

By a number and a PIN, or a badge; whoever allowed something stands in the records beside the clerk.
A PIN is checked elsewhere, as that takes time. Its digits are never part of an event or a screen.
"""

from typing import ClassVar

from msgspec import field
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.decision import Decision
from pos_terminal.domain.counter.desk import Desk, Pending, Wait
from pos_terminal.domain.counter.steps import CheckPin, Scanned, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff import pin_lock
from pos_terminal.domain.staff.clerks import LONGEST_PIN, SHORTEST_PIN, Clerk, Pin, is_badge


def need(desk: Desk, right: Right) -> None:
    """Return where the clerk has `right`, or somebody lends it; else ask for who has it. Wait.

    Every handler calls this for what not everybody may do, once it is sure that the key makes
    sense and before it changes anything:

        def no_sale(desk: Desk, _: str, moment: Moment) -> Step:
            desk.nothing_typed()
            authority.need(desk, Right.NO_SALE)
            ...

    Once a manager's PIN was right the handler is called anew. Then `desk.authority` is his number
    (0: the clerk has the right), for the `authority` of its events; an `authority.given` stands in
    front of them in any case. Who allowed an action that needs several rights is asked once.
    Where the till has no clerks, its one operator may do everything.
    """
    if desk.clerks.may(desk.clerk, right):
        return
    decision = desk.decision
    if not (decision.authority and desk.clerks.may(decision.authority, right)):
        raise Wait(Identification(right=right, then=decision), Sound(Tone.ALARM))
    if right not in decision.rights:
        desk.decision = decision.lending(right)


class Identification(Pending, frozen=True):
    """Who signs on (`right` None), or who lends this right, so that `then` is decided.

    `clerk` is 0 until a number or a badge said who; what is typed then is his PIN. `request` is
    the number of the `CheckPin` that is on its way; 0 for none.
    """

    secret: ClassVar[bool] = True

    right: Right | None = None
    then: Decision | None = None
    clerk: int = 0
    typed: Pin = field(default_factory=Pin)
    request: int = 0

    @property
    def on_its_way(self) -> bool:
        """Once the PIN is typed, its check is."""
        return self.request > 0

    def screen(self, desk: Desk) -> Screen:
        """Whose PIN, or who it is."""
        return display.asking(self.right, self.clerk, self.typed)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """Digits, CLERK behind them, or C to give it up."""
        match key.function:
            case Function.CLEAR:
                if self.typed and not self.request:
                    desk.pending = replace(self, typed=Pin())
                else:
                    self.give_up(desk)
                return Step()
            case Function.TYPE if self.request == 0 and key.argument.isdigit():
                if len(self.typed) + len(key.argument) > LONGEST_PIN:
                    raise Refused(faults.TOO_LONG)
                desk.pending = replace(self, typed=self.typed + key.argument)
                return Step()
            case Function.CLERK if self.request == 0:
                return self._check(desk, moment) if self.clerk else self._name(desk, moment)
            case _:
                raise Refused(self.refusal)

    def scan(self, desk: Desk, scanned: Scanned, moment: Moment) -> Step | None:
        """A badge says who it is; what needs authority needs the PIN as well."""
        if self.request or not is_badge(scanned.text):
            raise Refused(self.refusal)
        if self.right is None:  # who signs on may do so with a badge, his own or another's
            desk.pending = None
            return None
        found = desk.clerks.with_badge(scanned.text)
        must_be_free(desk, found, moment)
        desk.pending = replace(self, clerk=found.number, typed=Pin())
        return Step(effects=(Sound(Tone.ACCEPTED),))

    def _name(self, desk: Desk, moment: Moment) -> Step:
        if not self.typed:
            raise Refused(faults.NUMBER_MISSING)
        found = desk.clerks.clerk(int(self.typed.digits))
        must_be_free(desk, found, moment)
        desk.pending = replace(self, clerk=found.number, typed=Pin())
        return Step()

    def _check(self, desk: Desk, moment: Moment) -> Step:
        found = desk.clerks.clerk(self.clerk)
        if len(self.typed) < SHORTEST_PIN:
            raise Refused(faults.PIN_WRONG)
        must_be_free(desk, found, moment)
        desk.checks += 1
        desk.checking = desk.checks
        desk.pending = replace(self, typed=Pin(), request=desk.checks)
        return Step(effects=(CheckPin(desk.checks, found.number, self.typed, found.pin),))


def must_be_free(desk: Desk, found: Clerk, moment: Moment) -> None:
    """Raises Refused while his PIN is locked, or another is on its way: one try at a time."""
    if pin_lock.locked(desk.wrong, found.number, moment.utc):
        raise Refused(faults.CLERK_LOCKED)
    if desk.checking:
        raise Refused(faults.NOT_NOW)
