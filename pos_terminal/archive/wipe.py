"""A box whose till goes on elsewhere is made empty, once two archives hold all that it had."""

from collections.abc import Sequence
from pathlib import Path

from pos_terminal.archive.copies import must_hold, verified_copies
from pos_terminal.archive.handover import handed_to
from pos_terminal.archive.purge_plan import rows
from pos_terminal.archive.source import Span
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.journal.commissioning import FOLDER, HANDOVER
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import using
from pos_terminal.journal.state_directory import Lock
from pos_terminal.journal.store import left_behind
from pos_terminal.storage.files import sync_directory


def let_go(state: Path, archives: Sequence[Path]) -> None:
    """Let what lies in the state be thrown away, durably: nothing is removed here.

    Failure (J-137) for a till that was handed over to nobody; BadCopy where the archives are not
    two, are not right, or lack a record; JournalError where a till runs here.
    """
    if not (state / NAME).exists() or handed_to(state) is None:
        raise Failure(faults.COMMISSIONED, left_behind(state) or str(state))
    with using(state):
        lock = Lock(state)
        try:
            with reading(state / NAME) as reader:
                # Of what was purged two archives were verified then.
                span = Span(reader.purged() + 1, reader.last())
            for copy in verified_copies(archives):
                must_hold(copy, rows(state, span))
            for made in (state / FOLDER, state / HANDOVER):
                made.mkdir(mode=0o700, exist_ok=True)
            sync_directory(state)
        finally:
            lock.release()
