"""The tables for spreadsheets, held to the records they were made of, column by column."""

import itertools
from collections.abc import Iterator
from typing import Any

from pos_terminal.archive.verifier.contents import Contents
from pos_terminal.archive.verifier.messages import Bad

ELSEWHERE = None
"""A cell that takes the program's own rules to derive (`pos-terminal archive verify` does so)."""

Row = tuple[str, list["str | None"]]
"""A table's name, and its cells."""

TABLES = (
    "tickets.csv", "lines.csv", "payments.csv", "vat.csv", "movements.csv", "closures.csv",
    "closure_vat.csv", "closure_payments.csv", "closure_cash.csv", "closure_hours.csv",
)  # fmt: skip
MOVEMENTS = (
    "cash.moved", "cash.counted", "payment.changed", "voucher.moved", "account.moved",
    "deposit.moved",
)  # fmt: skip
PERIODS = {"day": "jour", "month": "mois", "year": "exercice"}


def table_rows(record: dict[str, Any]) -> Iterator[Row]:
    """The rows that a record has in each table."""
    kind, body = record["kind"], record["body"]
    if kind == "sale.closed":
        yield from ticket_rows(record, body)
    elif kind == "period.closed":
        yield from closure_rows(record, body)
    elif kind in MOVEMENTS:
        yield "movements.csv", movement(record, body)


def ticket_rows(record: dict[str, Any], body: dict[str, Any]) -> Iterator[Row]:
    """A ticket, its lines, payments and VAT."""
    lead = [*texts(record["seq"], record["at"]), text(body["series"]), str(body["number"])]
    sold = sum(not line["voided"] for line in body["lines"])
    ever = record["total"]
    where = [text(record["store"]), text(record["terminal"])]
    yield "tickets.csv", [
        *lead, *where, *texts(record["session"], record["op"], body["sale"], sold),
        *amounts(body["total"], body["turnover"], body["change"]),
        flag(body["series"] == "F"), flag(record["sim"]), record["trust"],
        *amounts(ever["net"], ever["abs"]), text(body["taken_at"]),
    ]  # fmt: skip
    for line in body["lines"]:
        names = map(text, (line["plu"], line["name"], line["family"], line["unit"]))
        yield "lines.csv", [
            *lead, str(line["line"]), *names, parts(line["quantity"]), euros(line["price"]),
            parts(line["per"]), rate(line["vat"]), *amounts(line["net"], line["gross"]),
            flag(line["voided"]), euros(line["discount"]),
        ]  # fmt: skip
    for paid in body["tenders"]:
        sums = amounts(paid["amount"], paid["given"], paid["change"])
        yield "payments.csv", [*lead, text(paid["tender"]), *sums]
    for taxed in body["vat"]:
        sums = amounts(taxed["net"], taxed["vat"], taxed["gross"])
        yield "vat.csv", [*lead, rate(taxed["rate"]), *sums]


def closure_rows(record: dict[str, Any], body: dict[str, Any]) -> Iterator[Row]:
    """A closure, and what it has by rate, payment, movement and hour."""
    totals, period = body["totals"], PERIODS[body["period"]]
    lead = [*texts(record["seq"], record["at"]), period, str(body["number"])]
    carried = " ".join(map(str, body["carried"]))
    yield "closures.csv", [
        *lead, body["label"], *texts(body["first"], body["last"], *body["sessions"]),
        *texts(totals["tickets"], totals["refunds"]),
        *amounts(totals["net"], totals["absolute"], totals["voided"]), str(totals["voided_lines"]),
        euros(totals["abandoned"]), *texts(totals["abandoned_sales"], totals["duplicates"]),
        str(totals["drawer_openings"]), *amounts(totals["cash"], body["net_ever"]),
        euros(body["absolute_ever"]), flag(body["automatic"]), carried, str(body["authority"]),
        ELSEWHERE, ELSEWHERE, ELSEWHERE,
    ]  # fmt: skip
    for taxed in totals["vat"]:
        sums = amounts(taxed["net"], taxed["vat"], taxed["gross"])
        yield "closure_vat.csv", [*lead, rate(taxed["rate"]), *sums]
    for paid in totals["tenders"]:
        sums = [euros(paid["amount"]), str(paid["count"])]
        yield "closure_payments.csv", [*lead, text(paid["tender"]), *sums]
    more = totals.get("parts") or {"movements": [], "hours": []}
    for moved in more["movements"]:
        what, _, reason = moved["what"].partition(" ")
        sums = [str(moved["count"]), euros(moved["amount"])]
        yield "closure_cash.csv", [*lead, text(what), text(reason), *sums]
    for each in sorted(more["hours"], key=lambda row: int(row["hour"])):
        yield "closure_hours.csv", [
            *lead, *texts(each["hour"], each["tickets"]), euros(each["net"])
        ]  # fmt: skip


def movement(record: dict[str, Any], body: dict[str, Any]) -> "list[str | None]":
    """Money that moved beside a ticket's own lines and payments."""
    kind, series, number, why, drawer = record["kind"], "", 0, "", body.get("drawer", 0)
    if kind == "cash.moved":
        amount, what, why = body["amount"], body["movement"], body["reason"]
    elif kind == "cash.counted":
        amount, what = body["counted"] - body["expected"], "counted"
    else:
        amount, series, number = body["amount"], body["series"], body["number"]
        if kind == "payment.changed":
            what = f"{body['from_tender']} > {body['to_tender']}"
        else:
            names = {"voucher": ("purpose", "voucher"), "account": ("move", "person")}
            named, whose = names.get(kind.partition(".")[0], ("nature", "order"))
            what, why, drawer = body[named], body[whose], 0
    lead = [*texts(record["seq"], record["at"]), kind, text(what), euros(amount)]
    return [*lead, text(series), str(number), text(why), *texts(drawer, record["op"])]


class Tables:
    """Holds the tables for spreadsheets to the records that they were made of."""

    def __init__(self, contents: Contents) -> None:
        self._rows = {name: contents.cells(name) for name in TABLES}
        for rows in self._rows.values():
            next(rows, None)  # the columns' names

    def take(self, seq: int, record: dict[str, Any]) -> None:
        """A record: its rows come next in each table."""
        for name, cells in table_rows(record):
            row: list[str] = next(self._rows[name], [])
            for its, mine in itertools.zip_longest(row, cells, fillvalue=""):
                if mine not in (ELSEWHERE, its):
                    raise Bad("table", name, its, mine, seq=seq)

    def finish(self) -> None:
        """No row may be left."""
        for name, rows in self._rows.items():
            if next(rows, None):
                raise Bad("rows", name)


def text(value: str) -> str:
    """A text as the tables have it: none that a spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def texts(*values: Any) -> list[str]:
    """Numbers, and texts of the program's own."""
    return [str(value) for value in values]


def amounts(*cents: int) -> list[str]:
    """Amounts as the tables have them."""
    return [euros(each) for each in cents]


def flag(value: object) -> str:
    """A yes or no."""
    return "1" if value else "0"


def decimal(value: int, places: int) -> str:
    """A number of so many decimals at most, with a comma."""
    whole, part = divmod(abs(value), 10**places)
    digits = f"{part:0{places}d}".rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{',' if digits else ''}{digits}"


def parts(value: int) -> str:
    """Thousandths, such as 0,125 or 3."""
    return decimal(value, 3)


def rate(value: int) -> str:
    """A VAT rate, kept in hundredths of a per cent, such as 5,5."""
    return decimal(value, 2)


def euros(cents: int) -> str:
    """An amount as the tables have it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"
