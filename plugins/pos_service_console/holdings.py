"""What there is, and what is held for customers: stock, vouchers, deposits, accounts, orders.

Each is a row, moved on by the very sums of the till's own (domain/lookup/balances): so what is
shown here cannot be reckoned otherwise than there.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import aclosing
from fractions import Fraction
from typing import Any

import apsw
import msgspec
from msgspec import Struct

from pos_terminal.agent.till import TillClient
from pos_terminal.channel.interface import RECORDS, RecordsAsked
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.balances import (
    Balances,
    DepositBalance,
    OrderBalance,
    VoucherBalance,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.orders import OrderAgreed, OrderEnded, OrderNoted
from pos_terminal.domain.events.period import BalancesOpened
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.lookup.balances import RunningBalances
from pos_terminal.domain.lookup.questions import DaySold
from pos_terminal.domain.stock.production import LONGEST_PAST

SCHEMA = """
CREATE TABLE counted (seq INTEGER NOT NULL) STRICT;
INSERT INTO counted VALUES (0);
CREATE TABLE held (
    what TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (what, name)
) STRICT, WITHOUT ROWID;
"""

MOVING = (
    StockMoved, VoucherMoved, DepositMoved, AccountMoved, OrderNoted, OrderAgreed, OrderEnded,
)  # fmt: skip
"""Events that change a balance."""


def count(db: apsw.Connection, moved: Iterable[tuple[int, Event]]) -> None:
    """Count those that were not yet: a sum that is made twice after a power cut is another."""
    last: int = db.execute("SELECT seq FROM counted").get
    for seq, event in moved:
        if seq > last:
            _move(db, event)
            db.execute("UPDATE counted SET seq = ?", (seq,))


def _move(db: apsw.Connection, event: Event) -> None:
    what, name = _place(event)
    body = db.execute("SELECT body FROM held WHERE what = ? AND name = ?", (what, name)).get
    before = msgspec.json.decode(body, type=Balances) if body else Balances()
    running = RunningBalances.starting(before)
    running.take(event)
    left = running.balances()
    if getattr(left, what):
        row = (what, name, msgspec.json.encode(left))
        db.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", row)
    else:
        db.execute("DELETE FROM held WHERE what = ? AND name = ?", (what, name))


def begin(db: apsw.Connection, carried: Balances) -> None:
    """Start anew, with what stood when the records before were purged."""
    db.execute("DELETE FROM held")
    db.execute("UPDATE counted SET seq = 0")
    for what, name, body in _rows(carried):
        db.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", (what, name, body))


def stock(db: apsw.Connection) -> dict[str, Fraction]:
    """What there is of each article, by PLU."""
    return {each.plu: Fraction(each.numerator, each.denominator) for each in _read(db, "stock")}


def vouchers(db: apsw.Connection) -> tuple[VoucherBalance, ...]:
    """The vouchers and credit notes that are worth something."""
    return _read(db, "vouchers")


def deposits(db: apsw.Connection) -> tuple[DepositBalance, ...]:
    """What is held for orders."""
    return _read(db, "deposits")


def accounts(db: apsw.Connection) -> dict[str, int]:
    """What each customer owes, by pseudonym."""
    return {each.person: each.amount for each in _read(db, "accounts")}


def orders(db: apsw.Connection) -> tuple[OrderBalance, ...]:
    """The open orders."""
    return _read(db, "orders")


def _read(db: apsw.Connection, what: str) -> tuple[Any, ...]:
    rows = db.execute("SELECT body FROM held WHERE what = ? ORDER BY name", (what,))
    found = (msgspec.json.decode(body, type=Balances) for (body,) in rows)
    return tuple(each for balances in found for each in getattr(balances, what))


def days_sold(db: apsw.Connection) -> tuple[DaySold, ...]:
    """What each of the last days of trade sold, the newest first."""
    days = [day for (day,) in db.execute(
        f"SELECT DISTINCT day FROM sold ORDER BY day DESC LIMIT {LONGEST_PAST}"
    )]  # fmt: skip
    sql = "SELECT plu, sum(quantity) FROM sold WHERE day = ? GROUP BY plu"
    return tuple(DaySold(day, {plu: sold for plu, sold in db.execute(sql, (day,))}) for day in days)


async def carried(till: TillClient) -> Balances:
    """What was carried over from records that are here no more.

    ChannelError where the till is away.
    """
    async with aclosing(till.follow(RECORDS, RecordsAsked(0))) as batches:
        async for batch in batches:
            for record in batch.records if batch.purged else ():
                if record.kind == BalancesOpened.kind:
                    event = msgspec.json.decode(record.rec, type=_Opened).body
                    if event.through == batch.purged:
                        return event.balances
            if not batch.purged or not batch.records or batch.records[-1].seq >= batch.last:
                break
    return Balances()


class _Opened(Struct, frozen=True):
    body: BalancesOpened


NAMES: dict[str, Callable[[Any], str]] = {
    "stock": lambda each: each.plu,
    "vouchers": lambda each: f"{each.voucher} {each.purpose}",
    "deposits": lambda each: f"{each.order} {each.nature} {each.vat}",
    "accounts": lambda each: each.person,
    "orders": lambda each: each.order,
}
"""Which balance one is among those of its field of Balances; an event that moves one says as much.
"""


def _place(event: Event) -> tuple[str, str]:
    match event:
        case StockMoved():
            what = "stock"
        case VoucherMoved():
            what = "vouchers"
        case DepositMoved():
            what = "deposits"
        case AccountMoved():
            what = "accounts"
        case _:
            what = "orders"
    return what, NAMES[what](event)


def _rows(balances: Balances) -> Iterator[tuple[str, str, bytes]]:
    for what, name in NAMES.items():
        for each in getattr(balances, what):
            yield what, name(each), msgspec.json.encode(Balances(**{what: (each,)}))
