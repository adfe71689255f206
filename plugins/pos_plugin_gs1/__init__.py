"""Sells what GS1's 2D codes and Digital Links say: the article, and its weight or price.

The catalogue knows GTINs. Codes of the coming years carry them inside longer data (GS1 DataMatrix,
GS1 QR, GS1-128, DataBar Expanded), which this plugin takes apart.
"""

from calendar import monthrange
from datetime import date, datetime, time

from msgspec import Struct

from pos_plugin_gs1.elements import Elements, digital_link, element_string
from pos_terminal.domain.catalog.catalog import Catalog, Found
from pos_terminal.domain.money import divide
from pos_terminal.domain.quantity import Unit
from pos_terminal.hookspecs import hookimpl

GS1_AIMS = ("]C1", "]e0", "]d2", "]Q3", "]J1")
"""Symbology identifiers of codes that hold element strings (GS1 General Specifications, 5.1.2)."""

EURO = "978"


class Gs1Settings(Struct, frozen=True, kw_only=True):
    """`prices`: what a code says is to be paid is charged; else the catalogue's price is."""

    prices: bool = True


@hookimpl
def pos_settings() -> type[Gs1Settings]:
    """`[plugin.gs1]`."""
    return Gs1Settings


@hookimpl
def pos_find_item(code: str, aim: str, catalog: Catalog, settings: Gs1Settings) -> Found | None:
    """The article that a GS1 code names; None when it is no such code, or names none of ours."""
    elements = _elements(code, aim)
    gtin = elements.get("01") or elements.get("02")
    known = catalog.code(gtin) if gtin else None
    if known is None:
        return None
    grams, expires = _grams(elements), _expires(elements)
    cents = _cents(elements) if settings.prices else None
    if cents is not None:
        return Found(known.item, cents=cents, expires=expires)
    if grams is not None and known.item.unit is Unit.KG:
        return Found(known.item, quantity=grams, expires=expires)
    return Found(known.item, expires=expires)


def _elements(code: str, aim: str) -> Elements:
    if code.startswith(("http://", "https://")):
        return digital_link(code)
    if aim in GS1_AIMS or (not aim and code.startswith("01") and len(code) > 16):
        return element_string(code)
    return {}


def _grams(elements: Elements) -> int | None:
    """AI 310n: net weight in kilograms, n decimals; None where it is finer than a gram."""
    for decimals in range(4):
        value = elements.get(f"310{decimals}", "")
        if value:
            return int(value) * (1000, 100, 10, 1)[decimals]
    return None


def _cents(elements: Elements) -> int | None:
    """AI 392n, the amount payable, and 393n with its ISO 4217 currency, where that is the euro.

    n decimals, as many as the code has: it is the price that the package shows, rounded to a cent.
    """
    for decimals in range(10):
        amount = elements.get(f"392{decimals}")
        in_currency = elements.get(f"393{decimals}", "")
        if not amount and in_currency.startswith(EURO):
            amount = in_currency[len(EURO) :]
        if amount:
            return divide(int(amount) * 100, 10**decimals)
    return None


def _expires(elements: Elements) -> datetime | None:
    """The last minute in which it may be sold: the earliest of AI 16 (sell by), 17 (expiry) and
    7003 (expiry, with its time).

    What is past its best-before date (AI 15) may be sold; past its expiry date it may not
    (regulation (EU) 1169/2011, article 24). A last day that is no date tells nobody that it is
    still to come: it counts as over.
    """
    ends = [_end(elements[ai]) for ai in ("16", "17", "7003") if ai in elements]
    return min(ends, default=None)


def _end(text: str) -> datetime:
    """YYMMDD, or YYMMDDhhmm."""
    day = _day(text[:6])
    hours, minutes = (int(text[6:8]), int(text[8:])) if text[6:] else (0, 0)
    if day is None or hours > 23 or minutes > 59:
        return datetime.min
    return datetime.combine(day, time(hours, minutes) if text[6:] else time.max)


def _day(text: str) -> date | None:
    """YYMMDD, DD 00 being the month's last day; None where there is no such day.

    General Specifications 7.12: years are of this century.
    """
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    return date(year, month, day or last) if day <= last else None
