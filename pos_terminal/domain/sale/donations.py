"""Rounding up for a good cause («arrondi solidaire»): money that is not the shop's. Pure.

The customer gives it to somebody else by way of the shop. It is a negative means of payment, so
that turnover and VAT stay what they are: what is paid beyond the price is owed to whom it is for.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.events.sale import Paid, SaleClosed, Tender
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.tender.tender import DONATION

EURO = 100


class DonationRule(Struct, frozen=True):
    """A rule in force from `since` on: what it asks, what paper says of it (if so), its source."""

    since: date
    asks: str
    paper: str
    source: str


RULES = (
    DonationRule(
        date(1804, 3, 20),
        "who collects for somebody accounts for it, and hands all of it over",
        "Don reversé en entier.",
        "Code civil, art. 1993",
    ),
    DonationRule(
        date(1979, 1, 1),
        "VAT is due on what is supplied against payment: nothing is, for a gift",
        "Hors chiffre d'affaires, sans TVA.",
        "Code général des impôts, art. 256, I",
    ),
    DonationRule(
        date(2012, 9, 12),
        "the receipt for a tax reduction is the beneficiary's to give",
        "Ce ticket n'est pas un reçu fiscal.",
        "Code général des impôts, art. 200, 5; BOI-IR-RICI-250-40, § 10",
    ),
    DonationRule(
        date(2014, 6, 14),
        "no payment beyond the price without express consent, none by default",
        "",
        "Code de la consommation, art. L. 121-17 (L. 114-1 until 2016-06-30)",
    ),
)
"""A new rule is a new row; no row is ever changed."""


def sentences(day: date) -> Iterator[str]:
    """What paper says of a gift made on that day."""
    for rule in RULES:
        if rule.paper and rule.since <= day:
            yield say(rule.paper)


def given(ticket: SaleClosed) -> tuple[Paid, ...]:
    """The gifts on a ticket: one at most."""
    return tuple(paid for paid in ticket.tenders if paid.tender == DONATION.name)


def gift(sale: Sale, cents: int | None, beneficiary: str, most: int) -> Tender:
    """So many cents (None: up to the next euro) beyond what is due. Raises Refused."""
    if not beneficiary:
        raise Refused(faults.NO_BENEFICIARY)
    if any(paid.tender == DONATION.name for paid in sale.tenders):
        raise Refused(faults.GIFT_TAKEN)
    # Never out of what the shop pays back: a gift is paid, not withheld.
    if sale.due <= 0:
        raise Refused(faults.NOTHING_DUE)
    if cents is None:
        # Python's remainder is never negative: what is missing up to the next whole euro.
        cents = -sale.due % EURO
        if cents == 0:
            raise Refused(faults.NOTHING_TO_ROUND)
    if cents == 0:
        raise Refused(faults.BAD_NUMBER)
    if cents > most * EURO:
        raise Refused(faults.GIFT_TOO_LARGE)
    if sale.due + cents > LARGEST_TOTAL:
        raise Refused(faults.AMOUNT_TOO_LARGE)
    return Tender(
        sale=sale.number,
        tender=DONATION.name,
        amount=-cents,
        given=-cents,
        change=0,
        beneficiary=beneficiary,
    )
