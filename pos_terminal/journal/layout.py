"""What stands in `journal.db` beside the rows: what the migrations make, and nothing else.

A trigger of somebody else's can let an INSERT return and keep nothing, or take away what was kept;
a view can stand where a table was; an index can answer for it. So the whole schema is compared,
text by text, whenever the file is opened, by whoever opens it.
"""

from functools import lru_cache

import apsw

from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.migrations import MIGRATIONS, layout_of, number

Schema = dict[tuple[str, str], tuple[str, str]]
"""By an object's type and name: the table that it is of, and the SQL that made it."""

_ASK = "SELECT type, name, tbl_name, coalesce(sql, '') FROM {}"


def check_schema(db: apsw.Connection) -> None:
    """JournalError (J-104) unless all that is there was made by the migrations.

    A layout of a newer version may have more tables and indexes, and triggers on tables of its own;
    a trigger on a table that this version knows would act upon what it writes.
    """
    found, layout = _schema(db, "sqlite_schema"), db.pragma("user_version")
    made = _made(min(number(layout), len(MIGRATIONS)))
    for what, how in made.items():
        if found.get(what) != how:
            gone, other = say("a disparu"), say("n'est pas ce que ce programme a fait")
            raise _strange(what, other if what in found else gone)
    ours = {table for kind, table in made if kind == "table"}
    newer = layout > layout_of(MIGRATIONS)
    for what, (table, _) in found.items():
        if what in made or (newer and (what[0] in ("table", "index") or table not in ours)):
            continue
        strange = say("porte sur {table}, et ce programme ne l'a pas fait", table=table)
        raise _strange(what, strange)
    # Of this connection alone, and so of this program's own; a library loaded into it may differ.
    for what in _schema(db, "sqlite_temp_schema"):
        raise _strange(what, say("est temporaire, et ce programme n'en fait pas"))


def _strange(what: tuple[str, str], how: str) -> JournalError:
    kind, name = what
    detail = say("{kind} {name} : {how}", kind=kind, name=name, how=how)
    return JournalError(faults.JOURNAL_DAMAGED, detail)


def _schema(db: apsw.Connection, catalogue: str) -> Schema:
    rows = db.execute(_ASK.format(catalogue))
    return {(kind, name): (table, sql) for kind, name, table, sql in rows}


@lru_cache(maxsize=8)
def _made(migrations: int) -> Schema:
    """The schema behind so many migrations: made by them, so that no list of it can differ."""
    db = apsw.Connection(":memory:")
    try:
        for migration in MIGRATIONS[:migrations]:
            db.execute(migration.statements).fetchall()
        return _schema(db, "sqlite_schema")
    finally:
        db.close()
