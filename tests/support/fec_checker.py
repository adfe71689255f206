"""Is this a FEC? Written from the article A. 47 A-1 of the LPF alone, and from nothing of ours.

It knows the order and kinds of the fields (VII, 1°), the coding of characters, numbers and dates
(XII), and the file's name (IX). Balance, the sequence of numbers and the order of dates are the
accountant's rules, which the administration's own checker does not look at.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

FIELDS = [
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
]  # fmt: skip
REQUIRED = set(FIELDS) - {
    "CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"
}  # fmt: skip
AMOUNT = re.compile(r"\d+,\d\d")
ACCOUNT = re.compile(r"[1-7]\d\d[0-9A-Za-z]*")
NAME = re.compile(r"(\d{9})FEC(\d{8})\.txt")

Row = dict[str, str]


def read(path: Path) -> list[Row]:
    """The rows of a file in one of the article's character sets."""
    with path.open(encoding="iso8859-15", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def faults(path: Path) -> list[str]:
    """Everything that is wrong in a file, in words."""
    rows = read(path)
    found = [*of_the_file(path, rows), *of_the_rows(rows)]
    return found or [*of_the_entries(rows)]


def of_the_file(path: Path, rows: list[Row]) -> Iterator[str]:
    name = NAME.fullmatch(path.name)
    if not name or not is_date(name[2]):
        yield f"name {path.name}"
    content = path.read_bytes()
    bare = content.replace(b"\r\n", b"").replace(b"\t", b"")
    if not content.endswith(b"\r\n") or min(bare) < 32:
        yield "control characters, or no line end"
    if not rows or list(rows[0]) != FIELDS:
        yield "first line"


def of_the_rows(rows: list[Row]) -> Iterator[str]:
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            yield f"line {number}: not eighteen fields"
            continue
        if missing := [field for field in REQUIRED if not row[field]]:
            yield f"line {number}: empty {missing}"
        for field in ("EcritureDate", "PieceDate", "ValidDate"):
            if not is_date(row[field]):
                yield f"line {number}: {field} {row[field]}"
        if not ACCOUNT.fullmatch(row["CompteNum"]):
            yield f"line {number}: account {row['CompteNum']}"
        sides = (row["Debit"], row["Credit"])
        if not all(AMOUNT.fullmatch(side) for side in sides):
            yield f"line {number}: amounts {sides}"
        elif sum(amount(side) > 0 for side in sides) != 1:
            yield f"line {number}: {sides} is neither a debit nor a credit"


def of_the_entries(rows: list[Row]) -> Iterator[str]:
    expected, last_date = 1, ""
    for key, lines in groupby(rows, lambda row: row["EcritureNum"]):
        entry = list(lines)
        if key != str(expected):
            yield f"entry {key} where {expected} is next"
        expected += 1
        heads = {
            (r["JournalCode"], r["EcritureDate"], r["PieceRef"], r["ValidDate"]) for r in entry
        }
        if len(heads) != 1 or len(entry) < 2:
            yield f"entry {key}: not one entry"
        if sum(amount(r["Debit"]) - amount(r["Credit"]) for r in entry) != 0:
            yield f"entry {key}: does not balance"
        if entry[0]["EcritureDate"] < last_date:
            yield f"entry {key}: before the one above"
        last_date = entry[0]["EcritureDate"]
        if entry[0]["ValidDate"] < entry[0]["EcritureDate"]:
            yield f"entry {key}: valid before its day"
    labels: dict[str, set[str]] = {}
    for row in rows:
        labels.setdefault(row["CompteNum"], set()).add(row["CompteLib"])
    for account, names in labels.items():
        if len(names) > 1:
            yield f"account {account}: {sorted(names)}"


def is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{8}", text):
        return False
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True


def balances(rows: list[Row]) -> dict[str, Decimal]:
    """What each account holds, debit positive."""
    found: dict[str, Decimal] = {}
    for row in rows:
        change = amount(row["Debit"]) - amount(row["Credit"])
        found[row["CompteNum"]] = found.get(row["CompteNum"], Decimal(0)) + change
    return found


SIREN = "732829320"
