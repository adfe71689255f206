"""`pos-terminal journal continue`: sell on from an archive or a backup whose keys are lost.

Exit status: 0 done, 1 it could not be done, 2 usage.
"""

import argparse
import asyncio
from collections.abc import Callable
from pathlib import Path

from pos_terminal.commands.argument import add_because, whole_number
from pos_terminal.commands.journal_maintenance import given_here
from pos_terminal.commands.till import enter
from pos_terminal.domain import faults
from pos_terminal.domain.events.system import KeyReplaced
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.notation import euros
from pos_terminal.journal import state_directory
from pos_terminal.journal.checkpoint import Checkpoint
from pos_terminal.journal.codec import Totals
from pos_terminal.journal.continuation import Continuation
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.note import cosigner
from pos_terminal.journal.submission import known_witnesses, monitored, shown_size
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Witness
from pos_terminal.process.output import print_json
from pos_terminal.process.usage import Misuse
from pos_terminal.runtime import config
from pos_terminal.runtime.maintenance import stopped_till
from pos_terminal.runtime.voucher_key import made_anew


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the action's options; the caller adds those of every command."""
    on = actions.add_parser(
        "continue", help=say("vend à la suite sous de nouvelles clés, les siennes étant perdues")
    )
    add_because(on)
    on.add_argument(
        "--witness", type=Path, metavar=say("DOSSIER"), help=say("le témoin de cette caisse")
    )
    on.add_argument(
        "--seen", type=Path, metavar=say("FICHIER"),
        help=say("le dernier point de contrôle qu'un témoin du réseau a cosigné, de qui le tient"),
    )  # fmt: skip
    on.add_argument(
        "--last-ticket", type=whole_number, metavar="N",
        help=say("le plus grand numéro de ticket vu sur papier ; 0 : aucun"),
    )  # fmt: skip
    on.add_argument(
        "--last-z", type=whole_number, metavar="N",
        help=say("le plus grand numéro de Z vu sur papier ; 0 : aucun"),
    )  # fmt: skip
    return (on,)


def run_continue(arguments: argparse.Namespace) -> int:
    """Go on under new keys, and record who decided that, why, and what is known to be lost."""
    # Who is root may read what the state's owner may not.
    shown = arguments.seen.read_text(encoding="utf-8") if arguments.seen else ""
    enter(arguments)
    went_on, total = asyncio.run(_continue(arguments, shown))
    # A witness on the network knows how many records there were, and not what they said.
    turnover = went_on.seen_absolute - total.absolute if went_on.lost and went_on.seen_head else 0
    if arguments.json:
        numbers = {each.series: each.number for each in went_on.tickets}
        print_json(
            {
                "key": went_on.key, "old": went_on.old, "after": went_on.after,
                "seen": went_on.seen, "lost": went_on.lost, "lost_cents": turnover,
                "tickets": numbers, "z": went_on.days,
            }
        )  # fmt: skip
        return 0
    words = say("le journal continue après l'écriture {after}, que signe désormais la clé {key}")
    print(words.format(after=went_on.after, key=went_on.key))
    if went_on.lost and not went_on.seen_head:
        print(say("PERDUES : {lost} écritures que le témoin a vues").format(lost=went_on.lost))
    elif went_on.lost:
        words = say("PERDUES : {lost} écritures que le témoin a vues, {total} € de ventes")
        print(words.format(lost=went_on.lost, total=euros(turnover)))
    for each in went_on.tickets:
        words = say("série {series} : les numéros jusqu'à {number} ne seront pas redonnés")
        print(words.format(series=each.series, number=each.number))
    return 0


async def _continue(arguments: argparse.Namespace, shown: str) -> tuple[KeyReplaced, Totals]:
    state: Path = arguments.state
    # All of it, and not its end alone: who goes on vouches for what he goes on from.
    verify(state / NAME)
    seen = _seen(state, arguments.witness or state_directory.witness_path(state))
    cosigned = _cosigned(state, arguments.config, shown)
    paper = (arguments.last_ticket, arguments.last_z)
    # How many closures are lost a note does not tell, and so paper has to.
    if seen is None and None in paper:
        raise Misuse(_ask(state))
    because, (ticket, z) = arguments.because, (number or 0 for number in paper)
    continuation = Continuation(
        because=because, seen=seen, cosigned=cosigned, last_ticket=ticket, last_z=z
    )
    async with stopped_till(state, arguments.config, continuation=continuation) as till:
        before = till.journal.running.seq
        keyed = made_anew(state, till.journal.running.setup.vouchers)
        await till.record([given_here("journal continue", arguments), *keyed])
    with reading(state / NAME) as reader:
        record = reader.record(before + 1)
    if not isinstance(record.event, KeyReplaced):
        raise TypeError(f"record {before + 1} is {record.kind}")
    return record.event, record.envelope.total


def _cosigned(state: Path, config_file: Path, shown: str) -> int:
    """How many records a witness on the network had seen, by the note that it shows; 0 without.

    JournalError where it is nobody's that counts, or of another journal.
    """
    if not shown:
        return 0
    named: tuple[str, ...] = ()
    if config_file.is_file():  # the settings may be lost, too
        named = config.witnesses_named(config_file, config_file.read_bytes())
    try:
        trusted = [cosigner(each) for each in named]
    except ValueError as error:
        raise Misuse(labelled(config_file, error)) from error
    with reading(state / NAME) as reader:
        return shown_size(reader, shown, [*known_witnesses(reader), *trusted])


def _ask(state: Path) -> str:
    """What has to be said where no witness is asked."""
    with reading(state / NAME) as reader:
        known, path = known_witnesses(reader), monitored(reader)
    if not known:
        return say("sans témoin, dire ce que porte le papier : --last-ticket et --last-z")
    names = ", ".join(each.name for each in known)
    words = say(
        "un témoin du réseau a vu ce journal ({names}) : prendre chez lui {path} (--seen), "
        "et dire ce que porte le papier : --last-ticket et --last-z"
    )
    return words.format(names=names, path=path)


def _seen(state: Path, medium: Path | None) -> Checkpoint | None:
    """What the witness saw last; JournalError where it cannot be asked, or saw another journal."""
    mark = state_directory.read_mark(state)
    if medium is None or mark is None:
        return None
    try:
        seen = Witness(medium).seen(mark.store, mark.terminal)
    except (OSError, ValueError) as error:
        raise JournalError(faults.WITNESS_MISSING, f"{medium}: {error}") from error
    if seen is None:
        raise JournalError(faults.WITNESS_MISSING, f"{medium}: {mark.store} {mark.terminal}")
    with reading(state / NAME) as reader:
        rows = reader.hashes(seen.size - 1, 1)
    if rows and rows[0].hex() != seen.head:
        detail = say("l'écriture {seq} n'est pas celle que le témoin a vue", seq=seen.size)
        raise JournalError(faults.WITNESS_DISAGREES, detail)
    return seen


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {"continue": run_continue}
