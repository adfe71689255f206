"""What the clerk may not do: a manager on the spot allows it, and both stand in the records."""

from collections.abc import Callable

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.pending import Asking
from pos_terminal.domain.counter.steps import Sound, Step
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.staff.clerks import Clerk


def need(desk: Desk, right: Right, then: Callable[[], Step]) -> Step:
    """Do `then`, which needs `right`: at once, or when somebody who has it has typed his PIN.

    Every handler calls this for what not everybody may do, once it is sure that the key makes
    sense and before it changes anything:

        def no_sale(desk: Desk, _: str, moment: Moment) -> Step:
            desk.nothing_typed()
            return authority.need(desk, Right.NO_SALE, lambda: _open(desk, moment))

    `then` decides as a handler does: it gives the step, or raises Refused. Until it is called, what
    is typed (`desk.entry`) and the sale stay as they are, and C gives it up. While it runs,
    `desk.authority` is the number of who allowed it (0: the clerk has the right), for the
    `authority` of its events; an `authority.given` stands in front of them in any case. An action
    that needs several rights nests the calls; the one who allowed the first is asked no more.
    Where the till has no clerks, its one operator may do everything.
    """
    if desk.clerks.may(desk.clerk, right):
        return then()
    if desk.authority and desk.clerks.may(desk.authority, right):
        return _allowed(desk.authority, right, then())
    desk.asking = Asking(right, then)
    return Step(effects=(Sound(Tone.ALARM),))


def given(desk: Desk, manager: Clerk, right: Right, then: Callable[[], Step]) -> Step:
    """The manager's PIN was right: do it, if he has the right himself."""
    if right not in manager.rights:
        raise Refused(faults.NO_RIGHT)
    desk.authority = manager.number
    return _allowed(manager.number, right, then())


def _allowed(authority: int, right: Right, step: Step) -> Step:
    noted = AuthorityGiven(authority=authority, right=right)
    return replace(step, events=(noted, *step.events))
