"""The projection's tables of what is open with customers: accounts, orders; and the day's lists."""

from collections.abc import Iterable
from typing import Any

import apsw

from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.balances import (
    AccountBalance,
    Balances,
    DepositBalance,
    OrderBalance,
    VoucherBalance,
)
from pos_terminal.domain.events.orders import OrderEvent
from pos_terminal.domain.events.values import AccountMove, DepositNature, VoucherPurpose
from pos_terminal.domain.lookup import orders
from pos_terminal.domain.lookup.questions import (
    AccountEntry,
    AccountTicketsWanted,
    AccountWanted,
    CustomerAccount,
    Held,
    HeldWanted,
    Orders,
    OrdersWanted,
)

TABLES = """
CREATE TABLE account (
    seq INTEGER PRIMARY KEY, person TEXT NOT NULL, move TEXT NOT NULL, amount INTEGER NOT NULL,
    series TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL
) STRICT;
CREATE INDEX account_person ON account (person, seq);
CREATE TABLE open_order (order_ TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""


def begin(db: apsw.Connection, carried: Balances) -> None:
    """Start with what was open when the records before were purged."""
    # A debt that is carried has no ticket and no time any more. Its number is below all records'.
    db.executemany(
        "INSERT INTO account (person, move, amount, series, number, at) "
        "VALUES (?, '', ?, '', 0, '')",
        ((b.person, b.amount) for b in carried.accounts),
    )
    for order in carried.orders:
        _put(db, order)


def move(db: apsw.Connection, moved: Iterable[tuple[int, AccountMoved, str]]) -> None:
    """Count what customers owe more or less, by record, each with its local time."""
    db.executemany(
        "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((seq, e.person, e.move, e.amount, e.series, e.number, at) for seq, e, at in moved),
    )


def note(db: apsw.Connection, events: Iterable[OrderEvent]) -> None:
    """Count what happened to orders, in its order."""
    for event in events:
        sql = "SELECT body FROM open_order WHERE order_ = ?"
        body = db.execute(sql, (event.order,)).get
        order = orders.after(orders.read(body) if body else None, event)
        if order:
            _put(db, order)
        else:
            db.execute("DELETE FROM open_order WHERE order_ = ?", (event.order,))


def _put(db: apsw.Connection, order: OrderBalance) -> None:
    row = (order.order, orders.kept(order))
    db.execute("INSERT OR REPLACE INTO open_order VALUES (?, ?)", row)


def answer(
    db: apsw.Connection, wanted: AccountWanted | OrdersWanted | HeldWanted
) -> CustomerAccount | Orders | Held:
    """What is known."""
    match wanted:
        case AccountWanted(person):
            return _account(db, person)
        case OrdersWanted():
            return _open_orders(db)
        case HeldWanted():
            return _held(db)


def tickets(db: apsw.Connection, wanted: AccountTicketsWanted) -> list[tuple[str, int]]:
    """The tickets of a month that moved an account for goods, the oldest first."""
    sql = (
        "SELECT series, number FROM account WHERE person = ? AND substr(at, 1, 7) = ? "
        "AND move <> ? GROUP BY series, number ORDER BY min(seq)"
    )
    rows: list[Any] = db.execute(
        sql, (wanted.person, wanted.month, AccountMove.SETTLED)
    ).fetchall()
    return [(series, number) for series, number in rows]


def _account(db: apsw.Connection, person: str) -> CustomerAccount:
    sql = "SELECT at, move, amount, series, number FROM account WHERE person = ? ORDER BY seq"
    rows: list[Any] = db.execute(sql, (person,)).fetchall()
    entries = (AccountEntry(at, AccountMove(move), *rest) for at, move, *rest in rows if at)
    return CustomerAccount(sum(row[2] for row in rows), tuple(entries))


def _open_orders(db: apsw.Connection) -> Orders:
    found = [orders.read(body) for (body,) in db.execute("SELECT body FROM open_order")]
    by_time = sorted(found, key=lambda each: (not each.wanted, each.wanted, int(each.order)))
    return Orders(tuple(by_time))


def _held(db: apsw.Connection) -> Held:
    vouchers = db.execute(
        "SELECT voucher, purpose, amount, plu, vat, expires, tax FROM voucher WHERE amount <> 0 "
        "ORDER BY expires = '', expires, voucher"
    )
    deposits = db.execute(
        "SELECT order_, nature, vat, amount, tax FROM deposit WHERE amount <> 0 "
        "ORDER BY CAST(order_ AS INTEGER), nature, vat"
    )
    owed = db.execute(
        "SELECT person, sum(amount) AS owed FROM account GROUP BY person HAVING owed <> 0"
    )
    return Held(
        tuple(
            VoucherBalance(
                voucher=voucher, purpose=VoucherPurpose(purpose), amount=amount, plu=plu, vat=vat,
                expires=expires, tax=tax,
            )
            for voucher, purpose, amount, plu, vat, expires, tax in vouchers
        ),
        tuple(
            DepositBalance(order=order, nature=DepositNature(name), vat=vat, amount=cents, tax=tax)
            for order, name, vat, cents, tax in deposits
        ),
        tuple(AccountBalance(person=person, amount=cents) for person, cents in owed),
    )  # fmt: skip
