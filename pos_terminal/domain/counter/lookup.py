"""Questions about the till's past: asked of its ledgers, answered to what the clerk is doing."""

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.pending import Looking, Then
from pos_terminal.domain.counter.steps import LookedUp, LookUp, Step
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Wanted
from pos_terminal.domain.moment import Moment


def look_up(desk: Desk, wanted: Wanted, then: Then) -> Step:
    """Ask, and do `then` with the answer. Meanwhile C gives it up, and other keys are refused.

    What is typed and the sale stay as they are until the answer is there.
    """
    desk.lookups += 1
    desk.looking = Looking(desk.lookups, then, desk.authority)
    return Step(effects=(LookUp(desk.lookups, wanted),))


def looked_up(desk: Desk, answer: LookedUp, moment: Moment) -> Step:
    """What was found, for whoever still waits for it."""
    waiting = desk.looking
    if waiting is None or waiting.request != answer.request:
        return Step()  # the clerk gave it up
    desk.looking = None
    if answer.fault:
        raise Refused(answer.fault)
    desk.authority = waiting.authority
    return waiting.then(answer.found, moment)
