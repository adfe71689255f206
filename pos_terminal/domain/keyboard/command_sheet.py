"""The command sheet: which barcodes and key labels a shop's till has, whatever draws them. Pure.

Three parts: the till's functions; the direct keys of the key map in use, as labels to cut out; the
articles that carry no barcode themselves, as command barcodes by family.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from unicodedata import combining, normalize

from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.keyboard.chords import parse_chord
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.key_table import GROUPS, cap
from pos_terminal.domain.keyboard.keys import Function, Key, KeyMap, parse_key
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros, thousandths
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.receipt import Align, Barcode, Block, Receipt, Rule, Text

QUANTITIES = ("2 x", "3 x", "4 x", "5 x", "6 x", "10 x", "12 x", "0,5 x")
"""Quantities before an article that are worth a barcode of their own."""


class Command(Struct, frozen=True):
    """One barcode: what to call it, what it does, and its code.

    `cap` is what stands on the key, if that is not its name. Both texts are French, untranslated.
    """

    name: str
    purpose: str
    code: str
    cap: str = ""

    @property
    def called(self) -> str:
        """What it is called in the shop's language."""
        return say(self.cap) if self.cap else self.name


class Group(Struct, frozen=True):
    """Commands under one heading (French, untranslated, but for a family's own name)."""

    title: str
    commands: tuple[Command, ...]


class KeyLabel(Struct, frozen=True):
    """What to stick on a key: the physical key («F1»), and the article with its price.

    Of a key that is no article's, what it does: then there is no PLU and no price.
    """

    physical: str
    plu: str
    name: str
    price: str


class CommandSheet(Struct, frozen=True):
    """All of it. A part that is not wanted is empty."""

    shop: str
    functions: tuple[Group, ...] = ()
    labels: tuple[KeyLabel, ...] = ()
    families: tuple[Group, ...] = ()


def functions() -> tuple[Group, ...]:
    """The till's keys by what they are for, and ready-made quantities."""
    groups = [
        Group(
            group.title,
            tuple(
                Command(row.name, row.purpose, encode([row.key]), row.french) for row in group.rows
            ),
        )
        for group in GROUPS
    ]
    quantities = tuple(Command(text, "puis l'article", encode(_keys(text))) for text in QUANTITIES)
    return (*groups, Group("Quantités", quantities))


def labels(keymap: KeyMap, catalog: Catalog, day: date) -> tuple[KeyLabel, ...]:
    """A label for each key of the map, in its order: the functions, then the direct keys.

    Digits have theirs from the maker. A PLU without an article says so.
    """
    functions_ = tuple(
        KeyLabel(parse_chord(physical).short, "", cap(key), "")
        for physical, key in keymap.items()
        if key.function not in (Function.ARTICLE, Function.TYPE)
    )
    articles = tuple(
        _label(physical, key, catalog, day)
        for physical, key in keymap.items()
        if key.function is Function.ARTICLE
    )
    return (*functions_, *articles)


def families(catalog: Catalog, day: date) -> tuple[Group, ...]:
    """The articles without a barcode of their own, by family, then by name; no family last."""
    loose = sorted(
        (item for item in catalog.items if not item.barcodes),
        key=lambda item: (not item.family, _sorted(item.family), _sorted(item.name), int(item.plu)),
    )
    return tuple(
        Group(items[0].family, tuple(_article(item, day) for item in items))
        for _, run in groupby(loose, key=lambda item: _sorted(item.family))
        if (items := list(run))
    )


def _sorted(name: str) -> str:
    """What a name is sorted by: «Éclair» stands among the E."""
    return "".join(c for c in normalize("NFKD", name.casefold()) if not combining(c))


def _keys(text: str) -> list[Key]:
    """«12 x» as keys: a number digit by digit, every other word as it is."""
    number, name = text.split()
    return [*map(parse_key, number), parse_key(name)]


def _label(physical: str, key: Key, catalog: Catalog, day: date) -> KeyLabel:
    item = catalog.plu(key.argument)
    short = parse_chord(physical).short
    if item is None:
        return KeyLabel(short, key.argument, "", "")
    return KeyLabel(short, item.plu, item.name, price_text(item, day))


def _article(item: Item, day: date) -> Command:
    code = encode([Key(Function.ARTICLE, item.plu)])
    price = price_text(item, day)
    return Command(item.name, f"PLU {item.plu}" + (f" · {price}" if price else ""), code)


def price_text(item: Item, day: date) -> str:
    """«1,30 €», «24,90 €/kg», «20,00 € les 5»; nothing where the clerk types it."""
    price = item.prices.on(day)
    if price is None:
        return ""
    text = f"{euros(price.cents)} €"
    many = "" if price.per == ONE else thousandths(price.per)
    if item.unit is Unit.PIECE:
        return f"{text} {say('les')} {many}" if many else text
    return f"{text}/{many} {item.unit}" if many else f"{text}/{item.unit}"


def receipts(sheet: CommandSheet) -> tuple[Receipt, ...]:
    """The barcodes for the receipt printer: a paper for each group, so that none is a metre long.

    Key labels are left out: paper from a roll does not last on a key.
    """
    groups = [*sheet.functions, *sheet.families]
    return tuple(
        Receipt(f"commandes {number}/{len(groups)}", tuple(_paper(sheet.shop, group)))
        for number, group in enumerate(groups, 1)
    )


def _paper(shop: str, group: Group) -> Iterator[Block]:
    yield Text(shop, Align.CENTRE)
    yield Text(heading(group), Align.CENTRE, bold=True, tall=True)
    yield from _barcodes(group.commands)


def _barcodes(commands: Sequence[Command]) -> Iterator[Block]:
    for command in commands:
        yield Rule()
        yield Text(command.called, Align.CENTRE, bold=True, tall=True)
        yield Text(say(command.purpose), Align.CENTRE)
        yield Barcode(command.code)


def heading(group: Group) -> str:
    """The group's title in the till's language; that of articles without a family too."""
    return say(group.title) if group.title else say("Autres articles")
