"""`AIDE`: what to do about the last code, and whom to call, running over the display.

It is a layer over whatever is shown, waited for or asked, and changes none of it.
"""

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Step
from pos_terminal.domain.moment import Moment


def show(desk: Desk, _: str, __: Moment) -> Step:
    """Show it, until another key is pressed."""
    desk.helping = True
    return Step()
