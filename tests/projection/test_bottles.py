"""The projection's bottles: what the fold of the events says, also behind a restart or a purge."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events.balances import BottleBalance
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.stock import BottleOpened, StockMoved, Units
from pos_terminal.domain.events.values import MovementCause
from pos_terminal.domain.lookup.balances import fold
from pos_terminal.domain.lookup.bottles import Bottle, finish
from pos_terminal.domain.lookup.questions import BottlesFound, BottlesWanted, StockHeld, StockWanted
from pos_terminal.journal.store import Journal
from pos_terminal.projection.store import Projection
from pos_terminal.projection.tables import NAME
from tests.conftest import run
from tests.support.journaled import Line, records
from tests.support.journaling import moment
from tests.support.season import checked, lived

SIXTH = Fraction(1, 6)
IDENTITY = Identity("1", "2", "test", simulated=True)


def opened(plu: str, hour: int) -> BottleOpened:
    return BottleOpened(plu=plu, at=f"2026-01-05T{hour:02d}:00:00.000+01:00")


def poured(plu: str, amount: Fraction, cause: MovementCause = MovementCause.SALE) -> StockMoved:
    return StockMoved(
        plu=plu, numerator=-amount.numerator, denominator=amount.denominator, cause=cause,
        part="9", poured=True,
    )  # fmt: skip


def evening() -> list[Event]:
    """Two bottles of one wine, one of another that stays open, and a whole one that is no part."""
    first = Bottle(
        plu="41", at=opened("41", 18).at, sold=Units.of(4 * SIXTH), given=Units.of(SIXTH)
    )
    return [
        poured("41", SIXTH),  # before any was open: it counts to none
        opened("41", 18),
        poured("41", 3 * SIXTH),
        opened("7", 19),
        poured("41", SIXTH),
        poured("41", SIXTH, MovementCause.TASTING),
        StockMoved(plu="41", numerator=-1, denominator=1, cause=MovementCause.SALE),
        *finish(first, Fraction(1), Fraction(0), ""),
        opened("41", 20),
        poured("7", Fraction(4)),
        poured("41", SIXTH),
    ]


def keep(state: Path, events: list[Event]) -> None:
    async def body() -> None:
        journal = Journal.open(state, IDENTITY)
        for number, event in enumerate(events):
            await journal.append([event], moment(number))
        await journal.close()

    run(body())


@pytest.fixture
def state(tmp_path: Path) -> Path:
    keep(tmp_path, evening())
    return tmp_path


def ask(state: Path, wanted: BottlesWanted) -> tuple[Bottle, ...]:
    store = Projection(state)
    while store.advance():
        pass
    found = store.answer(wanted)
    store.close()
    assert isinstance(found, BottlesFound)
    return found.bottles


def test_open_bottles_are_known_with_what_came_out_of_them(state: Path) -> None:
    (other, newest) = ask(state, BottlesWanted())
    assert (other.plu, other.sold.fraction, other.finished) == ("7", 4, "")
    assert (newest.plu, newest.at, newest.sold.fraction) == ("41", opened("41", 20).at, SIXTH)
    assert ask(state, BottlesWanted(("41",))) == (newest,)
    assert ask(state, BottlesWanted(("1",))) == ()


def test_finished_ones_are_known_from_a_day_on(state: Path) -> None:
    (first, *_) = ask(state, BottlesWanted(("41",), since="2026-01-01"))
    assert (first.sold.fraction, first.given.fraction) == (4 * SIXTH, SIXTH)
    assert (first.content.fraction, first.missing.fraction) == (1, SIXTH)
    assert first.finished
    assert len(ask(state, BottlesWanted(since="2026-01-01"))) == 3
    assert len(ask(state, BottlesWanted(since="9999-01-01"))) == 2


def test_a_file_that_is_lost_is_made_anew(state: Path) -> None:
    before = ask(state, BottlesWanted(since="2026-01-01"))
    (state / NAME).unlink()
    assert ask(state, BottlesWanted(since="2026-01-01")) == before


def test_the_fold_agrees_and_carries_open_bottles_over() -> None:
    events = evening()
    assert fold(events).bottles == (
        BottleBalance(
            plu="41", at=opened("41", 20).at, sold=Units.of(SIXTH), given=Units()
        ),
        BottleBalance(
            plu="7", at=opened("7", 19).at, sold=Units.of(Fraction(4)), given=Units()
        ),
    )  # fmt: skip
    for cut in range(len(events) + 1):
        assert fold(events[cut:], fold(events[:cut])) == fold(events)


def test_a_purge_carries_stock_and_open_bottles_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Days of a shop that pours: archived, verified, purged; what there is stays what it was."""
    state, days = tmp_path / "state", 10
    run(lived(state, (days,), tickets=6))
    whole = fold(record.event for record in records(state))
    assert whole.bottles
    line, copies = Line(state, capsys), [tmp_path / "a.zip", tmp_path / "b.zip"]
    assert line("journal", "archive", "--out", copies[0])[0] == 0
    assert checked(copies[0])[0] == 0
    shutil.copy(*copies)
    purge = "journal", "purge", "--through-closure", str(days // 2)
    assert line(*purge, "--copy", copies[0], "--copy", copies[1])[0] == 0
    assert line("journal", "verify")[0] == 0
    assert records(state)[0].seq > 1
    open_now = ask(state, BottlesWanted())
    assert [(b.plu, b.at, b.sold, b.given) for b in open_now] == [
        (b.plu, b.at, b.sold, b.given) for b in whole.bottles
    ]
    store = Projection(state)
    assert store.answer(StockWanted()) == StockHeld(whole.stock)
    store.close()
