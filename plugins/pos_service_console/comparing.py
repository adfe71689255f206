"""Catalogues parsed and compared: `python -m pos_service_console.comparing`, asked by stdin.

A process of its own, since 50,000 articles being parsed are some 130 MiB: twice the agent.
Its own limit stands beside the agent's in the unit's 256 MiB (MemoryMax=), at which the kernel
would end both; what does not fit ends this process alone, and is said.
"""

import resource
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.catalog import allergens
from pos_terminal.domain.catalog.catalog import Catalog, Choice, Item
from pos_terminal.domain.catalog.goods import ORDINARY, Goods, Part, StockUnit, amount
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, percent
from pos_terminal.domain.quantity import Price
from pos_terminal.process.translation import set_language

LARGEST = 16 << 20
"""Bytes of a catalogue, inflated: what the till takes."""

MEMORY = 160 << 20
"""Bytes that this process may have: with the agent's 75 MiB, less than the unit's."""

TOO_LARGE = 3
"""The exit status where a catalogue does not fit."""

SHOWN = 300
"""Differences or faults that are listed; the others are counted."""

BLOCK = 256
"""Articles that are deflated together: so 50,000 of them are 2 MiB."""

GOODS = {"kept": "stock", "unit": "stock_unit"}
"""Fields of goods that would mean something else beside an article's, by what they are called."""

_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)  # Fractions; all else has a form of its own
_BLOCK = msgspec.msgpack.Decoder(list[Item], dec_hook=lambda kind, text: kind(text))


class Parsed(Struct, frozen=True, array_like=True):
    """A catalogue: its SHA-256, how many articles it has, and these as `packed` writes them; those
    whose stock is kept, or that are made, once more.
    """

    sha256: str
    count: int
    articles: list[bytes]
    stocked: list[bytes]


class Tables(Struct, frozen=True, array_like=True):
    """What is asked: the articles of a table, deflated; or what it changes of those of `before`."""

    language: str
    table: bytes
    before: Parsed | None = None


class Difference(Struct, frozen=True):
    """What differs of one article: a field, what it was and what it is; empty where there is none.

    An article that is new or gone has a `field` of that name.
    """

    plu: str
    name: str
    field: str
    before: str = ""
    after: str = ""


class Compared(Struct, frozen=True, array_like=True):
    """What another catalogue would change: `count` differences, of which the first are listed.

    Where anything is wrong with it, that and no difference.
    """

    sha256: str
    problems: tuple[Problem, ...] = ()
    count: int = 0
    differences: tuple[Difference, ...] = ()


def packed(items: Iterable[Item]) -> list[bytes]:
    """Articles in a thirtieth of their memory."""
    rest, blocks = iter(items), []
    while block := [*islice(rest, BLOCK)]:
        blocks.append(zlib.compress(_ENCODER.encode([*map(_lean, block)])))
    return blocks


def unpacked(blocks: Iterable[bytes]) -> Iterator[Item]:
    """The articles, never more than a block of them at once."""
    for block in blocks:
        yield from _BLOCK.decode(zlib.decompress(block))


def _lean(item: Item) -> Item:
    """The same. By identity alone a default is left out, and each row has a Goods of its own."""
    return replace(item, goods=ORDINARY) if item.goods == ORDINARY else item


def parsed(source: bytes) -> Parsed:
    """A catalogue's articles that are right."""
    catalog, _ = parse_catalog(source)
    stocked = (each for each in catalog.items if each.goods.kept or each.goods.made)
    return Parsed(catalog.sha256, len(catalog.items), packed(catalog.items), packed(stocked))


def compared(before: Parsed, source: bytes) -> Compared:
    """What a table changes."""
    after, problems = parse_catalog(source)
    if problems:
        return Compared(after.sha256, problems[:SHOWN])
    found = differences(unpacked(before.articles), after)
    listed = tuple(islice(found, SHOWN))
    return Compared(after.sha256, (), len(listed) + sum(1 for _ in found), listed)


def differences(before: Iterable[Item], after: Catalog) -> Iterator[Difference]:
    """Every field that differs, by PLU, as the old one orders its articles; then the new ones.

    The old one passes by: the two together would not fit.
    """
    known = set()
    for was in before:
        known.add(was.plu)
        item = after.plu(was.plu)
        if item is None:
            yield Difference(was.plu, was.name, "gone", before=shown(was.prices))
        else:
            yield from _of(was, item)
    for item in after.items:
        if item.plu not in known:
            yield Difference(item.plu, item.name, "new", after=shown(item.prices))


def _of(was: Item, item: Item) -> Iterator[Difference]:
    for field, before, after in _pairs(was, item):
        write = _WRITERS.get(field, shown)
        if before != after:
            yield Difference(item.plu, item.name, field, write(before), write(after))


def _pairs(was: Item, item: Item) -> Iterator[tuple[str, Any, Any]]:
    """Each field of both: those of an article, and of what it is as goods under names of theirs."""
    for name in Item.__struct_fields__:
        if name != "goods":
            yield name, getattr(was, name), getattr(item, name)
    for name in Goods.__struct_fields__:
        yield GOODS.get(name, name), getattr(was.goods, name), getattr(item.goods, name)


def fields() -> tuple[str, ...]:
    """Every field that a difference may name."""
    goods = (GOODS.get(name, name) for name in Goods.__struct_fields__)
    ours = (each for each in Item.__struct_fields__ if each not in ("plu", "goods"))
    return ("new", "gone", *ours, *goods)


def _cents(value: int | None) -> str:
    return "" if value is None else euros(value)


def _allergens(value: tuple[int, ...] | None) -> str:
    if value == ():
        return say("aucun")  # somebody has said so; an empty cell says nothing
    return ", ".join(say(each) for each in allergens.labels(value or ()))


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
        case bool():
            return say("oui") if value else say("non")
        case Fraction() | StockUnit() | Part():
            return _of_goods(value)
        case Choice(group, forced, takers):
            return " ".join((f"{group}!" if forced else group, *takers))
        case tuple():
            return " ".join(map(str, value))
    return str(value)


def _of_goods(value: Fraction | StockUnit | Part) -> str:
    match value:
        case StockUnit(name, share):
            return f"{name} = {amount(share)}" if name else ""
        case Part(parent, share):
            return f"{amount(share)} × {parent}"
        case Fraction():
            return amount(value)


_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "vats": rate, "vats_on_spot": rate, "least": _cents, "most": _cents, "allergens": _allergens,
}  # fmt: skip


def inflated(deflated: bytes) -> bytes:
    """The file's bytes; MemoryError where they are more than any till takes."""
    inflating = zlib.decompressobj()
    source = inflating.decompress(deflated, LARGEST)
    if not inflating.eof:
        raise MemoryError
    return source


def main() -> int:
    """Answer what stdin asks."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    try:
        asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Tables)
        set_language(asked.language)
        source = inflated(asked.table)
        found = compared(asked.before, source) if asked.before else parsed(source)
        sys.stdout.buffer.write(msgspec.msgpack.encode(found))
    except MemoryError:
        return TOO_LARGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
