"""Whatever an attacker does by chance beside a till that sells, nothing acknowledged is missing and
unreported, as far back as the witness saw; and nothing is reported where nobody attacked.

The truth is in this test's memory alone. Beyond what the witness saw, an end that was cut off with
all that belongs to it is the exposed tail, which nobody but the till can know.
"""

import asyncio
import shutil
import tempfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import apsw
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from pos_terminal.domain.events.event import SERIES
from pos_terminal.domain.moment import Moment
from pos_terminal.journal import consistency_proof
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.scrub import Pass
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.witness import Refused, Witness, take
from pos_terminal.storage.sqlite import connect
from tests.support.journaling import IDENTITY, database, moment, ticket

CUT = tuple(f"DELETE FROM {table} WHERE {key} > {{n}}" for table, key in (
    ("journal", "seq"), ("checkpoint", "size"), ("cosignature", "size"), ("keys", "from_seq"),
))  # fmt: skip
"""The end taken off, so that what is left fits in itself."""

STATEMENTS: list[tuple[str, ...]] = [
    CUT,
    CUT,
    ("DELETE FROM journal WHERE seq > {n}",),
    ("DELETE FROM journal WHERE seq = {n}",),
    ("UPDATE journal SET seq = seq - 1 WHERE seq > {n}",),
    ("UPDATE journal SET rec = CAST(replace(CAST(rec AS TEXT), '130', '30') AS BLOB)"
     " WHERE seq = {n}",),
    ("UPDATE journal SET rec = x'', sig = NULL WHERE seq <= {n}", "INSERT INTO purge VALUES ({n})"),
    ("UPDATE journal SET sig = NULL WHERE seq >= {n}",),
    ("UPDATE journal SET kind = 'jet' WHERE seq = {n}",),
    ("DELETE FROM cosignature",),
    ("DELETE FROM checkpoint WHERE size > {n}",),
    ("DELETE FROM keys",),
    ("DROP TABLE cosignature",),
    ("CREATE TRIGGER forget BEFORE INSERT ON journal BEGIN SELECT RAISE(IGNORE); END",),
    ("CREATE TRIGGER lose AFTER INSERT ON journal BEGIN DELETE FROM journal WHERE seq = {n}; END",),
]  # fmt: skip

PATTERNS = ("journal.db", "journal.db*", "journal.db-wal", "journal.mark", "keys/*", "*")
"""What is deleted, or put back of an earlier copy."""


class Attacked(RuleBasedStateMachine):
    """A till with a witness, and somebody with root beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="attacked"))
        self.state, medium = self.place / "state", self.place / "medium"
        medium.mkdir()
        self.witness, self.medium = Witness(medium), medium
        self.runner = asyncio.Runner()
        self.journal: Journal | None = None
        self.truth: dict[int, bytes] = {}
        self.seen = 0
        self.attacked = False
        self.reported = ""
        self.copies: list[dict[str, bytes]] = []
        self.now = 0

    def moment(self) -> Moment:
        self.now += 60
        now = moment()
        at = datetime.fromisoformat(now.at) + timedelta(seconds=self.now)
        return replace(
            now, at=at.isoformat(timespec="milliseconds"), utc=int(at.timestamp()) * 1_000_000
        )

    def says(self, error: Exception) -> None:
        self.reported = self.reported or str(error) or repr(error)

    selling = precondition(lambda self: not self.reported)

    @rule()
    def rest(self) -> None:
        """Nothing more happens: always possible."""

    @selling
    @rule(count=st.integers(1, 4))
    def sell(self, count: int) -> None:
        """Sales, each acknowledged or refused."""
        try:
            if self.journal is None:
                self.journal = Journal.open(self.state, IDENTITY, witness=self.medium)
            for _ in range(count):
                self.runner.run(self._sale(self.journal))
        except JournalError as error:
            self.says(error)
            self.stop()

    async def _sale(self, journal: Journal) -> None:
        sale = journal.running.counts.sale + 1
        number = journal.running.counts.tickets.get(SERIES, 0) + 1
        records = await journal.append(ticket(sale, number), self.moment())
        # Those of a tail that nobody saw and that was cut off give their places to these.
        self.truth = {seq: rec for seq, rec in self.truth.items() if seq < records[0].seq}
        self.truth.update((record.seq, record.rec) for record in records)

    @selling
    @rule()
    def stop(self) -> None:
        """The till ends."""
        if self.journal:
            journal, self.journal = self.journal, None
            try:
                self.runner.run(journal.close())
            except JournalError as error:
                self.says(error)

    @selling
    @rule()
    def cosign(self) -> None:
        """The witness looks, and signs what goes on from what it saw."""
        path = database(self.state)
        try:
            at = self.moment().local
            size = take(path, self.witness.cosign(consistency_proof.export(path, 0), at))
        except (JournalError, Refused) as error:
            if path.exists() or self.seen:
                self.says(error)
            return
        self.seen = max(self.seen, size)

    @selling
    @rule(days=st.integers(-4000, 4000))
    def set_the_clock(self, days: int) -> None:
        """By years, forwards or back: no attack by itself."""
        self.now += days * 86_400 if self.now + days * 86_400 > -10**9 else 0

    @selling
    @rule(statements=st.sampled_from(STATEMENTS), n=st.integers(1, 40), restored=st.booleans())
    def write_into_it(self, statements: tuple[str, ...], n: int, restored: bool) -> None:
        """SQL past the triggers, beside a till that sells or not."""
        if not database(self.state).exists():
            return
        self.attacked = True
        flags = apsw.SQLITE_OPEN_READWRITE
        try:
            with closing(connect(database(self.state), "", flags)) as db, db:
                of = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
                triggers = db.execute(of).fetchall()
                for name, _ in triggers:
                    db.execute(f"DROP TRIGGER {name}")
                for statement in statements:
                    db.execute(statement.format(n=n))
                for _, sql in triggers if restored else ():
                    db.execute(str(sql))
        except apsw.Error:
            return  # his own failure

    @selling
    @rule()
    def copy(self) -> None:
        """All files, as they are: also of a till that is writing."""
        files = [path for path in self.state.rglob("*") if path.is_file()]
        names = {str(path.relative_to(self.state)): path for path in files}
        kept = {name: path for name, path in names.items() if not name.endswith("-shm")}
        self.copies.append({name: path.read_bytes() for name, path in kept.items()})

    @precondition(lambda self: self.copies and not self.reported)
    @rule(which=st.integers(0, 100), pattern=st.sampled_from(PATTERNS))
    def put_back(self, which: int, pattern: str) -> None:
        """Files of an earlier copy, the till being stopped."""
        self.stop()
        self.attacked = True
        for name, content in self.copies[which % len(self.copies)].items():
            if Path(name).match(pattern):
                path = self.state / name
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                path.write_bytes(content)
                path.chmod(0o600)

    @selling
    @rule(pattern=st.sampled_from(PATTERNS), running=st.booleans())
    def delete(self, pattern: str, running: bool) -> None:
        """Files, the till being stopped or not."""
        if not running:
            self.stop()
        self.attacked = True
        for path in self.state.glob(pattern):
            if path.is_file() and path.name != "lock":
                path.unlink()

    def teardown(self) -> None:
        """Everybody who guards it looks; then it is compared with the truth."""
        try:
            self.stop()
            for look in (self._start, self._rounds, self._verify):
                if not self.reported and self.truth:
                    look()
            if not self.reported:
                self._compare()
            assert self.attacked or not self.reported, self.reported
        finally:
            self.runner.close()
            shutil.rmtree(self.place)

    def _start(self) -> None:
        try:
            journal = Journal.open(self.state, IDENTITY, witness=self.medium)
            self.runner.run(journal.close())
        except JournalError as error:
            self.says(error)

    def _rounds(self) -> None:
        walk = Pass(database(self.state))
        try:
            while walk.step():
                pass
        except JournalError as error:
            self.says(error)

    def _verify(self) -> None:
        try:
            verify(database(self.state))
        except JournalError as error:
            self.says(error)

    def _compare(self) -> None:
        """Of what the witness saw each byte is there; of the rest, a beginning."""
        there: dict[int, bytes] = {}
        if database(self.state).exists():
            with closing(connect(database(self.state), "", apsw.SQLITE_OPEN_READONLY)) as db:
                for seq, rec in db.execute("SELECT seq, rec FROM journal"):
                    there[int(str(seq))] = rec if isinstance(rec, bytes) else b""
        last = max(there, default=0)
        for seq, rec in self.truth.items():
            if seq <= max(self.seen, last):
                assert there.get(seq) == rec, f"record {seq} is missing, and nobody says so"


@pytest.mark.parametrize(
    ("examples", "steps"),
    [(12, 12), pytest.param(1500, 40, marks=pytest.mark.deep)],
)
def test_nothing_acknowledged_is_missing_and_unreported(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Attacked,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
