"""One commit: rows in, and believed only because they are there.

That an INSERT returned says nothing of what a trigger made of it. So the rows are read back within
their own transaction, and compared with what was written; anything else undoes it. Nor does it say
that anybody will find the file again into which they went: its name is looked at, too.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.batch import Batch
from pos_terminal.journal.database import check_layout, insert
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.log_file import log_of, make_durable_again
from pos_terminal.journal.opened_files import OpenedFiles
from pos_terminal.storage.sqlite import writing

_JOURNAL = "SELECT seq, kind, rec, hash, sig FROM journal WHERE seq > ? ORDER BY seq"
_SEALS = "SELECT size, body, sig FROM checkpoint WHERE size > ? ORDER BY size"
_KEYS = "SELECT key_id, alg, public, from_seq FROM keys WHERE from_seq > ?"


class Commits:
    """The writer's connection, and the schema that it was found to have."""

    def __init__(self, db: apsw.Connection) -> None:
        self._db = db
        self._schema = db.execute("PRAGMA schema_version").get
        self._log = log_of(Path(db.filename))
        self._files = OpenedFiles(Path(db.filename))
        self._is_taken_up = False

    def write(self, batch: Batch, after: int) -> None:
        """Write all of the batch behind record `after`; durable on return, unless it raises.

        JournalError (J-104) where something else stands in the file than what was written, or where
        the file is not the one any more that its name leads to.
        """
        db = self._db
        if not self._is_taken_up:
            # What another process left in the log is acknowledged again by what follows it.
            make_durable_again(self._log)
            self._is_taken_up = True
        with writing(db):
            self._files.must_be_theirs()
            self._look_at_schema()
            db.execute(insert(len(batch.records)), batch.rows)
            self._must_stand(_JOURNAL, after, batch.rows)
            # A record that is due a checkpoint, and lacks it after a cut, would be damage.
            if batch.seals:
                db.executemany("INSERT INTO checkpoint VALUES (?,?,?)", batch.seals)
                db.executemany("INSERT INTO keys VALUES (?,?,?,?,NULL)", batch.keys)
                self._must_stand(_SEALS, after, list(chain.from_iterable(batch.seals)))
                self._must_stand(_KEYS, after, list(chain.from_iterable(sorted(batch.keys))))
        self._files.note_sizes()

    def _look_at_schema(self) -> None:
        """SQLite counts each change of the schema, whoever made it: one number to look at."""
        version = self._db.execute("PRAGMA schema_version").get
        if version == self._schema:
            return
        # Other than ours may be right: a VACUUM counts, too.
        check_layout(self._db, Path(self._db.filename))
        self._schema = version

    def _must_stand(self, sql: str, after: int, written: Sequence[object]) -> None:
        found = [column for row in self._db.execute(sql, (after,)) for column in row]
        if found != written:
            detail = say(
                "ce qui a été écrit après l'écriture {after} n'est pas dans le fichier", after=after
            )
            raise JournalError(faults.JOURNAL_DAMAGED, detail)
