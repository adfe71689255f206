"""A really full disk, of the kind that a small partition has: ext4 with blocks of 1 KiB.

There a page of a file that is mapped may have no room under it, and touching it ends the program
by SIGBUS.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.journal.verify import verify
from tests.conftest import run
from tests.support import journal_victim
from tests.support.journaling import database, kept
from tests.support.small_disk import ext4

pytestmark = pytest.mark.slow
KIB = 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with ext4(tmp_path, 6, KIB) as place:
        yield place


def fill(disk: Path, leave: int) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(KIB))
        except OSError:
            file.truncate(max(0, file.tell() - leave))
    os.sync()


def sold(state: Path) -> tuple[int, list[int]]:
    """A till that sells until it ends, and what it acknowledged."""
    done = subprocess.run(
        [sys.executable, journal_victim.__file__, str(state), "3"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, [int(line) for line in done.stdout.split()]


@pytest.mark.parametrize("leave", [0, 36 * KIB, 48 * KIB, 64 * KIB, 140 * KIB])
def test_a_start_a_sale_and_a_verification_end_with_a_code(disk: Path, leave: int) -> None:
    state = disk / "state"
    _, before = sold(state)
    assert before
    fill(disk, leave)
    status, more = sold(state)
    assert status != -signal.SIGBUS
    asked = ["journal", "verify", "--state", str(state), "--json"]
    said = subprocess.run(
        [sys.executable, "-m", "pos_terminal", *asked],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert said.stdout, (said.returncode, said.stderr)
    found = json.loads(said.stdout)
    assert said.returncode == 0 or found["code"] == "J-102", found
    (disk / "filler").unlink()
    os.sync()
    run(kept(state, []))
    assert verify(database(state)).records >= max(before + more)
