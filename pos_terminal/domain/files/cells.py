"""Cells of a table as values; what is wrong with one is told with its column. Pure."""

import re

from pos_terminal.domain.catalog.vat import KNOWN_RATES
from pos_terminal.domain.files.table import TableRow
from pos_terminal.domain.language import say
from pos_terminal.domain.money import WHOLE
from pos_terminal.domain.quantity import decimal

_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{2}0")


def parse_rate(text: str, key: str = "vat") -> int:
    """«5.5», «5,5 %», «20» as basis points; ValueError with the reason."""
    rate = number(text.replace("%", ""), 2, key)
    if not 0 <= rate <= WHOLE:
        raise BadCell(key, say("{text!r} n'est pas un taux entre 0 et 100 %", text=text))
    return rate


def parse_vat(text: str, key: str = "vat") -> int:
    """A VAT rate of French law, as basis points; BadCell for any other number.

    «50» is what «2,50» leaves where a comma parts the columns, «0,055» a per cent cell that was
    saved as a number: neither is ever a rate, and either would be one unseen.
    """
    rate = parse_rate(text, key)
    if rate not in KNOWN_RATES:
        known = ", ".join(f"{each / 100:g}" for each in sorted(KNOWN_RATES))
        raise BadCell(
            key, say("{text!r} n'est pas un taux de TVA français : {known}", text=text, known=known)
        )
    return rate


def article(name: str) -> str:
    """A family's name or a PLU as it is looked up: «008» is PLU 8."""
    return name.lstrip("0") or "0" if name.isascii() and name.isdigit() else name


class BadCell(ValueError):
    """A cell that means nothing: `key` is its column, the text the reason."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(reason)
        self.key = key


def number(text: str, scale: int, key: str) -> int:
    """A decimal times 10**`scale`, exactly. Raises BadCell."""
    try:
        return decimal(text, scale)
    except ValueError as error:
        raise BadCell(key, str(error)) from None


def cents(text: str, key: str) -> int:
    """A price or a sum as cents. Raises BadCell."""
    return plain_number(text, 2, key)


def plain_number(text: str, scale: int, key: str) -> int:
    """A decimal that can be read in one way. Raises BadCell.

    «1.200» is twelve hundred to whoever parts thousands by a point, and 1,20 to a program that
    writes three decimals: neither is guessed.
    """
    if _THOUSANDS.fullmatch(text.strip(" €")):
        raise BadCell(
            key, say("{text!r} : des milliers, ou trois décimales ? En écrire deux", text=text)
        )
    return number(text, scale, key)


def yes_or_no(row: TableRow, key: str) -> bool | None:
    """«yes», «oui», «no», «non»; None for an empty cell. Raises BadCell."""
    words = {"": None, "yes": True, "oui": True, "no": False, "non": False}
    try:
        return words[row[key].lower()]
    except KeyError:
        raise BadCell(key, say("{text!r} n'est ni yes ni no", text=row[key])) from None
