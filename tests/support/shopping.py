"""Days to replay: every kind of row that a recorded day may have, made up from a seed."""

import csv
from collections.abc import Sequence
from pathlib import Path
from random import Random

CATALOG = """plu,name,price,unit,vat,barcode
1,TRADITION,"1,30",,5.5,
2,BAGUETTE,"1,00",,,3000100028864
3,CAFÉ,"1,50",,10,
4,COMTÉ AU LAIT CRU ENTIER,"24,90",kg,5.5,
5,VIN ROUGE,"8,00",,20,3010470111127
6,PRIX DU JOUR,,,5.5,
7,DOUBLE,"1,00",,5.5,
8,DOUBLE,"1,00",,5.5,
9,JOURNAL,"2,10",,2.1,
10,1664,"3,33",,20,
1664,FONDANT,"3,33",,5.5,
"""
HEADER = ("date", "shop", "time", "ticket_number", "article", "quantity", "unit_price", "refused")
DAY = "2021-01-02"

Cells = tuple[str, str, str, str]
"""Article, quantity, price, and why it is to be refused."""

SPECIAL: tuple[Sequence[Cells], ...] = (
    [("BAGUETTE", "1.0", "1,00 €", ""), ("2", "3", "1.00", ""), ("BAGUETTE", "1", "1", "")],
    [("COMTÉ AU LAIT CRU ENTIER", "0,333", "24,90", ""), ("4", "-0,125", "22,50 €", "")],
    [("TRADITION", "-1", "1,30", "")],
    [("VIN ROUGE", "1", "8,00", ""), ("5", "-1", "8,00", "")],
    [("PRIX DU JOUR", "2", "2,22", ""), ("TRADITION", "0,5", "1,10", "")],
    [("NO SUCH THING", "1", "1,00", "unknown")],
    [("DOUBLE", "1", "1,00", "ambiguous"), ("7", "1", "1,00", ""), ("8", "2", "0,95", "")],
    [("1664", "1", "3,33", "a PLU and a name")],
    [("TRADITION", "0", "1,30", "zero"), ("TRADITION", "x", "1,30", "no number")],
    [("CAFÉ", "1", "-1,50", "negative"), ("CAFÉ", "1", "1,505", "too fine")],
    [("CAFÉ", "99999", "1,50", "by the terminal"), ("CAFÉ", "1", "0,00", "")],
    [("4", "20,5", "24,90", ""), ("JOURNAL", "7", "2,10", "")],
    [("VIN ROUGE", "9999", "8,00", ""), ("VIN ROUGE", "9999", "8,00", "by the terminal")],
    [("BAGUETTE", "-2", "1,00", ""), ("BAGUETTE", "12", "0,85", ""), ("2", "0,25", "1,00", "")],
)


def ordinary(random: Random) -> Sequence[Cells]:
    """A ticket as most are."""
    articles = (("1", "1,30"), ("BAGUETTE", "1,00"), ("CAFÉ", "1,50"), ("5", "8,00"), ("9", "2,10"))
    chosen = random.choices(articles, k=random.choice((1, 1, 1, 2, 2, 3, 4)))
    return [(name, str(random.choice((1, 1, 2))), price, "") for name, price in chosen]


def write_day(folder: Path, tickets: int, *, seed: int = 1) -> tuple[Path, Path]:
    """Catalogue and tickets: the special ones first, ordinary ones up to `tickets`."""
    random = Random(seed)
    rows = []
    for number in range(tickets):
        special = number < len(SPECIAL)
        minute = 7 * 60 + number * 600 // tickets
        time = f"{minute // 60:02d}:{minute % 60:02d}"
        for cells in SPECIAL[number] if special else ordinary(random):
            rows.append((DAY, "1", time, f"{150000 + number}.0", *cells))
    for at in range(0, len(rows) - 1, 9):  # tickets that are not in one piece
        rows[at], rows[at + 1] = rows[at + 1], rows[at]
    catalog, day = folder / "catalog.csv", folder / "tickets.csv"
    catalog.write_text(CATALOG)
    with day.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return catalog, day
