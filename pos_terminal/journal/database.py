"""The file `journal.db`: its tables, how it is opened, and nothing about what records mean."""

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.chain import Row
from pos_terminal.journal.checkpoint import Seal
from pos_terminal.journal.codec import LONGEST
from pos_terminal.journal.errors import Broken, JournalError, using
from pos_terminal.journal.layout import check_schema
from pos_terminal.journal.migrations import APPLICATION, is_readable, migrate
from pos_terminal.journal.record import Record
from pos_terminal.journal.state_directory import MARK
from pos_terminal.storage.sqlite import connect, let_go
from pos_terminal.verifier.cosignatures import Attested

NAME = "journal.db"

SLICE = 256
"""Rows that are read at once of a walk."""

_BESIDE = 4096
"""Bytes of a row beside what it keeps: kind, hash, signature."""

_MEAN = 64 * 1024
"""Bytes of a row, on the mean of many: of a ticket with a hundred lines or a month's closure."""


def open_writer(path: Path, vfs: str, *, confirmed: bool = False) -> apsw.Connection:
    """The one connection that writes; makes the tables that are not there yet.

    `confirmed`: this version is there to stay, so that what waits for that may be done, too.
    """
    with ExitStack() as undo:
        db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        undo.callback(let_go, db)
        # A fresh file: the tables first, since what has none is no journal yet to the check below.
        if not db.execute("SELECT count(*) FROM sqlite_schema").get:
            make_durable(db)
            migrate(db, confirmed=confirmed)
        # Before any write: another program's database is left as it is.
        check_layout(db, path)
        make_durable(db)
        migrate(db, confirmed=confirmed)
        undo.pop_all()
    return db


def make_durable(db: apsw.Connection) -> None:
    """From here on a commit has returned only when it is on the disk."""
    if db.pragma("journal_mode", "wal") != "wal":
        detail = say("{path} n'admet pas de journal d'écriture (WAL)", path=db.filename)
        raise JournalError(faults.JOURNAL_FAILED, detail)
    for name, value in _DURABLE.items():
        db.pragma(name, value)
        # Read back: a pragma that is not taken says nothing.
        if db.pragma(name) != value:
            detail = say("{path} n'admet pas {name}", path=db.filename, name=name)
            raise JournalError(faults.JOURNAL_FAILED, detail)


_DURABLE = {
    # 2 is FULL. NORMAL would sync the log at checkpoints only, and a power cut could take commits
    # back.
    "synchronous": 2,
    # See wal.py: no commit takes the log in.
    "wal_autocheckpoint": 0,
    # A file from elsewhere may hold triggers and views; they get no functions with side effects.
    "trusted_schema": 0,
}


@contextmanager
def opened_to_change(path: Path, vfs: str = "") -> Iterator[apsw.Connection]:
    """A connection that writes beside, or in place of, the one of the journal's writer.

    JournalError unless this is a journal, and its schema what the migrations made.
    """
    db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE)
    try:
        check_layout(db, path)
        make_durable(db)
        yield db
    finally:
        let_go(db)


def check_layout(db: apsw.Connection, path: Path) -> None:
    """JournalError unless this is a journal, can be read by this version, and has its schema."""
    if db.pragma("application_id") != APPLICATION:
        raise JournalError(faults.JOURNAL_FOREIGN, say("{path} n'est pas un journal", path=path))
    if not is_readable(db.pragma("user_version")):
        detail = say("{path} : structure {layout}", path=path, layout=db.pragma("user_version"))
        raise JournalError(faults.JOURNAL_NEWER, detail)
    check_schema(db)


@lru_cache(maxsize=64)
def insert(rows: int) -> str:
    """The statement that appends so many rows: one statement is one transaction, one commit."""
    # One statement is parsed and stepped once, however many rows it brings.
    values = ",".join(["(?,?,?,?,?)"] * rows)
    return f"INSERT INTO journal (seq, kind, rec, hash, sig) VALUES {values}"


def stored_row(found: Sequence[Any]) -> Row:
    """A row as it was read. Broken where a column is of another type.

    The tables are STRICT, which binds who writes: a flipped bit in a row's header has a BLOB read
    as a text or a number.
    """
    row = Row._make(found)
    if not (type(row.kind) is str and type(row.rec) is type(row.hash) is bytes):
        raise Broken(row.seq, _other_type())
    if row.sig is not None and type(row.sig) is not bytes:
        raise Broken(row.seq, _other_type())
    return row


def _seal(found: Sequence[Any]) -> Seal:
    _must_be(found[1:], bytes, found[0])
    return Seal._make(found)


def _attested(found: Sequence[Any]) -> Attested:
    row = Attested._make(found)
    _must_be((row.witness, row.at), str, row.size)
    _must_be((row.body, row.sig), bytes, row.size)
    return row


def _must_be(found: Sequence[Any], kind: type, seq: int) -> None:
    if any(type(each) is not kind for each in found):
        raise Broken(seq, _other_type())


def _other_type() -> str:
    """What is wrong with a record that has text where bytes belong."""
    return say("une de ses colonnes est abîmée : elle est d'un autre type")


class StoredKeys(NamedTuple):
    """A till's public keys, and the record that brought them, as the table of keys has them.

    A projection: which keys are believed is what the records say (signatures.py).
    """

    seq: int
    key: str
    record: bytes
    checkpoint: bytes


def behind(after: int, rows: list[Row]) -> list[Row]:
    """The rows, all behind record `after`; Broken where one is not.

    One flipped bit in the table's tree, and SQLite finds the same row again and again: whoever
    walks would never come to an end.
    """
    if rows and rows[0].seq <= after:
        again = say("il rend encore l'écriture {seq}", seq=rows[0].seq)
        raise Broken(after + 1, say("à partir d'ici le fichier est abîmé : {detail}", detail=again))
    return rows


class Reader:
    """A read-only connection. Each call ends its transaction, so that it never holds the log up.

    JournalError where this is no journal of a layout that this version can read.
    """

    def __init__(self, path: Path, vfs: str = "") -> None:
        self._path = path
        with using(path):
            self._db = connect(path, vfs, apsw.SQLITE_OPEN_READONLY)
            with ExitStack() as undo:
                undo.callback(self._db.close)
                # SQLite looks at a value's length before it makes room for it.
                self._db.limit(apsw.SQLITE_LIMIT_LENGTH, LONGEST + _BESIDE)
                check_layout(self._db, path)
                undo.pop_all()

    def rows(self, after: int, limit: int) -> list[Row]:
        """At most `limit` rows behind record `after`, in order; Broken where it is damaged."""
        sql = "SELECT seq, kind, rec, hash, sig FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        try:
            return behind(after, [stored_row(row) for row in self._slice(sql, after, limit)])
        except JournalError as error:
            # A disk that does not answer says nothing about the records.
            if error.fault is not faults.JOURNAL_DAMAGED or isinstance(error, Broken):
                raise
            if limit > 1:  # one by one, so that the first that is damaged is named
                for seq in range(after, after + limit):
                    self.rows(seq, 1)
            how = say("à partir d'ici le fichier est abîmé : {detail}", detail=error.detail)
            raise Broken(after + 1, how) from error

    def must_hold(self, last: int) -> None:
        """Broken unless there are as many rows as the last number says: a flipped bit in the tree
        gives the last one another number, and the journal seems to end before it."""
        (count,) = self._ask("SELECT count(*) FROM journal ")[0]
        if not last <= count <= self.last():  # a till may sell meanwhile
            raise Broken(last + 1, say("le fichier a {count} lignes", count=count))

    def row(self, seq: int) -> Row:
        """The row of record `seq`; Broken where it is missing."""
        for row in self.rows(seq - 1, 1):
            if row.seq == seq:
                return row
        raise Broken(seq, say("elle manque"))

    def record(self, seq: int) -> Record:
        """Record `seq`, its bytes checked against its hash; Broken where it is not what it was."""
        return self.row(seq).record()

    @contextmanager
    def dating(self) -> Iterator[None]:
        """What is found within says when the record before it was made: since when it may be so."""
        try:
            yield
        except Broken as found:
            try:
                before = self.record(found.seq - 1).envelope.at
            except JournalError:  # purged, damaged as well, or none: nobody can tell
                raise found from None
            raise Broken(found.seq, found.how, before) from found

    def records(self, after: int, limit: int) -> list[Record]:
        """At most `limit` records behind `after` that are not purged, as `record` has each."""
        return [row.record() for row in self.rows(max(after, self.purged()), limit)]

    def of_kind(self, kind: str, after: int) -> list[Row]:
        """The rows of that kind behind record `after`: a walk through all of them."""
        return list(self.of_kinds((kind,), after))

    def of_kinds(self, kinds: Collection[str], after: int) -> Iterator[Row]:
        """The rows of these kinds behind record `after`, in their order: a walk likewise, of which
        no more than SLICE rows are in memory.
        """
        where = f"WHERE seq > ? AND kind IN ({', '.join('?' * len(kinds))}) ORDER BY seq LIMIT ?"
        sql = f"SELECT seq, kind, rec, hash, sig FROM journal {where}"
        while found := self._ask(sql, after, *kinds, SLICE):
            rows = behind(after, [stored_row(row) for row in found])
            yield from rows
            after = rows[-1].seq

    def last_of_kind(self, kind: str) -> Row | None:
        """The last row of that kind, found from the end backwards; None where there is none."""
        where = "WHERE kind = ? ORDER BY seq DESC LIMIT 1"
        sql = f"SELECT seq, kind, rec, hash, sig FROM journal {where}"
        rows = self._ask(sql, kind)
        return stored_row(rows[0]) if rows else None

    def hashes(self, after: int, limit: int) -> list[bytes]:
        """Their hashes alone, of purged records too."""
        sql = "SELECT hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?"
        found = [each for (each,) in self._ask(sql, after, limit)]
        _must_be(found, bytes, after + 1)
        return found

    def seal(self, most: int | None = None) -> Seal | None:
        """The last checkpoint, or the last one of at most that size; None where there is none."""
        sql = "SELECT size, body, sig FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1"
        rows = self._ask(sql, sys.maxsize if most is None else most)
        return _seal(rows[0]) if rows else None

    def seals(self, after: int, limit: int) -> list[Seal]:
        """At most `limit` checkpoints of more than `after` records, in order."""
        sql = "SELECT size, body, sig FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?"
        return [_seal(row) for row in self._slice(sql, after, limit)]

    def cosignatures(self) -> Iterator[Attested]:
        """What lies here as cosignatures, the largest size first: see cosignature.py.

        What is longer than any is passed over: it counts for nothing, and stops no till.
        """
        sql = (
            "SELECT size, witness, body, sig, at FROM cosignature "
            "WHERE (size, witness) < (?, ?) "
            "AND length(witness) + length(body) + length(sig) + length(at) <= ? "
            "ORDER BY size DESC, witness DESC LIMIT ?"
        )
        size, witness = sys.maxsize, ""
        while rows := self._ask(sql, size, witness, _MEAN, 100):
            for row in rows:
                yield _attested(row)
            size, witness = rows[-1][:2]

    def attested(self, size: int, witness: str, limit: int) -> list[Attested]:
        """At most `limit` of them behind that one, the smallest size first."""
        sql = (
            "SELECT size, witness, body, sig, at FROM cosignature "
            "WHERE (size, witness) > (?, ?) ORDER BY size, witness LIMIT ?"
        )
        return [_attested(row) for row in self._slice(sql, size, witness, limit)]

    def purged(self) -> int:
        """The last record that was purged; 0 for none."""
        return self._number("SELECT coalesce(max(last), 0) FROM purge")

    def last(self) -> int:
        """The last record's number; 0 in an empty journal."""
        return self._number("SELECT coalesce(max(seq), 0) FROM journal")

    def kinds(self) -> dict[str, int]:
        """Every kind there is, and its first record, without a walk through the records."""
        found = self._ask("SELECT kind, since FROM kind")
        for kind, since in found:
            if (type(kind), type(since)) != (str, int):
                raise JournalError(faults.JOURNAL_DAMAGED, say("la table des genres est abîmée"))
        return dict(found)

    def stored_keys(self) -> list[StoredKeys]:
        """The keys as the projection says, in the order in which they came into force."""
        sql = """
            SELECT record.from_seq, record.key_id, record.public, checkpoint.public
            FROM keys AS record JOIN keys AS checkpoint USING (key_id)
            WHERE record.alg = 'ES256' AND checkpoint.alg = 'Ed25519' ORDER BY record.from_seq
        """
        found = [StoredKeys._make(row) for row in self._ask(sql)]
        for row in found:
            _must_be((row.key,), str, row.seq)
            _must_be(row[2:], bytes, row.seq)
        return found

    def _number(self, sql: str) -> int:
        ((found,),) = self._ask(sql)
        return int(found)

    def _slice(self, sql: str, *values: str | int) -> list[Any]:
        """As `_ask`, the limit last; Broken where so many rows are more than a till writes."""
        found: list[Any] = []
        room = LONGEST + int(values[-1]) * _MEAN
        with using(self._path):
            for row in self._db.execute(sql, values):
                found.append(row)
                room -= sum(len(each) for each in row if isinstance(each, bytes | str))
                if room < 0:
                    raise Broken(row[0], say("elle est démesurée, ou celles d'avant le sont"))
        return found

    def _ask(self, sql: str, *values: object) -> list[Any]:
        """All rows at once; JournalError where the file or the disk does not give them."""
        with using(self._path):
            return self._db.execute(sql, values).fetchall()

    def close(self) -> None:
        """Let the file go."""
        self._db.close()


@contextmanager
def reading(path: Path, vfs: str = "") -> Iterator[Reader]:
    """A Reader on an existing journal; JournalError where there is none or it cannot be read."""
    if not path.exists():
        if (path.parent / MARK).exists():
            detail = say("{path} a disparu, et un journal était tenu ici", path=path)
            raise JournalError(faults.JOURNAL_LOST, detail)
        raise JournalError(faults.JOURNAL_MISSING, say("{path} n'existe pas", path=path))
    with using(path), closing(Reader(path, vfs)) as reader:
        yield reader


def cosign(path: Path, row: Attested, head: bytes) -> bool:
    """Keep a cosignature, beside whoever writes; False where its record has another hash."""
    with opened_to_change(path) as db:
        found = db.execute("SELECT hash FROM journal WHERE seq = ?", (row.size,)).get
        if found is None or bytes(found) != head:
            return False
        # Once more is no error: the till may have been cut off before it heard that this was kept.
        db.execute("INSERT OR IGNORE INTO cosignature VALUES (?,?,?,?,?)", row)
    return True
