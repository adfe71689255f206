"""`pos-terminal close day|month|year`: make the Z, and print it.

A till that runs makes it, and prints it at the counter, too; where none runs the command does.
Exit status: 0 closed, 1 it could not be closed, 2 usage.
"""

import argparse

import msgspec

from pos_terminal.acts import table
from pos_terminal.acts.periods import ClosePeriod, ClosureMade
from pos_terminal.commands.paper import plain
from pos_terminal.commands.perform_act import do
from pos_terminal.commands.till import add_options, enter
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.language import say
from pos_terminal.domain.printing import report
from pos_terminal.journal import state_directory
from pos_terminal.journal.cosignature import witnessed
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.signatures import keys_in_force
from pos_terminal.journal.witness import head_qr
from pos_terminal.process.output import print_json
from pos_terminal.process.translation import set_language
from pos_terminal.runtime.config import ShopSettings
from pos_terminal.runtime.maintenance import shop_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "period", choices=[period.value for period in Period], metavar=say("PERIODE"),
        help=say("day, month ou year : le jour, le mois ou l'exercice"),
    )  # fmt: skip
    parser.add_argument(
        "--carry", action="store_true", help=say("reporte les ventes ouvertes au lendemain")
    )
    parser.add_argument(
        "--because",
        default="",
        metavar=say("RAISON"),
        help=say("pourquoi clore un mois ou un exercice qui n'est pas fini ; c'est enregistré"),
    )
    add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Close the period; 0, or 1 with the reason."""
    enter(arguments)
    asked = ClosePeriod(
        period=Period(arguments.period), carry=arguments.carry, because=arguments.because
    )
    made = do(arguments, table.PERIOD_CLOSE, asked, ClosureMade)
    if arguments.json:
        body = msgspec.to_builtins(made.closed)
        print_json({"seq": made.seq, "at": made.moment.at, "head": made.head, **body})
    else:
        print(_paper(arguments, made))
    return 0


def _paper(arguments: argparse.Namespace, made: ClosureMade) -> str:
    mark = state_directory.read_mark(arguments.state)
    if mark is None:
        raise JournalError(faults.JOURNAL_MISSING, str(arguments.state))
    settings = shop_settings(arguments.state, arguments.config) or ShopSettings.plain(mark.store)
    set_language(settings.language)
    with reading(arguments.state / NAME) as reader:
        key = keys_in_force(reader)[-1].public.key
        exposed = max(0, made.seq - witnessed(reader, settings.quorum).size)
    head = head_qr(bytes.fromhex(made.head), made.seq, made.moment.at, key)
    till = Identity(mark.store, mark.terminal, "", mark.simulated, settings.shop)
    return plain(report.closure(till, made.closed, made.moment, head=head, exposed=exposed))
