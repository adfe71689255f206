"""The file `projection.db`: a projection with a cursor. It may be lost, behind, or deleted by hand.

It is written in one transaction a batch of records, without waiting for the disk: whatever a power
cut takes from it is read from the journal again. The hash at its cursor tells whether it is of this
journal at all; if not, or if it is damaged or of another layout, it is made anew.
"""

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.events.balances import (
    Balances,
    DepositBalance,
    StockBalance,
    VoucherBalance,
)
from pos_terminal.domain.events.copies import Copies
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import BalancesOpened, PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import DepositNature, VoucherPurpose
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.balances import RunningBalances
from pos_terminal.domain.lookup.changes import Changes
from pos_terminal.domain.lookup.questions import (
    AccountTicketsWanted,
    AccountWanted,
    Answer,
    ArticleSold,
    Back,
    BestSold,
    BestSoldWanted,
    BottlesWanted,
    CardDaysWanted,
    ClosureFound,
    ClosureWanted,
    DaySold,
    DepositsHeld,
    DepositWanted,
    HeldWanted,
    OrdersWanted,
    SoldFound,
    SoldWanted,
    StockHeld,
    StockWanted,
    TicketFound,
    Tickets,
    TicketsWanted,
    TicketWanted,
    VoucherWanted,
    Wanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import database
from pos_terminal.journal.database import Reader
from pos_terminal.journal.errors import JournalError, using
from pos_terminal.projection import bottles, card_days, ledgers
from pos_terminal.projection.proof import Proof
from pos_terminal.projection.tables import LAYOUT, NAME, VOUCHER, made, schema, summed
from pos_terminal.storage.sqlite import connect, let_go, must_have_room

BATCH = 1000
"""Records that one transaction takes in: some 50 ms."""

SPOILT = (apsw.CorruptError, apsw.NotADBError, ValueError, ArithmeticError)
"""What reading this file raises where a page is damaged, or a text in it is no number any more."""

log = logging.getLogger(__name__)


class Projection:
    """The projection of the journal in a state directory. Blocks; one thread at a time.

    JournalError where the journal or this file cannot be used. A `private` one is no file of that
    name, but one that nobody else sees.
    """

    def __init__(self, directory: Path, vfs: str = "", *, private: bool = False) -> None:
        self._path = directory / NAME
        self._vfs = vfs
        self._private = private
        self._spoilt = False
        with self._using(), ExitStack() as undo:
            self._journal = Reader(directory / database.NAME, vfs)
            # By whoever opened it: an error that is kept keeps what it met open, and that leads
            # whoever opens the journal anew to a log that was taken away.
            undo.callback(self._journal.close)
            self._db = self._opened()
            undo.callback(let_go, self._db)
            self._proof = Proof(self._db, self._journal)
            undo.pop_all()

    def close(self) -> None:
        """Let both files go; this one is deleted where it was found to be spoilt."""
        self._journal.close()
        let_go(self._db)
        if self._spoilt and not self._private:
            self._delete()

    def advance(self, upto: int = sys.maxsize) -> bool:
        """Take in the next records up to `upto`, if there are any; whether more may follow."""
        with self._using():
            seq, head = self._cursor()
            # A journal that was put back from a copy, or begun anew, has another record there.
            if seq and self._journal.hashes(seq - 1, 1) != [head]:
                log.warning("%s is not of this journal, and is made anew", self._path)
                self._remake()
                seq = 0
            if seq == 0:
                seq = self._begin()
            rows = self._journal.rows(seq, max(0, min(BATCH, upto - seq)))
            if not rows:
                return False
            changes = Changes()
            for row in rows:
                record = row.record()
                envelope = record.envelope
                changes.take(record.event, record.seq, envelope.session, envelope.at)
            if not self._private:
                must_have_room(self._path.parent)
            with self._db:
                self._add(changes)
                # With what was counted, in one transaction: no record counts twice, and none is
                # left out.
                self._move(rows[-1].seq, rows[-1].hash, changes.session)
            return len(rows) == BATCH

    @property
    def seq(self) -> int:
        """The last record that was taken in."""
        return self._cursor()[0]

    def answer(self, wanted: Wanted) -> Answer | None:
        """What is known up to the cursor, proved where money follows from it.

        JournalError for a ticket that was purged, and (J-119) where the records say otherwise.
        """
        with self._using():
            answer = self._answer(wanted)
            try:
                self._proof.must_hold(wanted, answer)
            except JournalError as error:
                self._spoilt = self._spoilt or error.fault is faults.PROJECTION_FORGED
                raise
            return answer

    @property
    def purged(self) -> int:
        """The last record that was purged."""
        return self._journal.purged()

    def attach(self, path: str) -> int:
        """Lay another projection beside this one, as it is now, and read as `used`; its cursor.

        0 where it is none of this layout and this journal: it will be made anew.
        """
        with self._using():
            self._db.execute("ATTACH ? AS used", (path,))
            # From here on one transaction: who writes there meanwhile is not seen.
            self._db.execute("BEGIN")
            if self._db.pragma("user_version", schema="used") != LAYOUT:
                return 0
            ((seq, head),) = self.ask("SELECT seq, hash FROM used.cursor")
            same = seq > 0 and self._journal.hashes(seq - 1, 1) == [bytes(head)]
            return int(seq) if same else 0

    def ask(self, sql: str, **values: object) -> list[Any]:
        """All rows of a query."""
        with self._using():
            rows: list[Any] = self._db.execute(sql, values).fetchall()
            return rows

    def distrust(self) -> None:
        """Have the file made anew: it was found to differ from the records."""
        self._spoilt = True

    def _answer(self, wanted: Wanted) -> Answer | None:
        match wanted:
            case TicketWanted():
                return self._ticket(wanted)
            case VoucherWanted(voucher):
                return self._voucher(voucher)
            case DepositWanted(order):
                return self._deposits(order)
            case AccountWanted() | OrdersWanted() | HeldWanted():
                return ledgers.answer(self._db, wanted)
            case TicketsWanted() | AccountTicketsWanted():
                return self._several(wanted)
            case StockWanted(plus):
                return self._stock(plus)
            case BottlesWanted():
                return bottles.answer(self._db, wanted)
            case CardDaysWanted():
                return card_days.answer(self._db, self._journal, wanted)
            case SoldWanted(days):
                return self._sold(days)
            case BestSoldWanted(most):
                return self._best_sold(most)
            case ClosureWanted():
                return self._closure(wanted)
            case _:
                raise TypeError(f"{wanted} is no question about the past")

    @contextmanager
    def _using(self) -> Iterator[None]:
        """What is wrong with this file is no finding in the journal: it is made anew from it."""
        with using(self._path):
            try:
                yield
            except SPOILT as error:
                self._spoilt = True
                raise JournalError(faults.PROJECTION_FAILED, f"{self._path}: {error}") from error

    def _opened(self) -> apsw.Connection:
        """The file, made where it is missing, damaged, or of another layout."""
        if self._private:
            every = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
            return made(apsw.Connection("", flags=every))
        try:
            with ExitStack() as undo:
                db = self._connect()
                undo.callback(db.close)
                # The whole schema: a trigger of somebody else's would answer for the records.
                same = schema(db) == schema(made(apsw.Connection(":memory:")))
                layout = db.pragma("user_version")
                if same and layout == LAYOUT and db.pragma("quick_check") == "ok":
                    undo.pop_all()
                    return db
            if layout != 0:  # the first start is no news to anybody
                log.warning("%s is damaged or of another version: it is made anew", self._path)
        except (apsw.CorruptError, apsw.NotADBError) as error:
            log.warning("%s is made anew: %s", self._path, error)
        self._delete()
        return made(self._connect())

    def _connect(self) -> apsw.Connection:
        create = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        with ExitStack() as undo:
            db = connect(self._path, self._vfs, create)
            undo.callback(db.close)
            db.pragma("journal_mode", "wal")
            # What a power cut takes is made again from the journal: no sync for each batch.
            db.pragma("synchronous", "normal")
            undo.pop_all()
        return db

    def _delete(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _remake(self) -> None:
        self._db.close()
        self._delete()
        self._db = self._opened()
        self._proof = Proof(self._db, self._journal)

    def _cursor(self) -> tuple[int, bytes]:
        ((seq, head),) = self._db.execute("SELECT seq, hash FROM cursor")
        return seq, bytes(head)

    def _move(self, seq: int, head: bytes, session: int) -> None:
        sql = "UPDATE cursor SET seq = ?, hash = ?, session = ?"
        self._db.execute(sql, (seq, head, session))

    def _begin(self) -> int:
        """Start behind what was purged, with the balances that were carried over from it."""
        # The records before are empty: what they came to stands in the opening balances.
        purged = self._journal.purged()
        if not purged:
            return 0
        balances = Balances()
        for row in self._journal.of_kind(BalancesOpened.kind, purged):
            event = row.record().event
            if isinstance(event, BalancesOpened) and event.through == purged:
                balances = event.balances
        changes = Changes(balances=RunningBalances.starting(balances))
        with self._db:
            self._add(changes)
            bottles.begin(self._db, balances.bottles)
            ledgers.begin(self._db, balances)
            # The next record says which day it is of; until then nothing was sold in any.
            self._move(purged, self._journal.hashes(purged - 1, 1)[0], 0)
        return purged

    def _add(self, changes: Changes) -> None:
        many = self._db.executemany
        many(
            "INSERT INTO ticket VALUES (?, ?, ?)",
            ((*ticket, seq) for ticket, seq in changes.tickets.items()),
        )
        many(
            "INSERT INTO closure (period, number, seq, label) VALUES (?, ?, ?, ?)",
            ((*closure, *made) for closure, made in changes.closures.items()),
        )
        many(
            "UPDATE closure SET copies = ? WHERE (period, number) = (?, ?)",
            ((copies, *closure) for closure, copies in changes.copies.items()),
        )
        many("INSERT OR REPLACE INTO invoice VALUES (?, ?, ?)", _flat(changes.invoices))
        papers = changes.papers.items()
        many("INSERT OR IGNORE INTO paper VALUES (?, ?, ?, ?)", (at for at, is_ in papers if is_))
        many(
            "DELETE FROM paper WHERE (series, number, gift, copy) = (?, ?, ?, ?)",
            (at for at, is_ in papers if not is_),
        )
        many("INSERT INTO payment VALUES (?, ?, ?)", changes.payments)
        many(
            summed("returned", 3, "quantity", "amount", "tax"),
            ((*line, b.quantity, b.amount, b.tax) for line, b in changes.returned.items()),
        )
        many(
            summed("sold", 2, "quantity", "gross"),
            ((*key, sold, changes.takings.get(key, 0)) for key, sold in changes.sold.items()),
        )
        many("INSERT OR IGNORE INTO day VALUES (?, ?)", changes.days.items())
        balances = changes.balances.balances()
        many(
            VOUCHER,
            (
                (v.voucher, v.purpose, v.amount, v.plu, v.vat, v.expires, v.tax)
                for v in changes.balances.vouchers
            ),
        )
        many(
            summed("deposit", 3, "amount", "tax"),
            ((d.order, d.nature, d.vat, d.amount, d.tax) for d in balances.deposits),
        )
        many("INSERT OR IGNORE INTO named VALUES (?, ?)", changes.named)
        ledgers.move(self._db, changes.accounts)
        ledgers.note(self._db, changes.orders)
        bottles.take(self._db, changes.bottles)
        for moved in balances.stock:
            self._add_stock(moved)

    def _add_stock(self, moved: StockBalance) -> None:
        held = sum(
            (Fraction(each.numerator, each.denominator) for each in self._stock_of(moved.plu)),
            Fraction(moved.numerator, moved.denominator),
        )
        self._db.execute(
            "INSERT OR REPLACE INTO stock VALUES (?, ?, ?)",
            (moved.plu, str(held.numerator), str(held.denominator)),
        )

    def _ticket(self, wanted: TicketWanted) -> TicketFound | None:
        place = (wanted.series, wanted.number)
        seq = self._db.execute("SELECT seq FROM ticket WHERE (series, number) = (?, ?)", place).get
        oldest = "SELECT min(number) FROM ticket WHERE series = ?"
        if seq is None and wanted.number >= (self._db.execute(oldest, place[:1]).get or 0):
            return None
        if seq is None or seq <= self._journal.purged():
            detail = say("ticket {series} {number}", series=wanted.series, number=wanted.number)
            raise JournalError(faults.TICKET_PURGED, detail)
        record = self._journal.record(seq)
        if not isinstance(record.event, SaleClosed):
            detail = say("l'écriture {seq} n'est pas un ticket", seq=seq)
            raise JournalError(faults.PROJECTION_FAILED, detail)
        sql = "SELECT line, quantity, amount, tax FROM returned WHERE (series, number) = (?, ?)"
        made, invoiced = self._invoice(place)
        return TicketFound(
            record.event,
            record.moment,
            {line: Back(*back) for line, *back in self._rows(sql, *place)},
            papers=self._copies(*place),
            gifts=self._copies(*place, gift=True),
            anchor=record.anchor,
            invoice=made,
            invoiced=invoiced,
            invoice_papers=self._copies(made.series, made.number) if made else frozenset(),
            operator=record.operator,
            changed=self._corrections(place),
        )

    def _several(self, wanted: TicketsWanted | AccountTicketsWanted) -> Tickets:
        """The tickets behind the last Z, or those of a month on somebody's account."""
        if isinstance(wanted, AccountTicketsWanted):
            places = ledgers.tickets(self._db, wanted)
            found = (self._ticket(TicketWanted(*place)) for place in places)
            return Tickets(tuple(each for each in found if each))
        last = "SELECT coalesce(max(seq), 0) FROM closure WHERE period = 'day'"
        sql = f"SELECT series, number FROM ticket WHERE seq > ({last}) AND series <> ? ORDER BY seq"
        rows = self._rows(sql, TRAINING_SERIES)
        found = (self._ticket(TicketWanted(*place)) for place in rows)
        return Tickets(tuple(each for each in found if each))

    def _corrections(self, ticket: tuple[str, int]) -> tuple[PaymentChanged, ...]:
        """How the ticket's means of payment were corrected, in their order."""
        sql = "SELECT seq FROM payment WHERE (series, number) = (?, ?) ORDER BY seq"
        found = [self._journal.record(seq).event for (seq,) in self._rows(sql, *ticket)]
        return tuple(event for event in found if isinstance(event, PaymentChanged))

    def _copies(self, series: str, number: int, *, gift: bool = False) -> Copies:
        sql = "SELECT copy FROM paper WHERE (series, number, gift) = (?, ?, ?)"
        return frozenset(copy for (copy,) in self._rows(sql, series, number, int(gift)))

    def _invoice(self, ticket: tuple[str, int]) -> tuple[InvoiceMade | None, Moment | None]:
        """The ticket's invoice, and when it was made."""
        sql = "SELECT seq FROM invoice WHERE (series, number) = (?, ?)"
        for (seq,) in self._rows(sql, *ticket):
            record = self._journal.record(seq)
            if isinstance(record.event, InvoiceMade):
                return record.event, record.moment
        return None, None

    def _closure(self, wanted: ClosureWanted) -> ClosureFound | None:
        sql = (
            "SELECT seq, copies FROM closure WHERE period = ? "
            "AND ? IN (0, number) AND ? IN ('', label) ORDER BY number DESC LIMIT 1"
        )
        period = wanted.period
        for seq, copies in self._rows(sql, period, wanted.number, wanted.label):
            if seq <= self._journal.purged():
                detail = say("clôture ({period}), écriture {seq}", period=period, seq=seq)
                raise JournalError(faults.CLOSURE_PURGED, detail)
            record = self._journal.record(seq)
            if not isinstance(record.event, PeriodClosed):
                detail = say("l'écriture {seq} n'est pas une clôture", seq=seq)
                raise JournalError(faults.PROJECTION_FAILED, detail)
            return ClosureFound(record.event, record.moment, seq, record.hash, copies)
        return None

    def _voucher(self, voucher: str) -> VoucherBalance | None:
        sql = (
            "SELECT purpose, amount, plu, vat, expires, tax FROM voucher WHERE voucher = ? "
            "ORDER BY amount = 0, purpose"
        )
        for purpose, amount, plu, vat, expires, tax in self._rows(sql, voucher):
            return VoucherBalance(
                voucher=voucher,
                purpose=VoucherPurpose(purpose),
                amount=amount,
                plu=plu,
                vat=vat,
                expires=expires,
                tax=tax,
            )
        return None

    def _deposits(self, order: str) -> DepositsHeld:
        sql = "SELECT nature, vat, amount, tax FROM deposit WHERE order_ = ? AND amount <> 0"
        return DepositsHeld(
            tuple(
                DepositBalance(
                    order=order, nature=DepositNature(nature), vat=vat, amount=amount, tax=tax
                )
                for nature, vat, amount, tax in self._rows(sql, order)
            )
        )

    def _stock(self, plus: tuple[str, ...]) -> StockHeld:
        if plus:
            return StockHeld(tuple(held for plu in sorted(plus) for held in self._stock_of(plu)))
        rows = self._rows("SELECT * FROM stock WHERE numerator <> '0' ORDER BY plu")
        return StockHeld(tuple(_stock_balance(*row) for row in rows))

    def _stock_of(self, plu: str) -> list[StockBalance]:
        rows = self._rows("SELECT * FROM stock WHERE plu = ? AND numerator <> '0'", plu)
        return [_stock_balance(*row) for row in rows]

    def _sold(self, days: int) -> SoldFound:
        sessions = "SELECT session, date FROM day ORDER BY session DESC LIMIT ?"
        sold = "SELECT plu, quantity FROM sold WHERE session = ? AND quantity <> 0"
        return SoldFound(
            tuple(
                DaySold(date, dict(self._rows(sold, session)))
                for session, date in self._rows(sessions, days)
            )
        )

    def _best_sold(self, most: int) -> BestSold:
        sql = (
            "SELECT plu, quantity, gross FROM sold WHERE session = (SELECT session FROM cursor) "
            "AND gross <> 0 ORDER BY gross DESC, plu LIMIT ?"
        )
        return BestSold(tuple(ArticleSold(*row) for row in self._rows(sql, most)))

    def _rows(self, sql: str, *values: object) -> list[Any]:
        rows: list[Any] = self._db.execute(sql, values).fetchall()
        return rows


def _flat(sums: dict[Any, int]) -> Iterable[tuple[Any, ...]]:
    return ((*keys, amount) for keys, amount in sums.items())


def _stock_balance(plu: str, numerator: str, denominator: str) -> StockBalance:
    return StockBalance(plu=plu, numerator=int(numerator), denominator=int(denominator))
