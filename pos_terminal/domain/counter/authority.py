"""What the clerk may not do: a manager on the spot allows it, and both stand in the records."""

from pos_terminal.domain.counter.desk import Desk, Wait
from pos_terminal.domain.counter.identification import Identification
from pos_terminal.domain.counter.steps import Sound
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone


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
