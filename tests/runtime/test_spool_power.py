"""A power cut at every step of the spool: no paper is lost, none is printed twice in silence."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pos_terminal.runtime.spool import Spool
from pos_terminal.storage.reused import PAGE
from tests.support.failing_disk import Change, Disk, built, environment, told
from tests.support.spool_victim import ROUNDS

ROOT = Path(__file__).parents[2]
FOLDER = "spool"
SECTOR = 512

Named = tuple[bytes, str, bytes]


class Names(Disk):
    """Names are durable with their folder's sync alone (fsync(2)); before, as far as one may go.

    A journaling file system keeps their order: what a cut leaves is a beginning of them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pending: list[Named] = []
        self.known: set[str] = set()

    def take(self, what: bytes, name: str, at: int, data: bytes) -> None:
        """One line of the log."""
        if what in (b"R", b"U"):
            self.pending.append((what, name, data))
        elif what == b"S" and name == FOLDER:
            self._settle(len(self.pending))
        else:
            if what == b"W" and name not in self.known:
                self.known.add(name)
                self.pending.append((b"C", name, b""))
            super().take(what, name, at, data)

    def _settle(self, count: int) -> None:
        done, self.pending = self.pending[:count], self.pending[count:]
        for what, name, data in done:
            if what in (b"R", b"U"):
                self.known.discard(name)
                super().take(what, name, 0, data)
                self.known |= {data.decode()} if what == b"R" else set()

    def cut(self, place: Path, random: Random) -> None:
        """See `Disk.cut`; a file whose name did not arrive is not there."""
        self._settle(random.randint(0, len(self.pending)))
        unnamed = {name for what, name, _ in self.pending if what == b"C"}
        for name in unnamed:
            self.durable.pop(name, None)
            self.waiting.pop(name, None)
        self.waiting = {name: [*_torn(changes, random)] for name, changes in self.waiting.items()}
        super().cut(place, random)


def _torn(changes: list[Change], random: Random) -> Iterator[Change]:
    """What was being written, by sectors in any order; of a page, a card may return anything."""
    parts = list[Change]()
    for at, data in changes:
        if data is None:
            parts.append((at, None))
            continue
        size = random.choice((SECTOR, PAGE))
        pieces = [(at + i, data[i : i + size]) for i in range(0, len(data), size)]
        spoils = size == PAGE and random.random() < 0.5
        parts += [(i, random.randbytes(PAGE) if spoils else piece) for i, piece in pieces]
    random.shuffle(parts)
    yield from parts


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What reached the disk while papers went through the spool."""
    folder = tmp_path_factory.mktemp("spool")
    state, log = folder / "state", folder / "log"
    state.mkdir()
    subprocess.run(
        [sys.executable, "-m", "tests.support.spool_victim", state],
        env=environment(built(folder), state, log), cwd=ROOT, check=True, timeout=60,
    )  # fmt: skip
    return log


def after(lines: list[tuple[bytes, str, int, bytes]]) -> tuple[Names, list[str]]:
    """The disk, and what was said by then."""
    disk, said = Names(), ""
    for what, name, at, data in lines:
        if name == "acknowledged":
            said += data.decode()
        else:
            disk.take(what, name, at, data)
    return disk, said.splitlines()


def allowed(said: list[str], script: list[str]) -> dict[int, set[str]]:
    """What each paper may be: as was said, or as the step that was under way makes it."""
    becomes = {"kept": "waits", "sent": "sent", "back": "waits", "gone": "none"}
    state: dict[int, set[str]] = {number: {"none"} for number in range(1, ROUNDS + 1)}
    for line in said:
        what, number = line.split()
        state[int(number)] = {becomes[what]}
    for line in script[len(said) : len(said) + 1]:
        what, number = line.split()
        state[int(number)] |= {becomes[what]}
    return state


@pytest.mark.parametrize(
    "tries", [range(2), pytest.param(range(2, 40), marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_after_a_power_cut_at_any_step_each_paper_is_what_was_said(
    tmp_path: Path, log: Path, caplog: pytest.LogCaptureFixture, tries: range
) -> None:
    lines = list(told(log))
    assert sum(what == b"S" for what, *_ in lines) > 4 * ROUNDS
    caplog.set_level(logging.ERROR)
    _, script = after(lines)
    for step in range(len(lines) + 1):
        for seed in tries:  # of what a cut may leave
            disk, said = after(lines[:step])
            place = tmp_path / f"{step}-{seed}"
            place.mkdir()
            disk.cut(place, Random(f"{step} {seed}"))
            found = papers(place)
            for number, may in allowed(said, script).items():
                assert found[number] in may, (step, number, said[-3:], lines[step - 1][:2])
            assert papers(place) == found, "the next start finds the same"
    assert {record.msg for record in caplog.records} == {
        "spool: a paper in %s is not whole, and is gone"
    }


def papers(place: Path) -> dict[int, str]:
    """What a start finds of each."""
    found = {number: "none" for number in range(1, ROUNDS + 1)}
    before = 0
    for slip in Spool(place / FOLDER).load():
        number = slip.paper.record
        assert number > before, "in order, and none twice"
        before = number
        found[number] = "sent" if slip.sent else "waits"
    return found
