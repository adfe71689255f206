"""`pos-terminal journal voucher-key`: begin another key for vouchers, the first being lost.

The vouchers that are about are known no more from then on: somebody decides that, and it is on
record. Exit status: 0 done, 1 it could not be done, 2 usage.
"""

import argparse
import asyncio
from collections.abc import Callable

from pos_terminal.archive.export import records
from pos_terminal.commands.argument import add_because
from pos_terminal.commands.journal_maintenance import given_here
from pos_terminal.commands.till import enter
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.notation import euros
from pos_terminal.process.output import print_json
from pos_terminal.runtime.maintenance import stopped_till
from pos_terminal.runtime.voucher_key import made_anew


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the action's options; the caller adds those of every command."""
    key = actions.add_parser(
        "voucher-key", help=say("commence une autre clé des bons, la première étant perdue")
    )
    add_because(key)
    return (key,)


def run_voucher_key(arguments: argparse.Namespace) -> int:
    """Make it, record who decided that and why, and say what is known no more."""
    enter(arguments)
    key = asyncio.run(_begin(arguments))
    held = [each.amount for each in fold(r.event for r in records(arguments.state)).vouchers]
    if arguments.json:
        print_json({"key": key, "unknown": len(held), "cents": sum(held)})
        return 0
    print(say("les bons se font désormais avec la clé {key}").format(key=key))
    lost = how_many(len(held), "{count} bon ou avoir", "{count} bons et avoirs")
    words = say("{lost} de {sum} € ne sont plus reconnus : à payer à la main, sur papier")
    print(words.format(lost=lost, sum=euros(sum(held))))
    return 0


async def _begin(arguments: argparse.Namespace) -> str:
    async with stopped_till(arguments.state, arguments.config) as till:
        known = till.journal.running.setup.vouchers
        keyed = made_anew(arguments.state, known, arguments.because)
        if not keyed:
            raise Failure(faults.VOUCHER_KEY_THERE, str(arguments.state))
        await till.record([given_here("journal voucher-key", arguments), *keyed])
    return keyed[0].key


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {"voucher-key": run_voucher_key}
