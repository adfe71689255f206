"""How a table is written: for a French spreadsheet, or plainly for a program."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

from pos_terminal.domain.notation import euros, percent, thousandths


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount."""

    value: int


@dataclass(frozen=True, slots=True)
class Thousandths:
    """A quantity."""

    value: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A VAT rate, in basis points."""

    value: int


Value = str | int | bool | Cents | Thousandths | Rate


class Style(StrEnum):
    """French: semicolons, decimal commas, a byte order mark. Plain: commas and points."""

    FRENCH = "french"
    PLAIN = "plain"


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would take for a formula."""


class Sheet:
    """Writes the rows of one table as UTF-8. The bytes do not depend on the machine's language."""

    def __init__(self, file: IO[str], columns: Iterable[str], style: Style) -> None:
        self._style = style
        if style is Style.FRENCH:
            file.write("\ufeff")
        delimiter = ";" if style is Style.FRENCH else ","
        self._writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
        self._writer.writerow(columns)

    def add(self, row: Iterable[Value]) -> None:
        """One row more."""
        self._writer.writerow([self._text(cell) for cell in row])

    def _text(self, cell: Value) -> str:
        match cell:
            case str():
                risky = self._style is Style.FRENCH and cell.startswith(_FORMULA)
                return f"'{cell}" if risky else cell
            case bool():
                return "1" if cell else "0"
            case int():
                return str(cell)
            case Cents(value):
                number = euros(value)
            case Thousandths(value):
                number = thousandths(value)
            case Rate(value):
                number = percent(value)
        return number if self._style is Style.FRENCH else number.replace(",", ".")
