"""Which VAT rates are those of food, by the zone of France where the shop stands. Pure.

Only where the catalogue does not say whether meal vouchers pay for an article: at a rate that is
not listed here it is none (alcohol, what is not eaten, newspapers, a rate of another zone).
"""

from collections.abc import Mapping
from datetime import date

from pos_terminal.domain.dated import Dated

Rates = frozenset[int]

MAINLAND = Dated(
    (
        (date(1993, 1, 1), Rates({550})),
        (date(2012, 1, 1), Rates({550, 700})),
        (date(2014, 1, 1), Rates({550, 1000})),
    )
)
"""Code général des impôts, art. 278-0 bis, A, 1° and 279, m and n; 10 % since 2014 (loi n°
2012-1510, art. 68). Newspapers and medicines have 2.1 % there; books are at a rate of food, so that
the catalogue must say no of them."""

CORSICA = Dated(((date(2014, 1, 1), Rates({210, 550, 1000})),))
"""Art. 297, I: food that has 5.5 % on the mainland has 2.1 %."""

OVERSEAS = Dated(((date(2014, 1, 1), Rates({210})),))
"""Guadeloupe, Martinique, La Réunion, art. 296: 2.1 % for what has 5.5 or 10 % on the mainland, and
8.5 % for the rest, alcohol among it."""

WITHOUT = Dated(((date.min, Rates()),))
"""Guyane and Mayotte (art. 294, 1) and whoever charges no VAT at all (art. 293 B): no rate says
anything of the article."""

ZONES: Mapping[str, Dated[Rates]] = {
    "metropole": MAINLAND,
    "corse": CORSICA,
    "guadeloupe": OVERSEAS,
    "martinique": OVERSEAS,
    "reunion": OVERSEAS,
    "guyane": WITHOUT,
    "mayotte": WITHOUT,
    "sans_tva": WITHOUT,
}
"""By the names that the settings have for them (`vat_zone` in `[tenders]`)."""


def is_food(rate: int, zone: str, day: date) -> bool:
    """Whether an article at that rate is food there, that day."""
    return rate in (ZONES[zone].on(day) or Rates())
