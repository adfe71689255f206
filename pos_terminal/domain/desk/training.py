"""Exercises: the till sells as ever, in a series of its own, and nothing of it counts."""

from pos_terminal.domain import display, faults
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.period_events import TrainingEnded, TrainingStarted
from pos_terminal.domain.sale import Refused
from pos_terminal.domain.steps import Show, Step


def train(desk: Desk, supervisor: int) -> Step:
    """Begin or end exercises, between sales; asked for twice, they go on as they are."""
    if desk.busy or desk.waiting:
        raise Refused(faults.SALES_OPEN)
    if desk.training == bool(supervisor):
        return Step()
    if supervisor:
        return Step((TrainingStarted(supervisor=supervisor),), (Show(display.training()),))
    return Step((TrainingEnded(),), (Show(display.ready()),))
