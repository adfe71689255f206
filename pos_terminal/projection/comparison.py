"""The projection held to one made anew: rows that stand there, or are missing, against the records.

What pays out is proved as it pays (proof.py), but for what was taken away: a refund that nobody
remembers. So the till compares all of it after each start and each day, a few records at a time,
and so does `journal verify`. The new one is a file without a name, which SQLite keeps in memory as
long as it is small; it is gone when it is let go.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.projection.store import Projection
from pos_terminal.projection.tables import NAME
from pos_terminal.storage.sqlite import uri

# Only what both have: a projection that saw records before they were purged knows more.
_KEPT = "SELECT series, number FROM {db}.ticket WHERE seq > :purged"
_COMPARED = {
    "ticket": "SELECT series, number, seq FROM {db}.ticket WHERE seq > :purged",
    "voucher": "SELECT voucher, purpose, amount, plu, vat, expires, tax FROM {db}.voucher "
    "WHERE amount <> 0",
    "deposit": "SELECT order_, nature, vat, amount, tax FROM {db}.deposit WHERE amount <> 0",
    "account": "SELECT person, sum(amount) AS owed FROM {db}.account GROUP BY person "
    "HAVING owed <> 0",
    "returned": "SELECT series, number, line, quantity, amount, tax FROM {db}.returned "
    f"WHERE (series, number) IN ({_KEPT})",
    "paper": "SELECT series, number, gift, copy FROM {db}.paper "
    f"WHERE :purged = 0 OR (series, number) IN ({_KEPT})",
    "invoice": "SELECT series, number, seq FROM {db}.invoice WHERE seq > :purged",
    "payment": "SELECT series, number, seq FROM {db}.payment WHERE seq > :purged",
    "named": "SELECT object, seq FROM {db}.named WHERE seq > :purged",
    "closure": "SELECT period, number, seq, label, copies FROM {db}.closure WHERE seq > :purged",
    "open_order": "SELECT order_, body FROM {db}.open_order",
    "stock": "SELECT plu, numerator, denominator FROM {db}.stock WHERE numerator <> '0'",
}
"""By table: what pays out, what marks a paper as a duplicate, and what is counted on."""


class Comparison:
    """The projection in use, as it is now, and a new one on its way there. Blocks."""

    def __init__(self, directory: Path, vfs: str = "") -> None:
        with ExitStack() as undo:
            self._fresh = Projection(directory, vfs, private=True)
            undo.callback(self._fresh.close)
            self._upto = self._fresh.attach(_readable(directory / NAME))
            self._purged = self._fresh.purged
            undo.pop_all()

    def step(self) -> bool:
        """Take in the next records; False once all is compared.

        JournalError (J-119) for the first row that differs.
        """
        if self._fresh.seq < self._upto:
            self._fresh.advance(self._upto)
            return True
        # A purge may have gone on beyond what the one in use had taken in: it is made anew then.
        for table, differing in self._differences() if self._fresh.seq == self._upto else ():
            detail = say("projection.db, {table} : {row}", table=table, row=differing)
            raise JournalError(faults.PROJECTION_FORGED, detail)
        return False

    def close(self) -> None:
        """Let both go."""
        self._fresh.close()

    def _differences(self) -> Iterator[tuple[str, str]]:
        for table, sql in _COMPARED.items():
            used, right = sql.format(db="used"), sql.format(db="main")
            for rows, others, how in (
                (used, right, say("est là, et aucune écriture ne le dit")),
                (right, used, say("manque, et les écritures le disent")),
            ):
                differing = f"SELECT * FROM ({rows}) EXCEPT SELECT * FROM ({others}) LIMIT 1"
                for row in self._fresh.ask(differing, purged=self._purged):
                    yield table, f"{_told(row)} : {how}"


def must_agree(directory: Path, vfs: str = "") -> None:
    """JournalError (J-119) where the projection in a state directory, if there is one, differs."""
    if not (directory / NAME).exists():
        return
    comparison = Comparison(directory, vfs)
    try:
        while comparison.step():
            pass
    finally:
        comparison.close()


def _readable(path: Path) -> str:
    return f"{uri(path.parent.resolve() / path.name)}?mode=ro"


def _told(row: tuple[object, ...]) -> str:
    return ", ".join(each.hex() if isinstance(each, bytes) else str(each) for each in row)
