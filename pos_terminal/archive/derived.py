"""Every table of an archive, made again from its records, and compared byte for byte."""

import io
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from zipfile import ZipFile

from pos_terminal.archive.cells import Sheet, Style
from pos_terminal.archive.tables import TABLES
from pos_terminal.journal.chain import Row


class NotDerived(Exception):
    """A table is not what the records say; the message says which, and where."""


def must_derive(path: Path, rows: Iterable[Row]) -> None:
    """NotDerived where a table says anything that the records do not, in whatever column.

    The archive's own verifier derives most columns by itself; here are the program's own rules, and
    so the rest.
    """
    with ExitStack() as files:
        archive = files.enter_context(ZipFile(path))
        opened = [(table, files.enter_context(archive.open(table.name))) for table in TABLES]
        made = io.StringIO(newline="")
        sheets = [(table, file, Sheet(made, table.columns, Style.FRENCH)) for table, file in opened]
        # Each heading was written as its sheet was made, one behind the other.
        headings = made.getvalue().removeprefix("\ufeff").split("\ufeff")
        for (table, file, _), heading in zip(sheets, headings, strict=True):
            if file.read(len(mark := f"\ufeff{heading}".encode())) != mark:
                raise NotDerived(f"{table.name} has other columns")
        for row in rows:
            record = row.record()
            for table, file, sheet in sheets:
                made.seek(0)
                made.truncate()
                for cells in table.rows(record):
                    sheet.add(cells)
                text = made.getvalue().encode()
                if file.read(len(text)) != text:
                    raise NotDerived(f"{table.name} is not what record {row.seq} says")
        for table, file, _ in sheets:
            if file.read(1):
                raise NotDerived(f"{table.name} has more than the records")
