"""The promotions' file: TOML tables as people write them, made into promotions. Pure.

docs/promotions.md describes every key.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.files import plausibility
from pos_terminal.domain.files.cells import article, cents, parse_rate
from pos_terminal.domain.language import say
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.sale.promotions import MOST_IN_A_GROUP, Promotion, When

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_NAME = 20
MOST = 50
MOST_COURSES = 6
ONE_PER_CENT = 100
"""Basis points: no shop gives less."""
_WHEN = {"from", "until", "days", "hours"}
_KEYS = {
    "free": {"buy", "free", "articles"},
    "price": {"quantity", "price", "articles"},
    "percent": {"percent", "articles"},
    "menu": {"price", "courses"},
}


def parse_promotions(tables: Mapping[str, Any]) -> tuple[Promotion, ...]:
    """The promotions of `[[promotion]]` tables; ValueError says which is wrong, and why."""
    listed = tables.get("promotion", [])
    if set(tables) - {"promotion"} or not isinstance(listed, list) or len(listed) > MOST:
        raise ValueError(
            say("le fichier a des tables [[promotion]], {most} au plus, et rien d'autre", most=MOST)
        )
    found = []
    for number, table in enumerate(listed, 1):
        try:
            found.append(_promotion(table))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"promotion {number}: {error}") from None
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise ValueError(say("deux promotions ont le même nom"))
    return tuple(found)


def _promotion(table: Any) -> Promotion:
    if not isinstance(table, dict):
        raise TypeError(repr(table))
    kind = table.get("kind")
    if kind not in _KEYS:
        raise ValueError(say("kind est l'un de {what}", what=", ".join(_KEYS)))
    wanted = _KEYS[kind] | {"name", "kind"}
    wrong = sorted(set(table) - wanted - _WHEN) + sorted(wanted - set(table))
    if wrong:
        raise ValueError(
            say(
                "{what} : absent, ou pas pour une promotion {kind}",
                what=", ".join(wrong),
                kind=kind,
            )
        )
    name, when = _name(table["name"]), _when(table)
    if kind == "menu":
        courses = tuple(_articles(course) for course in table["courses"])
        if not 2 <= len(courses) <= MOST_COURSES:
            raise ValueError(
                say("courses : de 2 à {most_courses} listes", most_courses=MOST_COURSES)
            )
        return Promotion(name, courses, price=_cents(table["price"]), when=when)
    course = (_articles(table["articles"]),)
    if kind == "free":
        buy, free = _count(table["buy"], "buy"), _count(table["free"], "free")
        return Promotion(name, course, count=buy + free, free=free, when=when)
    if kind == "price":
        count = _count(table["quantity"], "quantity")
        return Promotion(name, course, count=count, price=_cents(table["price"]), when=when)
    rate = parse_rate(str(table["percent"]), "percent")
    if rate < ONE_PER_CENT:  # a spreadsheet's «0,1» is ten per cent, and nobody can tell
        raise ValueError(say("percent : 1 ou plus ; dix pour cent s'écrit 10"))
    return Promotion(name, course, percent=rate, when=when)


def _name(name: object) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(
            say("name : de 1 à {longest_name} caractères imprimables", longest_name=LONGEST_NAME)
        )
    return name


def _articles(names: object) -> frozenset[str]:
    if not isinstance(names, Sequence) or isinstance(names, str) or not names:
        raise ValueError(say('articles : une liste de familles et de PLU, comme ["pain", "28"]'))
    if not all(isinstance(name, str) and name for name in names):
        raise ValueError(say("articles : chacun est un texte, les PLU aussi"))
    return frozenset(map(article, names))


def unresolved(promotions: Sequence[Promotion], catalog: Catalog) -> tuple[str, ...]:
    """What promotions name and the catalogue lacks: a promotion that would never apply."""
    names = {item.family for item in catalog.items if item.family}
    names |= {item.plu for item in catalog.items}
    return tuple(
        f"{promotion.name}: {plausibility.unknown(name, names)}"
        for promotion in promotions
        for name in sorted(frozenset[str]().union(*promotion.courses) - names)
    )


def _count(count: object, key: str) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= MOST_IN_A_GROUP:
        raise ValueError(
            say(
                "{key} : un nombre de 1 à {most_in_a_group}",
                key=key,
                most_in_a_group=MOST_IN_A_GROUP,
            )
        )
    return count


def _cents(text: object) -> int:
    price = cents(str(text), "price")
    if not 0 < price <= LARGEST_TOTAL:
        raise ValueError(say("price : {text!r} n'est pas un prix", text=text))
    return price


def _when(table: Mapping[str, Any]) -> When:
    start, end = table.get("from", date.min), table.get("until", date.max)
    if type(start) is not date or type(end) is not date or start > end:
        raise ValueError(
            say("from, until : des dates comme 2026-12-31, la première pas après la dernière")
        )
    days = table.get("days", DAYS)
    if isinstance(days, str) or not days or not {*days} <= {*DAYS}:
        raise ValueError(
            say(
                'days : une liste comme ["mon"], de {what} ; pas {days}',
                what=", ".join(DAYS),
                days=days,
            )
        )
    hours = table.get("hours", [time.min, time.max])
    if len(hours) != 2 or not all(type(hour) is time for hour in hours) or hours[0] >= hours[1]:
        raise ValueError(say("hours : [17:00:00, 19:00:00], la première avant la dernière"))
    numbers = frozenset(map(DAYS.index, days)) if "days" in table else frozenset[int]()
    return When(start, end, numbers, hours[0], hours[1])
