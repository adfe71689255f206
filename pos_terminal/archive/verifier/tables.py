"""The tables for spreadsheets, held to the records."""

from collections.abc import Iterator
from typing import Any

from pos_terminal.archive.verifier.contents import Contents
from pos_terminal.archive.verifier.messages import Bad

TABLES = {
    "tickets.csv": ("total_ttc",),
    "lines.csv": ("libelle", "ttc"),
    "payments.csv": ("moyen", "montant"),
    "vat.csv": ("ht", "tva", "ttc"),
}


def table_rows(body: dict[str, Any]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The rows that a ticket has in each table, with their columns named in TABLES."""
    yield "tickets.csv", (body["total"],)
    for line in body["lines"]:
        yield "lines.csv", (line["name"], line["gross"])
    for paid in body["tenders"]:
        yield "payments.csv", (paid["tender"], paid["amount"])
    for rate in body["vat"]:
        yield "vat.csv", (rate["net"], rate["vat"], rate["gross"])


class Tables:
    """Holds the tables for spreadsheets to the records that they were made of."""

    def __init__(self, contents: Contents) -> None:
        self._rows = {name: contents.rows(name) for name in TABLES}

    def take(self, seq: int, body: dict[str, Any]) -> None:
        """A closed ticket: its rows come next in each table."""
        for name, values in table_rows(body):
            row = next(self._rows[name], {})
            said = [row.get(name) for name in ("enregistrement", "ticket", *TABLES[name])]
            cells = [str(seq), str(body["number"]), *map(cell, values)]
            if said != cells:
                raise Bad("table", name, said, cells, seq=seq)

    def finish(self) -> None:
        """No row may be left."""
        for name, rows in self._rows.items():
            if next(rows, None):
                raise Bad("rows", name)


def cell(value: str | int) -> str:
    """An amount or a text as the tables have it: none that a spreadsheet takes for a formula."""
    if isinstance(value, int):
        return euros(value)
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def euros(cents: int) -> str:
    """An amount as the tables have it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02d}"
