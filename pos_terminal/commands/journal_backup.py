"""`pos-terminal journal backup`: all that would be lost with the card, in one file, while it sells.

Exit status: 0 done, read again and recorded, 1 not, and then no file is left, 2 usage.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from pos_terminal.acts import table
from pos_terminal.acts.journal import RecordBackup, RecordMade
from pos_terminal.archive import backup
from pos_terminal.archive.backup import BackupMade
from pos_terminal.archive.copies import BadCopy
from pos_terminal.commands.files import entered_to_write
from pos_terminal.commands.perform_act import do
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.language import how_many, say
from pos_terminal.process.output import print_json


def add_actions(
    actions: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> tuple[argparse.ArgumentParser, ...]:
    """Add the action's options; the caller adds those of every command."""
    copy = actions.add_parser(
        "backup", help=say("copie tout ce que la caisse garde, pendant qu'elle vend")
    )
    copy.add_argument(
        "--out", type=Path, required=True, metavar=say("FICHIER"), help=say("un nouveau fichier")
    )
    copy.add_argument(
        "--keys", type=Path, metavar=say("FICHIER"),
        help=say("les clés privées, dans un fichier à garder ailleurs"),
    )  # fmt: skip
    return (copy,)


def run_backup(arguments: argparse.Namespace) -> int:
    """Back up, and have it recorded; 0, or 1 with the reason."""
    outs = [arguments.out, *([arguments.keys] if arguments.keys else [])]
    try:
        with entered_to_write(arguments, *outs) as files:
            draft, *keys = files.drafts
            made = backup.make(arguments.state, draft)
            for file in keys:
                backup.make_keys(arguments.state, file, made.key)
            files.deliver()  # what is recorded is there; a backup that nothing traces is none
            asked = RecordBackup(records=made.records, sha256=made.sha256)
            do(arguments, table.JOURNAL_BACKED_UP, asked, RecordMade)
    except BadCopy as error:
        raise Failure(faults.FILE_UNWRITABLE, str(error)) from error
    _tell(arguments, made)
    return 0


def _tell(arguments: argparse.Namespace, made: BackupMade) -> None:
    if arguments.json:
        print_json(
            {
                "file": str(arguments.out), "bytes": made.size, "sha256": made.sha256,
                "records": made.records, "head": made.head,
                "keys": str(arguments.keys) if arguments.keys else None,
            }
        )  # fmt: skip
        return
    words = say("{file} : {records}, {size} octets, relue en entier")
    records = how_many(made.records, "{count} écriture", "{count} écritures")
    print(words.format(file=arguments.out, records=records, size=made.size))
    print(say("SHA-256 {sha256}\ntête {head}").format(sha256=made.sha256, head=made.head))
    if not arguments.keys:
        words = say("Sans la clé {key}, à garder ailleurs (--keys), nulle caisse n'y vendra.")
        print(words.format(key=made.key[:12]))


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {"backup": run_backup}
