"""Sums taken straight from both CSV files: other code, exact fractions, the one rounding rule.

Knows nothing of the terminal. A row whose column `refused` is not empty is not to be sold.
"""

import csv
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

DEFAULT_VAT = Fraction(55, 1000)


def rounded(value: Fraction) -> int:
    """Half away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def number(text: str) -> Fraction:
    return Fraction(Decimal(text.replace("€", "").replace(",", ".").strip()))


@dataclass
class Sold:
    """One ticket: each line's article, quantity and cents, and its rates' sums."""

    number: str
    day: str
    lines: list[tuple[str, Fraction, int]] = field(default_factory=list)
    rates: dict[Fraction, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(cents for _, _, cents in self.lines)


@dataclass
class Sums:
    tickets: list[Sold]
    refused: list[int]

    @property
    def by_vat(self) -> dict[str, dict[str, int]]:
        """As the summary has them: {"5.5": {"gross": ..., "net": ..., "vat": ...}}."""
        sums: dict[Fraction, dict[str, int]] = {}
        for ticket in self.tickets:
            for rate, gross in ticket.rates.items():
                vat = rounded(gross * rate / (1 + rate))
                at = sums.setdefault(rate, {"gross": 0, "net": 0, "vat": 0})
                at["gross"] += gross
                at["net"] += gross - vat
                at["vat"] += vat
        return {f"{float(100 * rate):g}": at for rate, at in sorted(sums.items())}


def sums(catalog: Path, tickets: Path) -> Sums:
    with catalog.open(newline="") as file:
        articles = list(csv.DictReader(file))
    by_plu = {article["plu"]: article for article in articles}
    by_name = {article["name"]: article for article in articles}
    found: dict[tuple[str, str], Sold] = {}
    refused = []
    with tickets.open(newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            if row["refused"]:
                refused.append(line)
                continue
            article = by_plu.get(row["article"]) or by_name[row["article"]]
            quantity = number(row["quantity"])
            cents = rounded(quantity * number(row["unit_price"]) * 100)
            rate = number(article["vat"]) / 100 if article["vat"] else DEFAULT_VAT
            key = (row["date"], row["ticket_number"])
            ticket = found.setdefault(key, Sold(row["ticket_number"], row["date"]))
            ticket.lines.append((article["name"], quantity, cents))
            ticket.rates[rate] = ticket.rates.get(rate, 0) + cents
    return Sums(list(found.values()), refused)


def agrees(summary: dict[str, object], expected: Sums) -> bool:
    """Whether a summary says the same; the assertion that fails says what does not."""
    assert summary["tickets"] == len(expected.tickets)
    assert summary["lines"] == sum(len(ticket.lines) for ticket in expected.tickets)
    assert summary["total_cents"] == sum(ticket.total for ticket in expected.tickets)
    assert summary["by_vat"] == expected.by_vat
    refused = summary["refused"]
    assert isinstance(refused, list)
    assert [refusal["line"] for refusal in refused] == expected.refused
    return True
