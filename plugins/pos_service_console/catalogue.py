"""A catalogue as the console keeps it: its file, its articles, and one cell changed.

What takes memory, parsing and comparing, is a child's (comparing.py).
"""

import asyncio
import csv
import signal
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from io import StringIO
from typing import TypeVar
from weakref import WeakKeyDictionary

import msgspec
from msgspec import Struct

from pos_service_console import child
from pos_service_console.child import ChildError
from pos_service_console.comparing import (
    TOO_LARGE,
    Compared,
    Parsed,
    Tables,
    inflated,
    unpacked,
)
from pos_terminal.agent.world import Agent
from pos_terminal.channel.console import CatalogAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import CATALOG
from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.files.columns import COLUMNS, NEEDED
from pos_terminal.domain.files.table import (
    Header,
    NoTableError,
    TableRow,
    decode,
    first_line,
    header,
    lines_of,
    rows,
)
from pos_terminal.domain.language import labelled, say

T = TypeVar("T")

COMPARER = "pos_service_console.comparing"

PATIENCE = 120.0
"""Seconds that a small board may take to parse 50,000 articles, when others are busy."""


class Read(Struct, frozen=True):
    """A catalogue as it is kept: its file, deflated, and its articles, which are made when they are
    asked for. Whatever goes through all of them takes its time: off the loop.
    """

    deflated: bytes
    parsed: Parsed

    @property
    def sha256(self) -> str:
        """Of the file."""
        return self.parsed.sha256

    @property
    def source(self) -> bytes:
        """The file's bytes."""
        return inflated(self.deflated)

    def items(self) -> Iterator[Item]:
        """Every article."""
        return unpacked(self.parsed.articles)

    def item(self, plu: str) -> Item | None:
        """The article with this PLU; leading zeros do not count."""
        bare = plu.lstrip("0") or "0"
        return next((each for each in self.items() if each.plu == bare), None)

    def stocked(self) -> Iterator[Item]:
        """The articles whose stock is kept, or that are made."""
        return unpacked(self.parsed.stocked)

    def of_trade(self, sold: Container[str]) -> Catalog:
        """A catalogue of those that were sold, by PLU, or that are made."""
        chosen = (each for each in self.items() if each.plu in sold or each.goods.made)
        return Catalog.of(self.sha256, tuple(chosen))


class Present:
    """The catalogue in force; parsed anew only where it is another."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._read: Read | None = None
        self._refused = b""
        self._asked = 0.0
        self._one = asyncio.Lock()  # catalogue at a time is parsed: two would not fit

    @classmethod
    def of(cls, agent: Agent) -> "Present":
        """The one of that agent, which each hook of the plug-in is given."""
        if agent not in _KNOWN:
            _KNOWN[agent] = cls(agent)
        return _KNOWN[agent]

    async def source(self) -> bytes:
        """Its file, whatever its size. ChannelError."""
        return inflated(await fetch(self._agent))

    async def read(self, within: float = 0.0) -> Read:
        """It, as it was not longer than so many seconds ago. ChannelError."""
        now = self._agent.clock.monotonic()
        if self._read is not None and now - self._asked < within:
            return self._read  # without waiting for whoever compares
        async with self._one:
            deflated = await fetch(self._agent)
            if self._read is None or self._read.deflated != deflated:
                self._read = Read(deflated, await self._parsed(deflated))
            self._asked = now
            return self._read

    async def _parsed(self, deflated: bytes) -> Parsed:
        if deflated == self._refused:  # a page that is shown anew at each sale asks for it
            raise ChannelError(faults.CATALOGUE_TOO_LARGE)
        try:
            return await _child(Tables(self._agent.given.language, deflated), Parsed)
        except ChannelError:
            self._refused = deflated
            raise

    async def compared(self, deflated: bytes) -> tuple[Read, Compared]:
        """It, and what another would change. ChannelError where they are too large for that."""
        present = await self.read()
        async with self._one:
            asked = Tables(self._agent.given.language, deflated, present.parsed)
            return present, await _child(asked, Compared)


_KNOWN: WeakKeyDictionary[Agent, Present] = WeakKeyDictionary()


async def _child(asked: Tables, to: type[T]) -> T:
    try:
        given = msgspec.msgpack.encode(asked)
        out = await child.output(COMPARER, given=given, patience=PATIENCE)
    except ChildError as error:
        if error.status in (None, TOO_LARGE, -signal.SIGKILL):  # the kernel's way to say the same
            raise ChannelError(faults.CATALOGUE_TOO_LARGE) from error
        raise
    return msgspec.msgpack.decode(out, type=to)


async def fetch(agent: Agent, sha256: str = "") -> bytes:
    """The till's catalogue, or an earlier one, deflated. ChannelError where it gives none."""
    return (await agent.till.call(CATALOG, CatalogAsked(sha256 or None))).deflated


class Cell(Struct, frozen=True):
    """A cell of the file: its column, what the file calls that, and what stands there."""

    column: str
    heading: str
    text: str


def cells_of(source: bytes, plu: str, day: date) -> list[Cell]:
    """The cells of an article's row that holds on that day, in the file's order, but those of
    columns that mean nothing; none where it has no row.
    """
    text = decode(source)
    of_it = [each for each in rows(text, NEEDED, COLUMNS)
             if isinstance(each, TableRow) and (each["plu"].lstrip("0") or "0") == plu]  # fmt: skip
    line = _in_force(of_it, (plu,), day).get(plu)
    held = next((each for each in of_it if each.line - 1 == line), None)
    if held is None:
        return []
    names = first_line(text)
    first, known = header(names, NEEDED, COLUMNS), frozenset(COLUMNS.values())
    headings = zip(first.columns, _written(names, first), strict=False)
    return [Cell(name, heading, held[name]) for name, heading in headings if name in known]


def with_cells(source: bytes, wanted: Mapping[str, Mapping[str, str]], day: date) -> bytes:
    """The same file with other cells, by PLU, each in the article's row that holds on that day.

    Nothing else of it changes, but that it is UTF-8. ValueError, in words for whoever is to change
    the table herself, where there is no such row, or it cannot be told from others.
    """
    text = decode(source)
    lines = [*lines_of(text)]
    try:
        first = header(lines[0] if lines else "", NEEDED, COLUMNS)
        places = _in_force(rows(text, NEEDED, COLUMNS), wanted, day)
    except NoTableError as error:
        raise _in_table(error.problem) from error
    for plu, cells in wanted.items():
        if plu not in places:
            raise _in_table(say("pas dans le catalogue : {text!r}", text=plu))
        at = places[plu]
        try:
            lines[at] = _row_with(lines[at], first, cells)
        except ValueError as error:
            raise _in_table(labelled(plu, error)) from error
    return "".join(lines).encode()


def _in_table(why: object) -> ValueError:
    return ValueError(say("À changer dans le tableau : {why}", why=why))


def _in_force(found: Iterable[object], wanted: Container[str], day: date) -> dict[str, int]:
    """In which line the row of each article stands that holds on that day."""
    newest: dict[str, int] = {}
    dated: dict[str, str] = {}
    for each in found:
        if not isinstance(each, TableRow):
            continue
        plu, since = each["plu"].lstrip("0") or "0", each["from"]
        if plu not in wanted or since > day.isoformat():
            continue
        if plu not in newest or since > dated.get(plu, ""):
            newest[plu] = each.line - 1
            if since:  # few have a date, and a catalogue may have fifty thousand rows
                dated[plu] = since
    return newest


def _written(line: str, first: Header) -> list[str]:
    """The cells of a row of one line, as many as there are columns at least."""
    (written,) = csv.reader([line], delimiter=first.delimiter)
    return written + [""] * (len(first.columns) - len(written))


def _row_with(line: str, first: Header, cells: Mapping[str, str]) -> str:
    if line.count('"') % 2:
        raise ValueError(say("sa ligne en occupe plusieurs"))
    written = _written(line, first)
    for name, cell in cells.items():
        if name not in first.columns:
            raise ValueError(labelled(name, say("l'en-tête n'a pas cette colonne")))
        written[first.columns.index(name)] = cell
    made = StringIO()
    csv.writer(made, delimiter=first.delimiter, lineterminator="").writerow(written)
    return made.getvalue() + line[len(line.rstrip("\r\n")) :]
