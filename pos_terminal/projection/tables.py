"""The projection's tables, and the statements that add to them."""

import apsw

from pos_terminal.projection import bottles, ledgers

NAME = "projection.db"
LAYOUT = 16
"""PRAGMA user_version. Another one is made anew from the journal: there are no migrations."""

TABLES = f"""
CREATE TABLE cursor (
    seq INTEGER NOT NULL, hash BLOB NOT NULL, session INTEGER NOT NULL
) STRICT;
INSERT INTO cursor VALUES (0, x'', 1);
CREATE TABLE ticket (
    series TEXT, number INTEGER, seq INTEGER NOT NULL, PRIMARY KEY (series, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_seq ON ticket (seq);
CREATE TABLE paper (
    series TEXT, number INTEGER, gift INTEGER, copy INTEGER,
    PRIMARY KEY (series, number, gift, copy)
) STRICT, WITHOUT ROWID;
CREATE TABLE invoice (
    series TEXT, number INTEGER, seq INTEGER NOT NULL, PRIMARY KEY (series, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE payment (
    series TEXT, number INTEGER, seq INTEGER, PRIMARY KEY (series, number, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE returned (
    series TEXT, number INTEGER, line INTEGER, quantity INTEGER NOT NULL, amount INTEGER NOT NULL,
    tax INTEGER NOT NULL, PRIMARY KEY (series, number, line)
) STRICT, WITHOUT ROWID;
CREATE TABLE voucher (
    voucher TEXT, purpose TEXT, amount INTEGER NOT NULL, plu TEXT NOT NULL, vat INTEGER NOT NULL,
    expires TEXT NOT NULL, tax INTEGER NOT NULL, PRIMARY KEY (voucher, purpose)
) STRICT, WITHOUT ROWID;
CREATE TABLE deposit (
    order_ TEXT, nature TEXT, vat INTEGER, amount INTEGER NOT NULL, tax INTEGER NOT NULL,
    PRIMARY KEY (order_, nature, vat)
) STRICT, WITHOUT ROWID;
CREATE TABLE stock (
    plu TEXT PRIMARY KEY, numerator TEXT NOT NULL, denominator TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE closure (
    period TEXT, number INTEGER, seq INTEGER NOT NULL, label TEXT NOT NULL,
    copies INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (period, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE day (session INTEGER PRIMARY KEY, date TEXT NOT NULL) STRICT;
CREATE TABLE sold (
    session INTEGER, plu TEXT, quantity INTEGER NOT NULL, gross INTEGER NOT NULL,
    PRIMARY KEY (session, plu)
) STRICT, WITHOUT ROWID;
{ledgers.TABLES}
{bottles.TABLE}
CREATE TABLE named (object TEXT, seq INTEGER, PRIMARY KEY (object, seq)) STRICT, WITHOUT ROWID;
PRAGMA user_version = {LAYOUT};
"""


VOUCHER = (
    "INSERT INTO voucher VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "amount = amount + excluded.amount, "
    "plu = coalesce(nullif(excluded.plu, ''), plu), "
    "vat = coalesce(nullif(excluded.vat, 0), vat), "
    "expires = coalesce(nullif(excluded.expires, ''), expires), "
    "tax = tax + excluded.tax"
)
"""The statement that moves a voucher, and keeps what was said of it when it was issued."""


def summed(table: str, keys: int, *amounts: str) -> str:
    """The statement that adds a row to what the table has under its keys."""
    places = ", ".join("?" * (keys + len(amounts)))
    sums = ", ".join(f"{amount} = {amount} + excluded.{amount}" for amount in amounts)
    return f"INSERT INTO {table} VALUES ({places}) ON CONFLICT DO UPDATE SET {sums}"


def made(db: apsw.Connection) -> apsw.Connection:
    """That empty file with all tables in it."""
    with db:
        db.execute(TABLES)
    return db


def schema(db: apsw.Connection) -> set[tuple[object, ...]]:
    """All that a file defines, text by text."""
    return set(db.execute("SELECT type, name, tbl_name, sql FROM main.sqlite_schema"))
