"""A table that people made: CSV with a header; comma, semicolon or tab; whatever program wrote it.

Works on text; whoever reads the file does the reading. Every row keeps the physical line on which
it begins, which is what an editor shows. One broken row spoils no other.
"""

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from msgspec import Struct

LONGEST_ROW = 20
"""Physical lines that one row may span by line breaks in quotes; more is a quote left open."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Problem(Struct, frozen=True):
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


class Row(Struct, frozen=True):
    """One row: its physical line and its cells by column, without blanks around them.

    A cell that is missing is empty.
    """

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def decode(source: bytes) -> str:
    """UTF-8 with or without BOM, or else Windows-1252, as spreadsheets on French PCs write it."""
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:
        return source.decode("cp1252", errors="replace")


def rows(source: str | Iterable[str], needed: Sequence[str]) -> Iterator[Row | Problem]:
    """The rows below the header, blank ones left out; a Problem in place of each that is broken.

    `source` is the whole text, or its physical lines with their ends, which are taken one at a
    time. A needed column may go by several names («price|price_ttc_last»). Raises NoTableError,
    before anything else, when one is missing.
    """
    lines = iter(source) if not isinstance(source, str) else (m[0] for m in _LINE.finditer(source))
    header = next(lines, "")
    delimiter = max(",;\t", key=header.count)
    columns = _columns(header, delimiter)
    missing = [name for name in needed if not set(name.split("|")) & set(columns)]
    if missing:
        raise NoTableError(Problem(1, ", ".join(missing), "the header has no such column"))
    ahead: deque[str] = deque()
    at = 2
    while _fill(ahead, lines, 1):
        cells, taken = _record(ahead, lines, delimiter)
        if isinstance(cells, str):
            yield Problem(at, "", cells)
        elif any(bare := [cell.strip() for cell in cells]):
            if any(bare[len(columns) :]):
                yield Problem(at, "", f"{len(cells)} cells under {len(columns)} columns")
            else:
                yield Row(at, dict(zip(columns, bare, strict=False)))
        at += taken
        for _ in range(taken):
            ahead.popleft()


def _columns(header: str, delimiter: str) -> list[str]:
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error as error:
        raise NoTableError(Problem(1, "", str(error))) from None
    return [name.strip().lower() for name in names]


def _fill(ahead: deque[str], lines: Iterator[str], count: int) -> bool:
    """Read ahead until there are `count` lines; False where the text ends before."""
    while len(ahead) < count:
        line = next(lines, None)
        if line is None:
            return False
        ahead.append(line)
    return True


def _record(ahead: deque[str], lines: Iterator[str], delimiter: str) -> tuple[list[str] | str, int]:
    """The cells of the record that begins `ahead`, or what is wrong; and the lines it takes."""
    reason = ""
    for span in range(1, LONGEST_ROW + 1):
        if not _fill(ahead, lines, span):
            break
        try:
            reader = csv.reader(islice(ahead, span), delimiter=delimiter, strict=True)
            return next(reader, []), span
        except csv.Error as error:
            reason = str(error)
            if "unexpected end" not in reason:
                break
    return reason, 1
