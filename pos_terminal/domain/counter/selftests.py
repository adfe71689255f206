"""`AUTOTEST`: box, till and devices are tried, and a paper says how they are."""

from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import RunSelfTest, SelfTestEnded, Show, Sound, Step
from pos_terminal.domain.display import selftest as display
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment


def key(desk: Desk, _: str, __: Moment) -> Step:
    """Have it done; between two sales, for it shows patterns and weighs."""
    desk.nothing_typed()
    between_sales(desk)
    return Step(effects=(RunSelfTest(), Show(display.running()), Sound(Tone.ACCEPTED)))


def ended(desk: Desk, done: SelfTestEnded) -> Step:
    """What came of it; the paper has been printed."""
    if done.fault:
        return desk.notify(done.fault)
    shown = () if desk.busy else (Show(display.ended(well=done.well)),)
    return Step(effects=(*shown, Sound(Tone.ACCEPTED if done.well else Tone.REFUSED)))
