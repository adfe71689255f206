"""One flipped byte anywhere in `journal.db`: found, or harmless, and never a traceback.

Harmless is a byte that SQLite does not read: then all that the journal says is what it said.
"""

import shutil
import sqlite3
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from pos_terminal.archive.make import make
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.scrub import Pass
from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from tests.conftest import run
from tests.support.journaling import IDENTITY, kept, ticket

GUARDS = ("start", "rounds", "verify", "archive")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("whole") / "state"
    run(kept(state, [event for n in range(1, 8) for event in ticket(n, n)]))
    return state


def said(state: Path) -> list[object]:
    """All that the file says, but for how it is laid out."""
    with reading(state / NAME) as reader:
        return [
            reader.rows(0, 1000), reader.seals(0, 1000), reader.stored_keys(),
            sorted(reader.kinds()), [*reader.cosignatures()], reader.purged(),
        ]  # fmt: skip


def guarded(state: Path, guard: str) -> bool:
    """Whether that guard finds something; whatever it raises beside is a failure of the test."""
    try:
        match guard:
            case "start":
                run(Journal.open(state, IDENTITY).close())
            case "rounds":
                walk = Pass(state / NAME)
                while walk.step():
                    pass
            case "verify":
                verify(state / NAME)
            case "archive":
                out = state.with_name("archive.zip")
                out.unlink(missing_ok=True)
                make(state, out)
    except JournalError:
        return True
    return False


def flipped(state: Path, whole: Path, at: int, bit: int) -> str:
    """What came of it: «found» by verify, or «harmless»."""
    content = bytearray((whole / NAME).read_bytes())
    content[at] ^= 1 << bit
    found = set()
    for guard in GUARDS:
        (state / NAME).write_bytes(content)  # anew: a start appends nothing, yet rewrites the head
        for beside in ("-wal", "-shm"):
            (state / (NAME + beside)).unlink(missing_ok=True)
        if guarded(state, guard):
            found.add(guard)
    if "verify" in found:
        return "found"
    (state / NAME).write_bytes(content)
    try:
        same = said(state) == said(whole)
    except JournalError as error:
        return f"byte {at}, bit {bit}: {error}, and nobody found it by then"
    return "harmless" if same else f"byte {at}, bit {bit}: nobody found it"


def copied(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "state"))


def test_unprotected_a_flipped_bit_is_read_as_if_it_had_been_written(
    whole: Path, tmp_path: Path
) -> None:
    content = (whole / NAME).read_bytes()
    at = content.index(b'"total":130') + len('"total":13')
    spoilt = bytearray(content)
    spoilt[at] ^= 1
    (tmp_path / NAME).write_bytes(spoilt)
    db = sqlite3.connect(tmp_path / NAME)
    rows = db.execute("SELECT rec FROM journal WHERE kind = 'sale.closed'").fetchall()
    db.close()
    assert any(b'"total":131' in rec for (rec,) in rows)


@pytest.mark.parametrize(
    ("sampled", "apart"), [(16, 28), pytest.param(80, 7, marks=pytest.mark.slow)]
)
def test_a_flipped_byte_is_found_or_harmless_and_never_a_traceback(
    whole: Path, tmp_path: Path, sampled: int, apart: int
) -> None:
    state, random = copied(whole, tmp_path), Random(7)
    size = (whole / NAME).stat().st_size
    places = [*range(0, 100, apart), *random.sample(range(size), sampled)]
    came = Counter(flipped(state, whole, at, random.randrange(8)) for at in places)
    assert came.keys() == {"found", "harmless"}, came
    assert came["found"] > sampled // 4, came


def inner_cells(content: bytes, page: int = 4096) -> list[int]:
    """Where the inner pages of tables say in which page which rows are (SQLite's format, 1.6)."""
    found: list[int] = []
    for start in range(page, len(content), page):
        if content[start] == 5:
            begins = int.from_bytes(content[start + 5 : start + 7], "big")
            found += range(start + begins, start + page)
    return found


@pytest.mark.parametrize("bit", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_flipped_bit_by_which_a_row_is_found_again_and_again_leads_nobody_in_circles(
    whole: Path, tmp_path: Path, bit: int
) -> None:
    state = copied(whole, tmp_path)
    places = inner_cells((whole / NAME).read_bytes())
    assert places
    came = Counter(flipped(state, whole, at, bit) for at in places)
    assert came.keys() <= {"found", "harmless"}, came


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("bit", range(6))
def test_a_flipped_bit_that_gives_the_last_record_another_number_is_found_by_each(
    whole: Path, tmp_path: Path, bit: int, guard: str
) -> None:
    """The journal may seem to end before it, and fits in itself."""
    state, content = copied(whole, tmp_path), bytearray((whole / NAME).read_bytes())
    last = verify(whole / NAME).records
    leaves = [n for n in range(4096, len(content), 4096) if content[n] == 13]
    leaf = next(n for n in leaves if content.find(b'"seq":%d,' % last, n, n + 4096) > 0)
    begins = int.from_bytes(content[leaf + 5 : leaf + 7], "big")
    number = content.index(bytes([last]), leaf + begins)
    content[number] ^= 1 << bit
    (state / NAME).write_bytes(content)
    assert guarded(state, guard)


@pytest.mark.deep
def test_every_byte_flipped_in_turn_is_found_or_harmless(whole: Path, tmp_path: Path) -> None:
    state = copied(whole, tmp_path)
    size = (whole / NAME).stat().st_size
    came = Counter(flipped(state, whole, at, at % 8) for at in range(size))
    print(f"{size} bytes: {came}")
    assert came.keys() == {"found", "harmless"}, came
