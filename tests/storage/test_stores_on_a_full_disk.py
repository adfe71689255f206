"""Personal data and a plug-in's store on a disk that is really full: ext4 with blocks of 1 KiB.

Whatever was acknowledged is there, and nothing else: of a commit that a full disk cuts short SQLite
says that it failed, and has it all the same once it is opened again.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from tests.support import person_adder
from tests.support.people import held, opened
from tests.support.small_disk import ext4

pytestmark = pytest.mark.slow

PLUGIN = """
import asyncio, os, sys
from pathlib import Path
from pos_terminal.agent.stores import Stores

async def main():
    store = Stores(Path(sys.argv[1]), print).worker("plugin", "CREATE TABLE kept (n, what)")
    for n in range(os.getpid() * 100_000, sys.maxsize):
        await store.do(lambda db: db.execute("INSERT INTO kept VALUES (?, randomblob(300))", (n,)))
        print(n, flush=True)

asyncio.run(main())
"""


def of_persons(state: Path) -> set[str]:
    persons = opened(state)
    there = {item.label.person for item in persons.repository.all()}
    assert all(held(persons, person) for person in there)
    persons.close()
    return there


def of_a_plugin(state: Path) -> set[str]:
    db = apsw.Connection(str(state / "plugin.db"))
    there = {str(n) for (n,) in db.execute("SELECT n FROM kept")}
    db.close()
    return there


def until_it_is_full(words: list[str]) -> set[str]:
    """What a program acknowledged that goes on until it is refused."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert "KiB are left" in done.stderr, done.stderr[-400:]
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("program", "there"),
    [([person_adder.__file__], of_persons), (["-c", PLUGIN], of_a_plugin)],
    ids=["persons", "plugin"],
)
def test_what_was_acknowledged_is_all_that_is_there(
    tmp_path: Path, program: list[str], there: Callable[[Path], set[str]]
) -> None:
    with ext4(tmp_path, 3, 1024) as disk:
        (disk / "ballast").write_bytes(bytes(512 * 1024))
        (state := disk / "state").mkdir()
        words = [sys.executable, *program, str(state)]
        # Twice: the first one's log is taken in as it ends, and what that frees fits another few.
        told = until_it_is_full(words) | until_it_is_full(words)
        assert told
        (disk / "ballast").unlink()
        assert there(state) == told
