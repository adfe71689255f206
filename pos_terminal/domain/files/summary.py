"""What was understood of a shop's files, in words that the shop can check. Pure.

A file can be right in form and wrong in sense; only who knows the shop sees «moins cher :
CROISSANT 0,12». So `config check` ends with this.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.codes.barcode import Measure, read_label
from pos_terminal.domain.files.columns import COLUMNS, NEEDED
from pos_terminal.domain.files.table import decode, first_line, header
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.money import WHOLE, divide
from pos_terminal.domain.notation import euros, percent, thousandths
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.promotions import Promotion

UNITS: Mapping[Unit, str] = {Unit.KG: "/kg", Unit.CL: "/cl", Unit.PIECE: ""}


def of_catalog(
    source: bytes, catalog: Catalog, day: date, default_vat: int
) -> Iterator[str]:
    """How many articles, at which rates, from what price to what, and which columns say nothing.

    `day` is the day whose prices count, `default_vat` the rate of articles without one, in basis
    points. `source` is the file that the catalogue was read from without a problem.
    """
    items = catalog.items
    families = {item.family for item in items if item.family}
    articles = how_many(len(items), "{count} article", "{count} articles")
    yield f"{articles}, {how_many(len(families), '{count} famille', '{count} familles')}"
    rates = Counter(_rate(item, day, default_vat) for item in items)
    yield say("TVA : {rates}").format(
        rates=", ".join(
            f"{percent(rate)} % ({rates[rate]})" for rate in sorted(rates)
        )
    )
    priced = sorted(
        ((price.gross(ONE), item) for item in items if (price := item.listed(day))),
        key=lambda pair: pair[0],
    )
    if priced:
        least, most = _priced(*priced[0]), _priced(*priced[-1])
        yield say("le moins cher : {least} ; le plus cher : {most}").format(least=least, most=most)
    if len(priced) < len(items):
        yield say("{n} sans prix ce jour : le vendeur le tape").format(n=len(items) - len(priced))
    ignored = header(first_line(decode(source)), NEEDED, COLUMNS).ignored
    if ignored:
        yield say("colonnes ignorées : {names}").format(names=", ".join(ignored))


def of_labels(catalog: Catalog) -> Iterator[str]:
    """One label of each pattern, as a scale prints it, and what the till reads in it."""
    for pattern in catalog.patterns:
        weighed = pattern.measure is Measure.WEIGHT
        fitting = [item for item in catalog.items if (item.unit is Unit.KG) or not weighed]
        for item in fitting or catalog.items:
            code = pattern.example(item.plu)
            label = read_label(code, (pattern,)) if code else None
            if label:
                value = f"{thousandths(label.value, 3)} kg" if weighed else euros(label.value)
                yield say("étiquette {template} : {code} = {name} {value}").format(
                    template=pattern.template, code=code, name=item.name, value=value
                )
                break


def of_promotions(
    promotions: Sequence[Promotion], catalog: Catalog, day: date
) -> Iterator[str]:
    """One example of each promotion: its first articles, what they cost alone and together."""
    for promotion in promotions:
        pieces = [piece for piece in _pieces(promotion, catalog, day) if piece]
        before = sum(cents for cents, _ in pieces)
        if not pieces:
            yield say("{name} : aucun article n'a de prix ce jour").format(name=promotion.name)
            continue
        names = " + ".join(item.name for _, item in pieces)
        after = min(before, _together(promotion, [cents for cents, _ in pieces]))
        told = f"{promotion.name} : {names} : {euros(before)} -> {euros(after)}"
        over = say("finie le {day}", day=promotion.when.end) if promotion.when.end < day else ""
        nothing = say("n'ôte rien") if after == before else ""
        yield " : ".join(filter(None, (told, nothing, over)))


def _pieces(
    promotion: Promotion, catalog: Catalog, day: date
) -> Iterator[tuple[int, Item] | None]:
    """For each place in one group the first article of its course that has a price."""
    for course in promotion.courses:
        first = next(
            (
                (price.gross(ONE), item)
                for item in catalog.items
                if (item.plu in course or item.family in course) and not item.choice
                if (price := item.listed(day))
            ),
            None,
        )
        yield from (first for _ in range(promotion.count))


def _together(promotion: Promotion, cents: Sequence[int]) -> int:
    if promotion.price is not None:
        return promotion.price
    if promotion.free:
        return sum(sorted(cents)[promotion.free :])
    return sum(each - divide(each * promotion.percent, WHOLE) for each in cents)


def _rate(item: Item, day: date, default_vat: int) -> int:
    rate = item.rate(day)
    return default_vat if rate is None else rate


def _priced(cents: int, item: Item) -> str:
    return f"{item.name} {euros(cents)}{UNITS[item.unit]}"
