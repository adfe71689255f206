"""A table that people made: CSV with a header, comma, semicolon or tab, whatever their program wrote.

Works on text; whoever reads the file does the reading. Every row keeps the physical line on which
it begins, which is what an editor shows.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file: the line (from 1; 0 is the file as a whole), the key, the reason."""

    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key}: {self.reason}" if self.key else f"{place}{self.reason}"


class NoTable(ValueError):
    """The text has no header with the columns that are needed; `problem` says what is missing."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its physical line and its cells by column; missing cells are empty."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()


def decode(source: bytes) -> str:
    """UTF-8 with or without BOM, or else Windows-1252, as spreadsheets on French PCs write it."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.decode("cp1252", errors="replace")


def rows(text: str, needed: Sequence[str]) -> Iterator[Row]:
    """The rows below the header; blank rows are left out. Raises NoTable before the first row."""
    lines = text.splitlines(keepends=True)
    header = next(iter(lines), "")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(lines, delimiter=delimiter)
    columns = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise NoTable(Problem(1, ", ".join(missing), "the header has no such column"))
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {"": str(error)})
            continue
        if any(cell.strip() for cell in cells):
            yield Row(line, dict(zip(columns, cells, strict=False)))
