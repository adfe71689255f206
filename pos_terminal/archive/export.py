"""Exports for the shop's own use: the accounting file, and tables. They only read the journal."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.cells import Sheet, Style
from pos_terminal.archive.fec import FecFile, FecSummary, description, file_names
from pos_terminal.archive.postings import Bookkeeper, Grain
from pos_terminal.archive.source import Progress, Span, opened
from pos_terminal.archive.tables import TABLES
from pos_terminal.journal.chain import follow
from pos_terminal.journal.codec import UnknownEvent
from pos_terminal.journal.record import Record
from pos_terminal.storage.files import write_durably
from pos_terminal.verifier.chain import Chain


@dataclass(frozen=True, slots=True)
class FecMade:
    """A FEC that is written, and what is not in it.

    `unclosed` tickets stand behind the last Z; `unknown` records are of a newer version's kinds.
    """

    path: Path
    summary: FecSummary
    unclosed: int
    unknown: int


def fec(
    directory: Path,
    folder: Path,
    siren: str,
    first: date,
    last: date,
    *,
    accounts: Accounts | None = None,
    grain: Grain = Grain.DAY,
    progress: Progress | None = None,
) -> FecMade:
    """Write the FEC of the days from `first` to `last`, and its description, into `folder`.

    The file is named after `last`, the closing of the fiscal year. Replaces an earlier one.
    Broken where the chain of the journal does not hold; JournalError, OSError as for an archive.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, about = (folder / name for name in file_names(siren, last))
    unknown = 0
    keeper = Bookkeeper(accounts or Accounts(), grain, first.isoformat(), last.isoformat())
    with tempfile.TemporaryDirectory(prefix=".fec.", dir=folder) as made:
        draft = Path(made) / path.name
        with draft.open("w", encoding="ascii", newline="") as file:
            written = FecFile(file)
            for record in records(directory, progress):
                unknown += isinstance(record.event, UnknownEvent)
                for entry in keeper.take(record):
                    written.add(entry)
        draft.replace(path)
    write_durably(about, description(path.name))
    return FecMade(path, written.summary, keeper.unclosed, unknown)


def tables(
    directory: Path,
    out: Path,
    first: date,
    last: date,
    *,
    style: Style = Style.FRENCH,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Write every table's rows of the days from `first` to `last` into the folder or ZIP `out`.

    The rows of each table by its file's name. Errors as for `fec`; replaces earlier files.
    """
    zipped = out.suffix.lower() == ".zip"
    parent = out.parent if zipped else out
    parent.mkdir(parents=True, exist_ok=True)
    counts = {table.name: 0 for table in TABLES}
    with tempfile.TemporaryDirectory(prefix=".csv.", dir=parent) as made, ExitStack() as files:
        folder = Path(made)
        sheets = []
        for table in TABLES:
            path = folder / table.name
            file = files.enter_context(path.open("w", encoding="utf-8", newline=""))
            sheets.append((table, Sheet(file, table.columns, style)))
        for record in records(directory, progress):
            if first.isoformat() <= record.envelope.at[:10] <= last.isoformat():
                for table, sheet in sheets:
                    for row in table.rows(record):
                        counts[table.name] += 1
                        sheet.add(row)
        files.close()
        _deliver(folder, out, zipped=zipped)
    return counts


def _deliver(folder: Path, out: Path, *, zipped: bool) -> None:
    if not zipped:
        for table in TABLES:
            (folder / table.name).replace(out / table.name)
        return
    draft = folder / "tables.zip"
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        for table in TABLES:
            archive.write(folder / table.name, table.name)
    draft.replace(out)


def records(directory: Path, progress: Progress | None = None) -> Iterator[Record]:
    """Every record that is still there, its chain checked on the way; Broken where it is not."""
    with opened(directory) as source:
        span = source.span(None, None)
        before = span.first - 1
        chain = Chain(before, next(source.rows(Span(before, before))).hash) if before else Chain()
        for row in source.rows(span, progress):
            follow(chain, row)
            yield row.record()
