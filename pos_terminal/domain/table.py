"""A table that people made: CSV with a header; comma, semicolon or tab; whatever program wrote it.

Works on text; whoever reads the file does the reading. Every row keeps the physical line on which
it begins, which is what an editor shows. One broken row spoils no other.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_ROW = 20
"""Physical lines that one row may span by line breaks in quotes; more is a quote left open."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file: the line (from 1; 0: the whole file), the key, the reason."""

    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line else ""
        return f"{place}{self.key}: {self.reason}" if self.key else f"{place}{self.reason}"


class NoTableError(ValueError):
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


def rows(text: str, needed: Sequence[str]) -> Iterator[Row | Problem]:
    """The rows below the header, blank ones left out; a Problem in place of each that is broken.

    Raises NoTableError, before anything else, when a needed column is missing.
    """
    lines = _LINE.findall(text)
    header = lines[0] if lines else ""
    delimiter = max(",;\t", key=header.count)
    columns = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter), [])]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise NoTableError(Problem(1, ", ".join(missing), "the header has no such column"))
    at = 1
    while at < len(lines):
        cells, taken = _record(lines, at, delimiter)
        if isinstance(cells, str):
            yield Problem(at + 1, "", cells)
        elif any(cell.strip() for cell in cells):
            yield Row(at + 1, dict(zip(columns, cells, strict=False)))
        at += taken


def _record(lines: Sequence[str], at: int, delimiter: str) -> tuple[list[str] | str, int]:
    """The cells of the record that begins at `at`, or what is wrong; and the lines it takes."""
    reason = ""
    for span in range(1, LONGEST_ROW + 1):
        try:
            reader = csv.reader(lines[at : at + span], delimiter=delimiter, strict=True)
            return next(reader, []), span
        except csv.Error as error:
            reason = str(error)
            if "unexpected end" not in reason or at + span >= len(lines):
                break
    return reason, 1
