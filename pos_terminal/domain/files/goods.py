"""The catalogue's columns that say what an article is as goods (docs/catalog.md).

| column | what | if left out |
|---|---|---|
| stock | yes: its stock is followed | no |
| stock_unit | what stock is counted in: «cl», «verre=1/6», «verre=12,5 cl» | its unit |
| alert | at so many stock units left the till says so | never |
| content | what one of it holds: «75 cl», «1 l», «400 g» | none |
| part_of, part | the PLU of what it is a part of, and how much: «1/6», «12,5 cl», «6» | no part |
| made | yes: the shop makes it, so it stands in the production proposal | no |
| tare | grams of its packing, taken off what the scale says | 0 |
| allergens | of EU 1169/2011, names or numbers: «gluten; lait», «1; 7», «aucun» | not known |
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import lcm

from msgspec import Struct

from pos_terminal.domain.catalog.allergens import parse_allergens
from pos_terminal.domain.catalog.goods import Goods, Part, StockUnit
from pos_terminal.domain.files.cells import BadCell, number, yes_or_no
from pos_terminal.domain.files.table import TableRow
from pos_terminal.domain.language import say
from pos_terminal.domain.quantity import Unit

HEAVIEST_TARE = 9999
"""Grams."""

LONGEST_UNIT = 10
FINEST = 100_000
"""All parts of an article have a common denominator up to this: its stock stays a short number."""

_AMOUNT = re.compile(r"(?:([0-9]{1,6})\s*/\s*([0-9]{1,6})|([0-9]+(?:[.,][0-9]+)?))\s*([a-zA-Z]*)")
_VOLUMES = {"ML": Fraction(1, 10), "CL": Fraction(1), "DL": Fraction(10), "L": Fraction(100)}
_WEIGHTS = {"G": Fraction(1, 1000), "KG": Fraction(1)}


class Amount(Struct, frozen=True):
    """So much: of a whole where `unit` is PIECE, else in centilitres or kilograms."""

    value: Fraction
    unit: Unit = Unit.PIECE


class Cells(Struct, frozen=True):
    """A row's cells; amounts mean something once all rows are known."""

    line: int
    unit: Unit
    kept: bool
    alert: Fraction | None
    stock_unit: str
    of: Amount | None
    content: Amount | None
    part_of: str
    part: Amount | None
    made: bool
    tare: int
    allergens: tuple[int, ...] | None


def read(row: TableRow, unit: Unit) -> Cells:
    """The row's cells, each right in itself. Raises BadCell."""
    content = _amount(row["content"], "content") if row["content"] else None
    if content and content.unit is Unit.PIECE:
        raise BadCell(
            "content", say("{text!r} : un volume ou un poids, comme 75 cl", text=row["content"])
        )
    if bool(row["part_of"]) != bool(row["part"]):
        raise BadCell("part", say("part_of et part vont ensemble"))
    name, _, of = (each.strip() for each in row["stock_unit"].partition("="))
    if len(name) > LONGEST_UNIT or not name.isprintable():
        raise BadCell(
            "stock_unit",
            say(
                "{name!r} n'est pas un nom d'au plus {longest_unit} caractères",
                name=name,
                longest_unit=LONGEST_UNIT,
            ),
        )
    try:
        allergens = parse_allergens(row["allergens"])
    except ValueError as error:
        raise BadCell("allergens", str(error)) from None
    return Cells(
        line=row.line,
        unit=unit,
        kept=bool(yes_or_no(row, "stock")),
        alert=_alert(row),
        stock_unit=name,
        of=_amount(of, "stock_unit") if of else None,
        content=content,
        part_of=row["part_of"].lstrip("0") or row["part_of"][:1],
        part=_amount(row["part"], "part") if row["part"] else None,
        made=bool(yes_or_no(row, "made")),
        tare=_tare(row, unit),
        allergens=allergens,
    )


def _tare(row: TableRow, unit: Unit) -> int:
    tare = number(row["tare"] or "0", 0, "tare")
    if not 0 <= tare <= HEAVIEST_TARE or (tare and unit is not Unit.KG):
        raise BadCell(
            "tare",
            say(
                "{text!r} : de 0 à {heaviest_tare} g, de ce qui se vend au poids",
                text=row["tare"],
                heaviest_tare=HEAVIEST_TARE,
            ),
        )
    return tare


def _alert(row: TableRow) -> Fraction | None:
    if not row["alert"]:
        return None
    if not yes_or_no(row, "stock"):
        raise BadCell("alert", say("pas de stock à surveiller : stock n'est pas yes"))
    alert = Fraction(number(row["alert"], 3, "alert"), 1000)
    if alert < 0:
        raise BadCell("alert", say("{text!r} est moins que rien", text=row["alert"]))
    return alert


def _amount(text: str, key: str) -> Amount:
    """«1/6», «6», «12,5 cl», «250 g». Raises BadCell."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found or (found[2] and int(found[2]) == 0):
        raise BadCell(key, say("{text!r} n'est pas une quantité, comme 1/6 ou 12,5 cl", text=text))
    if found[1]:
        value = Fraction(int(found[1]), int(found[2]))
    else:
        value = Fraction(number(found[3], 3, key), 1000)
    unit = found[4].upper()
    if not value or (unit and unit not in _VOLUMES | _WEIGHTS):
        raise BadCell(key, say("{text!r} n'est pas une quantité, comme 1/6 ou 12,5 cl", text=text))
    if unit in _VOLUMES:
        return Amount(value * _VOLUMES[unit], Unit.CL)
    return Amount(value * _WEIGHTS[unit], Unit.KG) if unit else Amount(value)


class Resolved(Struct, frozen=True):
    """Each article's goods, and by PLU what kept one from being understood."""

    goods: Mapping[str, Goods]
    bad: Mapping[str, BadCell]


def resolve(articles: Mapping[str, Cells]) -> Resolved:
    """What the cells mean beside each other: parts of parents, by capacity where so said."""
    goods: dict[str, Goods] = {}
    bad: dict[str, BadCell] = {}
    for plu, cells in articles.items():
        try:
            goods[plu] = _goods(plu, cells, articles)
        except BadCell as error:
            bad[plu] = error
    for plu in _too_fine(goods):
        bad[plu] = BadCell(
            "part",
            say("pas de dénominateur commun jusqu'à {finest} avec les autres parts", finest=FINEST),
        )
    return Resolved(goods, bad)


def _goods(plu: str, cells: Cells, articles: Mapping[str, Cells]) -> Goods:
    part = None
    if cells.part:
        parent = articles.get(cells.part_of)
        if parent is None or cells.part_of == plu:
            raise BadCell(
                "part_of", say("le PLU {part_of} n'est pas un autre article", part_of=cells.part_of)
            )
        if parent.part:
            raise BadCell(
                "part_of", say("le PLU {part_of} est lui-même une part", part_of=cells.part_of)
            )
        if cells.kept:
            raise BadCell(
                "stock", say("une part n'a pas de stock à elle : c'est celui de l'article entier")
            )
        part = Part(cells.part_of, _share(cells.part, parent, "part"))
    unit = _stock_unit(cells)
    return Goods(
        kept=cells.kept,
        alert=None if cells.alert is None else unit.units(cells.alert),
        unit=unit,
        part=part,
        content=_content(cells),
        made=cells.made,
        tare=cells.tare,
        allergens=cells.allergens,
    )


def _content(cells: Cells) -> Fraction | None:
    return cells.content.value if cells.content and cells.content.unit is cells.unit else None


def _stock_unit(cells: Cells) -> StockUnit:
    if cells.of:
        return StockUnit(cells.stock_unit, _share(cells.of, cells, "stock_unit"))
    name = cells.stock_unit.upper()
    if name in _VOLUMES:
        one = Amount(_VOLUMES[name], Unit.CL)
    elif name in _WEIGHTS:
        one = Amount(_WEIGHTS[name], Unit.KG)
    else:
        return StockUnit(cells.stock_unit)
    return StockUnit(cells.stock_unit, _share(one, cells, "stock_unit"))


def _share(amount: Amount, of: Cells, key: str) -> Fraction:
    """How much of a unit of that article it is: by its content where a volume is said."""
    if amount.unit is of.unit is Unit.PIECE and amount.value > 1 and amount.value.denominator > 1:
        # «12,5» for «12,5 cl»: no glass is twelve bottles and a half.
        raise BadCell(key, say("{many:g} de quoi ? L'unité manque", many=float(amount.value)))
    if amount.unit in (Unit.PIECE, of.unit):
        return amount.value
    if of.content is None or of.content.unit is not amount.unit:
        raise BadCell(
            key, say("la ligne {line} ne dit pas le contenu dont c'est une part", line=of.line)
        )
    return amount.value / of.content.value


def _too_fine(goods: Mapping[str, Goods]) -> Iterator[str]:
    common: dict[str, int] = {}
    for plu, each in goods.items():
        if each.part:
            finer = lcm(common.get(each.part.parent, 1), each.part.share.denominator)
            if finer > FINEST:
                yield plu
            else:
                common[each.part.parent] = finer
