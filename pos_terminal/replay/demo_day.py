"""A Sunday morning in a French bakery, made up anew from a seed: its catalogue and its tickets.

The figures are those of a real shop's busiest morning: 104 tickets between ten and eleven, at
most four in a minute, about two lines each and half of them with one, a median of some 3.80 euro.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

DAY = "2026-06-07"
"""A Sunday."""

TICKETS_IN_HOUR = {7: 34, 8: 62, 9: 88, 10: 104, 11: 92, 12: 55}
MOST_IN_A_MINUTE = 4
LINES = {1: 50, 2: 26, 3: 13, 4: 7, 5: 3, 6: 1}
RETURNS, REDUCED = 0.008, 0.015
"""Share of tickets that bring something back, and of lines sold below their price."""


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """An article of the made-up shop. `weight` is how often it is asked for."""

    plu: int
    name: str
    cents: int
    weight: int
    family: str
    vat: str = "5.5"
    unit: str = "piece"
    barcode: str = ""
    several: bool = True


ARTICLES = (
    DemoArticle(1, "TRADITION", 130, 260, "PAINS"),
    DemoArticle(2, "BAGUETTE", 105, 150, "PAINS"),
    DemoArticle(3, "CROISSANT", 120, 110, "VIENNOISERIE"),
    DemoArticle(4, "PAIN AU CHOCOLAT", 130, 90, "VIENNOISERIE"),
    DemoArticle(5, "CAMPAGNE", 280, 34, "PAINS", several=False),
    DemoArticle(6, "CEREALES", 240, 38, "PAINS", several=False),
    DemoArticle(7, "PAIN COMPLET", 250, 26, "PAINS", several=False),
    DemoArticle(8, "FICELLE", 85, 22, "PAINS"),
    DemoArticle(11, "SEIGLE AU POIDS", 780, 30, "PAINS", unit="kg"),
    DemoArticle(12, "BRIOCHE AU POIDS", 1450, 16, "VIENNOISERIE", unit="kg"),
    DemoArticle(21, "CHAUSSON AUX POMMES", 180, 26, "VIENNOISERIE"),
    DemoArticle(22, "PAIN AUX RAISINS", 175, 26, "VIENNOISERIE"),
    DemoArticle(31, "ÉCLAIR AU CHOCOLAT", 290, 30, "PATISSERIE"),
    DemoArticle(32, "TARTE AUX FRAISES", 390, 26, "PATISSERIE"),
    DemoArticle(33, "PARIS-BREST", 420, 14, "PATISSERIE"),
    DemoArticle(34, "MILLE-FEUILLE", 380, 16, "PATISSERIE"),
    DemoArticle(35, "TARTE CITRON 6 P.", 2200, 7, "PATISSERIE", several=False),
    DemoArticle(41, "SANDWICH JAMBON", 450, 20, "SNACK", vat="10"),
    DemoArticle(42, "QUICHE LORRAINE", 390, 14, "SNACK", vat="10"),
    DemoArticle(51, "CAFÉ", 150, 34, "BOISSONS", vat="10"),
    DemoArticle(52, "EAU 50 CL", 120, 12, "BOISSONS", barcode="2000000000527"),
    DemoArticle(53, "JUS D'ORANGE", 290, 14, "BOISSONS", barcode="2000000000534"),
    DemoArticle(54, "CONFITURE ABRICOT", 520, 7, "EPICERIE", barcode="2000000000541"),
    DemoArticle(55, "CIDRE BRUT 75 CL", 590, 5, "BOISSONS", vat="20", barcode="2000000000558"),
)
HEADER = ("date", "time", "ticket_number", "article", "quantity", "unit_price")


@dataclass(frozen=True, slots=True)
class DemoDay:
    """Both files, as bytes."""

    catalog: bytes
    tickets: bytes


def demo_day(seed: int) -> DemoDay:
    """The morning of that seed: the same one every time."""
    random = Random(seed)  # a till's figures need no secrecy
    rows = (
        (DAY, time, str(number), *line)
        for number, time in enumerate(_times(random), 1)
        for line in _ticket(random)
    )
    return DemoDay(_catalog(), _table(HEADER, rows))


def _catalog() -> bytes:
    header = ("plu", "name", "price", "unit", "family", "vat", "barcode")
    return _table(
        header,
        (
            (str(a.plu), a.name, _euros(a.cents), a.unit, a.family, a.vat, a.barcode)
            for a in ARTICLES
        ),
    )


def _times(random: Random) -> Iterator[str]:
    for hour, tickets in TICKETS_IN_HOUR.items():
        minutes: Counter[int] = Counter()
        while minutes.total() < tickets:
            minute = random.randrange(60)
            if minutes[minute] < MOST_IN_A_MINUTE:
                minutes[minute] += 1
        for minute in range(60):
            for second in sorted(random.sample(range(60), minutes[minute])):
                yield f"{hour:02d}:{minute:02d}:{second:02d}"


def _ticket(random: Random) -> Iterator[tuple[str, str, str]]:
    """Article, quantity and price of each line."""
    count = random.choices(list(LINES), list(LINES.values()))[0]
    weights = [article.weight for article in ARTICLES]
    chosen = list(dict.fromkeys(random.choices(ARTICLES, weights, k=count)))
    brings_back = random.random() < RETURNS
    for article in chosen:
        cents = article.cents
        if random.random() < REDUCED:
            cents = cents * 70 // 100
        quantity = _quantity(random, article)
        if brings_back:
            quantity, brings_back = f"-{quantity}", False
        # The clerk knows some by their number, others by their name; a file may have both.
        name = str(article.plu) if random.random() < 0.5 else article.name
        yield name, quantity, _euros(cents)


def _quantity(random: Random, article: DemoArticle) -> str:
    if article.unit == "kg":
        return f"0,{random.randrange(180, 900):03d}"
    if not article.several:
        return "1"
    return str(random.choices((1, 2, 3, 4, 6), (58, 27, 8, 5, 2))[0])


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"


def _table(header: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
