"""A catalogue as the console sees it: its text, what differs between two, and one cell changed."""

import asyncio
import csv
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from typing import Any

from msgspec import Struct, structs

from pos_terminal.agent.world import Agent
from pos_terminal.channel.console import CatalogAsked
from pos_terminal.channel.interface import CATALOG
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.columns import COLUMNS, NEEDED
from pos_terminal.domain.files.table import NoTableError, Problem, TableRow, decode, header, rows
from pos_terminal.domain.notation import euros, percent
from pos_terminal.domain.quantity import Price

LARGEST = 16 << 20
"""Bytes of a catalogue, inflated."""


class Read(Struct, frozen=True):
    """A catalogue: its SHA-256, the file's bytes, its articles, and what is wrong with it."""

    sha256: str
    source: bytes
    catalog: Catalog
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, source: bytes) -> "Read":
        """What these bytes say. It takes its time: some ms for a hundred articles."""
        catalog, problems = parse_catalog(source)
        return cls(catalog.sha256, source, catalog, problems)


class Present:
    """The catalogue in force; parsed anew only where it is another."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._read: Read | None = None
        self._asked = 0.0

    async def read(self, within: float = 0.0) -> Read:
        """It, as it was not longer than so many seconds ago. ChannelError."""
        now = self._agent.clock.monotonic()
        if self._read is None or now - self._asked >= within:
            source = await fetch(self._agent)
            if self._read is None or self._read.source != source:
                self._read = await asyncio.to_thread(Read.of, source)
            self._asked = now
        return self._read


class Difference(Struct, frozen=True):
    """What differs of one article: a field, what it was and what it is; empty where there is none.

    An article that is new or gone has a `field` of that name.
    """

    plu: str
    name: str
    field: str
    before: str = ""
    after: str = ""


async def fetch(agent: Agent, sha256: str = "") -> bytes:
    """The bytes of the till's catalogue, or of an earlier one. ChannelError where it gives none."""
    told = await agent.till.call(CATALOG, CatalogAsked(sha256 or None))
    return zlib.decompressobj().decompress(told.deflated, LARGEST)


def differences(before: Catalog, after: Catalog) -> Iterator[Difference]:
    """Every field that differs, by PLU, as the new one orders its articles."""
    old = {each.plu: each for each in before.items}
    new = {each.plu: each for each in after.items}
    for plu, item in new.items():
        was = old.get(plu)
        if was is None:
            yield Difference(plu, item.name, "new", after=shown(item.prices))
        elif was != item:
            yield from _of(was, item)
    for plu, item in old.items():
        if plu not in new:
            yield Difference(plu, item.name, "gone", before=shown(item.prices))


def _of(was: Item, item: Item) -> Iterator[Difference]:
    for field in structs.fields(Item):
        before, after = getattr(was, field.name), getattr(item, field.name)
        write = rate if field.name.startswith("vats") else shown
        if before != after:
            yield Difference(item.plu, item.name, field.name, write(before), write(after))


def rate(value: Dated[int]) -> str:
    """A rate of VAT: basis points as per cent, each with its date."""
    written = ((start, f"{percent(each)}\N{NO-BREAK SPACE}%") for start, each in value.starts)
    return shown(Dated(tuple(written)))


def shown(value: Any) -> str:
    """A field's value for a person: prices in euros, rates in per cent, each with its date."""
    match value:
        case Dated():
            return " ; ".join(
                f"{shown(each)} ({start.isoformat()})" if start > date.min else shown(each)
                for start, each in value.starts
            )
        case Price():
            per = f" / {value.per // 1000}" if value.per != 1000 else ""
            return f"{euros(value.cents)}{per}"
        case None:
            return ""
        case tuple():
            return " ".join(map(str, value))
    return str(value)


def with_cells(source: bytes, plu: str, cells: Mapping[str, str], day: date) -> bytes:
    """The same file with other cells in the row of that article that holds on that day.

    Nothing else of it changes, but that it is UTF-8. ValueError where there is no such row, or it
    cannot be told from others.
    """
    text = decode(source)
    lines = text.splitlines(keepends=True)
    try:
        first = header(lines[0] if lines else "", NEEDED, COLUMNS)
        row = _row(text, plu, day)
    except NoTableError as error:
        raise ValueError(str(error.problem)) from error
    line = lines[row.line - 1]
    if line.count('"') % 2:
        raise ValueError(f"{plu}: a row of several lines")
    (written,) = csv.reader([line], delimiter=first.delimiter)
    written += [""] * (len(first.columns) - len(written))
    for name, cell in cells.items():
        if name not in first.columns:
            raise ValueError(name)
        written[first.columns.index(name)] = cell
    made = StringIO()
    csv.writer(made, delimiter=first.delimiter, lineterminator="").writerow(written)
    lines[row.line - 1] = made.getvalue() + line[len(line.rstrip("\r\n")) :]
    return "".join(lines).encode()


def _row(text: str, plu: str, day: date) -> TableRow:
    found = [
        each
        for each in rows(text, NEEDED, COLUMNS)
        if isinstance(each, TableRow)
        and (each["plu"].lstrip("0") or "0") == plu
        and each["from"] <= day.isoformat()
    ]
    if not found:
        raise ValueError(plu)
    return max(found, key=lambda each: each["from"])
