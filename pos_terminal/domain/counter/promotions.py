"""When promotions are looked for: at ST and tender, and then whenever the lines change."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations

from msgspec.structs import replace

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Step
from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PromotionsApplied,
)
from pos_terminal.domain.events.sale import LineSold, LineVoided, Reduction
from pos_terminal.domain.sale.promotions import Applied, applied
from pos_terminal.domain.sale.sale import Sale, apply

CHANGING = (LineSold, LineVoided, DiscountGiven, DiscountWithdrawn)
"""Events after which promotions that were found may be others."""

MOST_DISCOUNTS = 3
"""Of so many discounts every choice is tried; of more each alone, all, and none."""


def look_for(desk: Desk) -> Step:
    """The promotions of the sale at hand, if they are not those that it has."""
    sale = desk.sale
    if sale is None or sale.tenders or not (desk.promotions or sale.promotions):
        return Step()
    found = min(_ways(desk, sale), key=lambda way: (apply(sale, way) or sale).total)
    if (found.reductions, frozenset(found.waived)) == (sale.promotions, sale.waived):
        return Step()
    return Step((found,))


def look_again(desk: Desk, done: Iterable[Step]) -> Step:
    """Look again where promotions were found, and what was done changed the lines since."""
    sale = desk.sale
    if sale is None or not sale.promotions:
        return Step()
    if any(isinstance(event, CHANGING) for step in done for event in step.events):
        return look_for(desk)
    return Step()


def _ways(desk: Desk, sale: Sale) -> Iterator[PromotionsApplied]:
    """What promotions make of the sale, with each way of letting discounts give way to them.

    A discount by hand and a promotion do not add up: a discounted line enters none. So that a small
    discount costs no large promotion, it is tried what they come to without it; the first way, in
    which all discounts stand, is kept where no other is cheaper.
    """
    numbers = range(1, len(sale.discounts) + 1) if desk.promotions and not sale.prices else ()
    every = len(numbers) <= MOST_DISCOUNTS
    sizes = range(len(numbers) + 1) if every else (0, 1, len(numbers))
    tried = [frozenset(each) for size in sizes for each in combinations(numbers, size)]
    if sale.waived not in tried:
        tried.append(sale.waived)
    for waived in tried:
        found = _found(desk, sale, waived)
        if found:
            yield replace(found, exact=found.exact and every)


def _found(desk: Desk, sale: Sale, waived: frozenset[int]) -> PromotionsApplied | None:
    """Those that stand, since a discount was reckoned upon them, and new ones on other lines.

    None where a discount would come back that had given way to a promotion which stands: it was
    not reckoned upon that, and the two would add up.
    """
    given = {n: _lines(each) for n, each in enumerate(sale.discounts, 1) if n not in waived}
    reckoned = frozenset[int]().union(*(given[n] for n in given if n not in sale.waived))
    standing = tuple(
        each
        for each in sale.promotions
        if _lines(each) & reckoned and not _lines(each) & sale.voided
    )
    bound = frozenset[int]().union(*map(_lines, standing))
    discounted = frozenset[int]().union(*given.values())
    if any(given[n] & bound for n in given if n in sale.waived):
        return None
    new = Applied()
    if not sale.prices:
        bound |= discounted | sale.voided
        bound |= {line.line for line in sale.lines if line.firm or line.fixed}
        free = [line for line in sale.lines if line.line not in bound]
        new = applied(free, desk.promotions, datetime.fromisoformat(sale.at))
    return PromotionsApplied(
        sale=sale.number,
        reductions=standing + new.reductions,
        waived=tuple(sorted(waived)),
        exact=new.exact,
    )


def _lines(given: Reduction | DiscountGiven) -> frozenset[int]:
    """The lines that it takes something off."""
    return frozenset(share.line for share in given.shares)
