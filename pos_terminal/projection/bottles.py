"""The projection's table of bottles: which are open, what came out of each, how it ended."""

from collections.abc import Iterable
from fractions import Fraction

import apsw

from pos_terminal.domain.events.balances import BottleBalance
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved, Units
from pos_terminal.domain.lookup.bottles import Bottle, BottleEvent
from pos_terminal.domain.lookup.questions import BottlesFound, BottlesWanted

TABLE = """
CREATE TABLE bottle (
    id INTEGER PRIMARY KEY, plu TEXT NOT NULL, at TEXT NOT NULL,
    sold TEXT NOT NULL DEFAULT '0', given TEXT NOT NULL DEFAULT '0',
    finished TEXT NOT NULL DEFAULT '', content TEXT NOT NULL DEFAULT '0',
    left_ TEXT NOT NULL DEFAULT '0', missing TEXT NOT NULL DEFAULT '0',
    reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX open_bottle ON bottle (plu) WHERE finished = '';
"""

_COLUMNS = "plu, at, sold, given, finished, content, left_, missing, reason"


def begin(db: apsw.Connection, carried: Iterable[BottleBalance]) -> None:
    """Start with the bottles that were open when the records before were purged."""
    db.executemany(
        "INSERT INTO bottle (plu, at, sold, given) VALUES (?, ?, ?, ?)",
        ((b.plu, b.at, str(b.sold.fraction), str(b.given.fraction)) for b in carried),
    )


def take(db: apsw.Connection, events: Iterable[tuple[BottleEvent, str]]) -> None:
    """Count these events, in their order, each with its local time."""
    for event, at in events:
        match event:
            case BottleOpened():
                db.execute("INSERT INTO bottle (plu, at) VALUES (?, ?)", (event.plu, event.at))
            case BottleFinished():
                _end(db, event, at)
            case StockMoved():
                _pour(db, event)


def _pour(db: apsw.Connection, moved: StockMoved) -> None:
    for bottle in _open(db, (moved.plu,)):
        after = bottle.after(moved)
        db.execute(
            "UPDATE bottle SET sold = ?, given = ? WHERE plu = ? AND finished = ''",
            (str(after.sold.fraction), str(after.given.fraction), moved.plu),
        )


def _end(db: apsw.Connection, event: BottleFinished, at: str) -> None:
    db.execute(
        "UPDATE bottle SET finished = ?, content = ?, left_ = ?, missing = ?, reason = ? "
        "WHERE plu = ? AND finished = ''",
        (
            at,
            str(event.content.fraction),
            str(event.left.fraction),
            str(event.missing.fraction),
            event.reason,
            event.plu,
        ),
    )


def answer(db: apsw.Connection, wanted: BottlesWanted) -> BottlesFound:
    """The bottles asked for, in the order in which they were opened."""
    if not wanted.since:
        return BottlesFound(_open(db, wanted.plus))
    sql = f"SELECT {_COLUMNS} FROM bottle WHERE finished = '' OR finished >= ? ORDER BY at, id"
    found = (_bottle(row) for row in db.execute(sql, (wanted.since,)))
    return BottlesFound(tuple(b for b in found if not wanted.plus or b.plu in wanted.plus))


def _open(db: apsw.Connection, plus: tuple[str, ...]) -> tuple[Bottle, ...]:
    sql = f"SELECT {_COLUMNS} FROM bottle WHERE finished = '' ORDER BY at, id"
    found = (_bottle(row) for row in db.execute(sql))
    return tuple(bottle for bottle in found if not plus or bottle.plu in plus)


def _bottle(row: Iterable[object]) -> Bottle:
    plu, at, sold, given, finished, content, left, missing, reason = map(str, row)
    return Bottle(
        plu=plu,
        at=at,
        sold=Units.of(Fraction(sold)),
        given=Units.of(Fraction(given)),
        finished=finished,
        content=Units.of(Fraction(content)),
        left=Units.of(Fraction(left)),
        missing=Units.of(Fraction(missing)),
        reason=reason,
    )
