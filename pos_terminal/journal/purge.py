"""The guarded path: bodies and signatures of old records go, their numbers and hashes stay.

The triggers of the database hold it to that whoever asks: only records up to the last row of the
table `purge`, which must be a checkpoint's, only to nothing, and never the hash or the kind. What
brought keys stays whole: it tells which keys may have signed the rest. The triggers cannot tell
whether a purge was decided; the record of it can, and whoever reads the journal asks for that
(signatures.py).
"""

from pathlib import Path

import apsw

from pos_terminal.journal.database import opened_to_change

BATCH = 20_000
"""Records that one transaction empties: what the log holds meanwhile."""


def purge(path: Path, last: int, *, vfs: str = "", batch: int = BATCH) -> int:
    """Empty the records up to `last`, durably, and give their room back; how many there were.

    Cut short, it may be called again. apsw.Error where the disk refuses: what is purged is purged.
    """
    with opened_to_change(path, vfs) as db:
        # What is purged must be gone from the pages as well, and not only from the tables.
        db.pragma("secure_delete", "on")
        if last > db.execute("SELECT coalesce(max(last), 0) FROM purge").get:
            # First, and for itself: from here on the triggers let these records go, and a call that
            # is cut short can be finished.
            db.execute("INSERT INTO purge VALUES (?)", (last,))
        emptied = 0
        while changed := _empty(db, last, batch):
            emptied += changed
        # The log first: VACUUM writes the whole file into it once more.
        db.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        if db.pragma("freelist_count"):  # also what an earlier call, cut short, has left
            db.execute("VACUUM")
        return emptied


def _empty(db: apsw.Connection, last: int, batch: int) -> int:
    """Empty the next batch; how many records that were."""
    db.execute(
        "UPDATE journal SET rec = x'', sig = NULL WHERE seq IN "
        "(SELECT seq FROM journal WHERE seq <= ? AND rec <> x'' "
        "AND kind NOT IN ('key.made', 'key.rotated', 'key.replaced') ORDER BY seq LIMIT ?)",
        (last, batch),
    )
    return db.changes()
