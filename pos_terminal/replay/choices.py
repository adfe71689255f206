"""Options in recorded tickets: which rows are options, and what answers a forced choice. Pure.

A ticket recorded elsewhere may lack the choice that the catalogue forces. Then the first one
that costs nothing is made, so that the ticket's total stays its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.replay.plan import ForcedChoice, Planned

Plans = list[Planned | str]


def with_choices(plans: Plans, catalog: Catalog, day: date) -> Plans:
    """The plans with what each article is asked, and answered, behind it."""
    done: Plans = list(plans)
    at = 0
    while at < len(done):
        plan = done[at]
        at += 1
        if isinstance(plan, str):
            continue
        if plan.item.choice:
            done[at - 1] = "option: it does not follow an article that may have it, as often"
            continue
        at = _of_article(done, at - 1, plan, catalog, day)
    return done


def _of_article(plans: Plans, first: int, plan: Planned, catalog: Catalog, day: date) -> int:
    """Decide on the article at `first` with its options; where the next article may be."""
    groups = catalog.options(plan.item)
    forced = {group: choices for group, choices in groups.items() if _must(choices)}
    last = first
    for group, choices in forced.items():
        here, row = plans[last], _option(plans, last + 1, plan)
        if row and row.item in choices:
            last += 1
            plans[last] = replace(row, digit=choices.index(row.item) + 1)
            continue
        free = _free(choices, day)
        if free is None:
            reason = f"article: {plan.item.name!r} needs a choice ({group}), and none is free"
            plans[first : last + 1] = [reason] * (last + 1 - first)
            return last + 1
        if isinstance(here, Planned):
            plans[last] = replace(here, answers=(*here.answers, ForcedChoice(group, *free)))
    _ask(plans, range(first, last + 1), list(forced))
    others = [item for name, choices in groups.items() if name not in forced for item in choices]
    row = _option(plans, last + 1, plan)
    while row and row.item in others:
        last += 1
        plans[last] = replace(row, follows=True)
        row = _option(plans, last + 1, plan)
    return last + 1


def _must(choices: Sequence[Item]) -> bool:
    return any(each.choice and each.choice.forced for each in choices)


def _option(plans: Plans, at: int, article: Planned) -> Planned | None:
    """The row there, if it can be an option of that article."""
    row = plans[at] if at < len(plans) else None
    pieces = article.item.unit is Unit.PIECE
    wanted = article.row.quantity if pieces else (ONE if article.row.quantity > 0 else -ONE)
    fits = isinstance(row, Planned) and row.item.choice and row.override is None
    if isinstance(row, Planned) and fits and row.row.quantity == wanted:
        return row
    return None


def _free(choices: Sequence[Item], day: date) -> tuple[int, str] | None:
    """Digit and PLU of the first choice that costs nothing."""
    for digit, item in enumerate(choices, 1):
        listed = item.prices.on(day)
        if listed is not None and listed.cents == 0:
            return digit, item.plu
    return None


def _ask(plans: Plans, rows: Sequence[int], forced: list[str]) -> None:
    """Note at each of these rows which group is asked for right behind it."""
    for at in rows:
        here = plans[at]
        if not isinstance(here, Planned):
            continue
        if here.digit:
            forced.pop(0)
        plans[at] = replace(here, asks=forced[0] if forced else "")
        del forced[: len(here.answers)]
