"""TICKETS.csv: recorded sales, one row a line. Pure; hundreds of thousands of rows stay small.

A ticket is all rows of one date and ticket number, wherever they stand, in the order of the
tickets' first rows. Rows are kept as columns of numbers, 28 bytes each.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import TypeVar

from pos_terminal.domain.files.table import Problem, rows
from pos_terminal.domain.files.table import TableRow as Cells
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.quantity import decimal

NEEDED = ("date", "time", "ticket_number", "article", "quantity", "unit_price")
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Microseconds since 1970 outside of these years are beyond what a record's integers hold."""

T = TypeVar("T")

_UNKNOWN = -1
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)|(\d\d)([/-])(\d\d)\5(\d{4})")
_TIME = re.compile(r"(\d\d?):(\d\d)(?::(\d\d))?")


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One row: its physical line, the PLU or name, thousandths of the unit, cents for one unit."""

    line: int
    article: str
    quantity: int
    cents: int


@dataclass(frozen=True, slots=True)
class FileTicket:
    """One sale: its place in the file, what names it there, its local time, its good rows."""

    index: int
    day: date
    number: str
    local: datetime
    rows: tuple[TicketRow, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not sold: its physical line, its ticket's number as it stands, and why."""

    line: int
    ticket_number: str
    reason: str


class Tickets:
    """All tickets of a file. Raises NoTableError where a column is missing."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.refused: list[Refusal] = []
        self._index: dict[str, int] = {}
        self._times = array("i")
        self._articles: dict[str, int] = {}
        self._lines, self._of = array("I"), array("I")
        self._article = array("I")
        self._quantity, self._cents = array("q"), array("q")
        for row in rows(lines, NEEDED):
            self._take(row)
        self._names = list(self._articles)
        self._keys = list(self._index)
        self._order, self._starts = self._grouped()

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[FileTicket]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: int) -> FileTicket:
        if not 0 <= index < len(self):
            raise IndexError(index)
        key = self._keys[index]
        day = date.fromisoformat(key[:10])
        places = self._order[self._starts[index] : self._starts[index + 1]]
        return FileTicket(
            index=index,
            day=day,
            number=key[11:],
            local=self.local(index),
            rows=tuple(
                TicketRow(
                    self._lines[at],
                    self._names[self._article[at]],
                    self._quantity[at],
                    self._cents[at],
                )
                for at in places
            ),
        )

    def find(self, day: str, number: str) -> int | None:
        """The place of the ticket of that date (ISO) and number."""
        return self._index.get(f"{day} {number}")

    def local(self, index: int) -> datetime:
        """When the ticket was made, by the shop's clock."""
        midnight = datetime.combine(date.fromisoformat(self._keys[index][:10]), time())
        seconds = max(self._times[index], 0)
        return midnight.replace(
            hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60
        )

    def _take(self, row: Cells | Problem) -> None:
        if isinstance(row, Problem):
            self.refused.append(Refusal(row.line, "", row.reason))
            return
        number = row["ticket_number"]
        try:
            key = f"{_cell(row, 'date', parse_date)} {_cell(row, 'ticket_number', _named)}"
            ticket = self._index.setdefault(key, len(self._index))
            if ticket == len(self._times):
                self._times.append(_UNKNOWN)
            seconds = _cell(row, "time", parse_time)
            if self._times[ticket] == _UNKNOWN:
                self._times[ticket] = seconds
            article = _cell(row, "article", _named)
            quantity = _cell(row, "quantity", parse_quantity)
            cents = _cell(row, "unit_price", parse_price)
        except ValueError as error:
            self.refused.append(Refusal(row.line, number, str(error)))
            return
        self._lines.append(row.line)
        self._of.append(ticket)
        self._article.append(self._articles.setdefault(article, len(self._articles)))
        self._quantity.append(quantity)
        self._cents.append(cents)

    def _grouped(self) -> "tuple[array[int], array[int]]":
        """The rows' places by ticket, in the file's order within each; where each ticket begins."""
        order = array("I", sorted(range(len(self._of)), key=self._of.__getitem__))
        starts = array("I", [0]) * (len(self._keys) + 1)
        for ticket in self._of:
            starts[ticket + 1] += 1
        for index in range(len(self._keys)):
            starts[index + 1] += starts[index]
        return order, starts


def _cell(row: Cells, column: str, parse: Callable[[str], T]) -> T:
    try:
        return parse(row[column])
    except ValueError as error:
        raise ValueError(labelled(column, error)) from None


def _named(text: str) -> str:
    if not text:
        raise ValueError(say("vide"))
    return text


@lru_cache(maxsize=1024)
def parse_date(text: str) -> str:
    """«2021-01-31», «31/01/2021», «31-01-2021» as ISO; ValueError with the reason."""
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError(say("{text!r} n'est pas une date : AAAA-MM-JJ ou JJ/MM/AAAA", text=text))
    year, month, day = match[1] or match[7], match[2] or match[6], match[3] or match[4]
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise ValueError(
            say(
                "{text!r} n'est pas entre {first} et {last}",
                text=text, first=FIRST_YEAR, last=LAST_YEAR,
            )
        )
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise ValueError(say("{text!r} n'est pas un jour du calendrier", text=text)) from None


@lru_cache(maxsize=4096)
def parse_time(text: str) -> int:
    """«9:05», «09:05:30» as seconds since midnight; ValueError with the reason."""
    match = _TIME.fullmatch(text)
    if match:
        hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
        if hours < 24 and minutes < 60 and seconds < 60:
            return hours * 3600 + minutes * 60 + seconds
    raise ValueError(say("{text!r} n'est pas une heure : HH:MM ou HH:MM:SS", text=text))


@lru_cache(maxsize=1024)
def parse_quantity(text: str) -> int:
    """«3», «-1», «1.0», «0,5» in thousandths; ValueError with the reason."""
    quantity = decimal(text, 3)
    if quantity == 0:
        raise ValueError(say("une quantité de zéro ne vend rien"))
    return quantity


@lru_cache(maxsize=1024)
def parse_price(text: str) -> int:
    """«1,15 €», «1.15», «1,15» in cents; ValueError with the reason."""
    cents = decimal(text, 2)
    if cents < 0:
        raise ValueError(
            say("{text!r} est négatif ; c'est la quantité d'un retour qui l'est", text=text)
        )
    return cents
