"""`TICKET`: on paper, what the clerk stands in: an order that is noted, a refund, the last sale."""

from pos_terminal.domain.counter import orders, refunds
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Step
from pos_terminal.domain.moment import Moment


def press(desk: Desk, keyed: str, moment: Moment) -> Step:
    """The order's papers while one is noted; else the ticket's."""
    if desk.entry.order:
        return orders.papers(desk)
    return refunds.ticket(desk, keyed, moment)
