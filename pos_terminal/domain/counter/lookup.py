"""Questions about the till's past: asked of its projection, and waited for."""

from pos_terminal.domain.counter.decision import Decision
from pos_terminal.domain.counter.desk import Desk, Pending, Wait
from pos_terminal.domain.counter.steps import Input, LookedUp, LookUp, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, Wanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen


class Search(Pending, frozen=True):
    """The answer to the `LookUp` of that number is awaited, for `then` to be decided."""

    request: int
    wanted: Wanted
    then: Decision

    @property
    def on_its_way(self) -> bool:
        """The lane always answers, if only with a fault."""
        return True

    def screen(self, desk: Desk) -> Screen:
        """That it may take a moment."""
        return display.looking()

    def answer(self, desk: Desk, given: Input, moment: Moment) -> Step | Decision:
        """Go on with what was found."""
        if not isinstance(given, LookedUp) or given.request != self.request:
            return Step()  # the clerk gave that one up
        desk.pending = None
        if given.fault:
            raise Refused(given.fault)
        return self.then.answered(self.wanted, given.found)


def look_up(desk: Desk, wanted: Wanted) -> Answer | None:
    """What the past says; None for nothing. Wait, until it has answered.

    Meanwhile C gives it up, and other keys are kept for behind it, so what is typed and the sale
    stay as they are until the handler is called anew.
    """
    for asked, answer in desk.decision.found:
        if asked == wanted:
            return answer
    desk.lookups += 1
    raise Wait(Search(desk.lookups, wanted, desk.decision), LookUp(desk.lookups, wanted))
