"""When promotions are looked for: at ST and tender, and then whenever the lines change."""

from collections.abc import Iterable
from datetime import datetime

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Step
from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PromotionsApplied,
)
from pos_terminal.domain.events.sale import LineSold, LineVoided, Reduction
from pos_terminal.domain.sale.promotions import applied
from pos_terminal.domain.sale.sale import Sale

CHANGING = (LineSold, LineVoided, DiscountGiven, DiscountWithdrawn)
"""Events after which promotions that were found may be others."""


def look_for(desk: Desk) -> Step:
    """The promotions of the sale at hand, if they are not those that it has."""
    sale = desk.sale
    if sale is None or sale.tenders or not (desk.promotions or sale.promotions):
        return Step()
    found = _found(desk, sale)
    if found == sale.promotions:
        return Step()
    return Step((PromotionsApplied(sale=sale.number, reductions=found),))


def look_again(desk: Desk, done: Iterable[Step]) -> Step:
    """Look again where promotions were found, and what was done changed the lines since."""
    sale = desk.sale
    if sale is None or not sale.promotions:
        return Step()
    if any(isinstance(event, CHANGING) for step in done for event in step.events):
        return look_for(desk)
    return Step()


def _found(desk: Desk, sale: Sale) -> tuple[Reduction, ...]:
    """Those that stand, since a discount was reckoned upon them, and new ones on other lines.

    A discount by hand and a promotion do not add up: a discounted line enters none.
    """
    discounted = {share.line for given in sale.discounts for share in given.shares}
    standing = tuple(
        each
        for each in sale.promotions
        if any(share.line in discounted for share in each.shares)
        and not any(share.line in sale.voided for share in each.shares)
    )
    if sale.prices:
        return standing
    bound = discounted | {share.line for each in standing for share in each.shares}
    bound |= sale.voided | {line.line for line in sale.lines if line.firm or line.fixed}
    free = [line for line in sale.lines if line.line not in bound]
    return standing + applied(free, desk.promotions, datetime.fromisoformat(sale.at))
