"""The database's layouts, one migration behind the other; each is a transaction of its own.

`PRAGMA user_version` is 1000 times the breaking migrations plus all of them. A version opens what
has no more breaking ones than it knows: migrations that only add, which it does not know, disturb
it in nothing, so that an update can be taken back. A breaking one waits until the update is
confirmed, and whoever writes it keeps both layouts working until then.
"""

import logging
from collections.abc import Sequence

import apsw
from msgspec import Struct

log = logging.getLogger(__name__)

APPLICATION = 0x504F534A
"""PRAGMA application_id, «POSJ»: `file` and others can tell what this database is."""


_FIRST = f"""
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, rec BLOB NOT NULL, hash BLOB NOT NULL, sig BLOB
) STRICT;
CREATE TABLE kind (kind TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY, body BLOB NOT NULL, sig BLOB NOT NULL
) STRICT;
CREATE TABLE cosignature (
    size INTEGER NOT NULL, witness TEXT NOT NULL, body BLOB NOT NULL, sig BLOB NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;
CREATE TABLE keys (
    key_id TEXT NOT NULL, alg TEXT NOT NULL, public BLOB NOT NULL, from_seq INTEGER NOT NULL,
    certificate BLOB, PRIMARY KEY (key_id, alg)
) STRICT, WITHOUT ROWID;
CREATE TABLE purge (last INTEGER PRIMARY KEY) STRICT;
CREATE TRIGGER journal_insert BEFORE INSERT ON journal
    WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_kind AFTER INSERT ON journal
    WHEN NOT EXISTS (SELECT 1 FROM kind WHERE kind = new.kind)
    BEGIN INSERT INTO kind VALUES (new.kind, new.seq); END;
CREATE TRIGGER checkpoint_insert BEFORE INSERT ON checkpoint
    WHEN new.size <= (SELECT coalesce(max(size), 0) FROM checkpoint)
        OR new.size > (SELECT coalesce(max(seq), 0) FROM journal)
    BEGIN SELECT RAISE(ABORT, 'a checkpoint is of the records there are'); END;
CREATE TRIGGER purge_insert BEFORE INSERT ON purge
    WHEN NOT EXISTS (SELECT 1 FROM checkpoint WHERE size = new.last)
        OR new.last <= (SELECT coalesce(max(last), 0) FROM purge)
    BEGIN SELECT RAISE(ABORT, 'a purge ends with a checkpoint'); END;
CREATE TRIGGER journal_update BEFORE UPDATE ON journal
    WHEN new.seq IS NOT old.seq OR new.kind IS NOT old.kind OR new.hash IS NOT old.hash
        OR new.rec IS NOT x'' OR new.sig IS NOT NULL
        OR old.kind IN ('key.made', 'key.rotated', 'key.replaced')
        OR old.seq > (SELECT coalesce(max(last), 0) FROM purge)
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_delete BEFORE DELETE ON journal
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
PRAGMA application_id = {APPLICATION};
""" + "".join(
    f"""
CREATE TRIGGER {table}_{change} BEFORE {change.upper()} ON {table}
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
    for table in ("checkpoint", "cosignature", "keys", "purge")
    for change in ("update", "delete")
)


class Migration(Struct, frozen=True):
    """SQL that makes a layout of the one before. `waits` for the update's confirmation.

    `breaking`: versions that do not know it must not open what it made.
    """

    statements: str
    breaking: bool = False
    waits: bool = False


MIGRATIONS = (Migration(_FIRST),)
"""From none to the first on. A purged record keeps its row, kind and hash; rec is x'', sig NULL.

The records that brought keys are never purged: they say which keys may have signed what.
"""

_BREAKING = 1000
"""What a migration adds to user_version behind which older versions may not open the journal: the
thousands count those, the rest counts all."""


def number(layout: int) -> int:
    """How many migrations a user_version has behind it."""
    return layout % _BREAKING


def layout_of(migrations: Sequence[Migration]) -> int:
    """The user_version behind these migrations."""
    return _BREAKING * sum(each.breaking for each in migrations) + len(migrations)


LAYOUT = layout_of(MIGRATIONS)
"""The user_version of a journal that this version begins."""


def is_readable(layout: int, migrations: Sequence[Migration] = MIGRATIONS) -> bool:
    """Whether a version with these migrations may open a database with that user_version."""
    return layout // _BREAKING <= layout_of(migrations) // _BREAKING


def migrate(
    db: apsw.Connection, *, confirmed: bool, migrations: Sequence[Migration] = MIGRATIONS
) -> None:
    """Bring an older layout up to this version's; it is the old or the new, whatever happens."""
    for done in range(number(db.pragma("user_version")), len(migrations)):
        migration = migrations[done]
        # Those behind it wait as well: each is made for the layout before.
        if migration.waits and not confirmed:
            log.warning("layout %d waits until this version is confirmed", done + 1)
            return
        layout = layout_of(migrations[: done + 1])
        # The version number within the same transaction: half a migration is none.
        with db:
            db.execute(f"{migration.statements} PRAGMA user_version = {layout};").fetchall()
