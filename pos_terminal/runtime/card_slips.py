"""Merchants' copies of card receipts: sealed in the personal store, found by their reference.

A receipt that the terminal prints by itself is on its paper. What it gives to be kept names a card
in part, so it lies where it can be erased, and is: a customer has thirteen months to contest a
payment (Code monétaire et financier, art. L. 133-24), and then nobody needs it.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import NoReturn

from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.moment import Moment, months_later
from pos_terminal.persons.bridge import Append, run_with_journal
from pos_terminal.persons.errors import PersonsError
from pos_terminal.persons.item import Details, Ground, PersonalItem
from pos_terminal.persons.store import Persons, Record, exists, reading
from pos_terminal.runtime.payment_lane import MerchantSlip

log = logging.getLogger(__name__)

PURPOSE = "carte"
MONTHS = 13
"""Until then a customer may contest a payment (Code monétaire et financier, art. L. 133-24)."""


def item_name(ref: str) -> str:
    """How the store names the slip of that payment."""
    return f"carte-{ref.lower()}"


def last_day(paid: date) -> date:
    """The last day on which the payment may be contested."""
    return months_later(paid, MONTHS)


async def keep(
    slips: "asyncio.Queue[MerchantSlip]",
    state: Path,
    append: Append,
    now: Callable[[], Moment],
) -> NoReturn:
    """Seal each as it comes. One that cannot be kept is said in the log, and selling goes on."""
    while True:
        slip = await slips.get()
        try:
            await run_with_journal(append, partial(_add, state, slip, now().day))
        except PersonsError as error:
            log.error("%s: %s", slip.ref, advice(error))


def _add(state: Path, slip: MerchantSlip, day: date, record: Record) -> None:
    item = PersonalItem(
        name=item_name(slip.ref),
        purpose=PURPOSE,
        ground=Ground.LEGITIMATE_INTEREST,
        kept_until=last_day(day),
        data=Details(more={"ticket": "\n".join(slip.lines)}),
    )
    with closing(Persons.open(state, record)) as persons:
        persons.add([item])


def found(state: Path, ref: str) -> str:
    """The merchant's copy of that payment; empty where none is kept. PersonsError."""
    if not exists(state):
        return ""
    with reading(state) as repository:
        items = [repository.open(each) for each in repository.named(item_name(ref))]
    return "\n".join(each.data.more.get("ticket", "") for each in items)
