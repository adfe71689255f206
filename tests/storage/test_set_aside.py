"""A disk that somebody else filled: what the file system set aside for the till is the till's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from pos_terminal.storage.sqlite import ROOM
from tests.support.small_disk import ext4

FSTAB = Path(__file__).parents[2] / "image" / "overlay" / "etc" / "fstab"
TILL, AGENT = 900, 902
"""The users of a flashed box (image/usr/lib/sysusers.d)."""

AS = """
import os, sys
from pathlib import Path
import apsw
from pos_terminal.storage.sqlite import connect, writing
user, path = int(sys.argv[1]), Path(sys.argv[2])
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
"""
WRITES = """
db = connect(path, "", apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
db.pragma("journal_mode", "wal")
with writing(db):
    db.execute("CREATE TABLE IF NOT EXISTS t (x)")
    db.execute("INSERT INTO t VALUES (zeroblob(65536))")
"""
FILLS = """
try:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
except OSError:
    pass
"""


def options() -> str:
    """How the image mounts its data, less what is systemd's."""
    (line,) = (line for line in FSTAB.read_text().splitlines() if " /data " in line)
    return ",".join(each for each in line.split()[3].split(",") if not each.startswith("x-"))


def by(user: int, does: str, path: Path) -> str:
    """What a program of that user's says of its failure; nothing where it has none."""
    command = [sys.executable, "-c", AS + does, str(user), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return ran.stderr


@pytest.fixture
def disk() -> Iterator[Path]:
    """Mounted where others may go, too."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        with ext4(Path(folder), 64, aside=10, options=f"loop,{options()}") as disk:
            for user in (TILL, AGENT):
                (disk / f"{user}").mkdir()
                os.chown(disk / f"{user}", user, user)
            yield disk


@pytest.mark.slow
def test_a_till_writes_where_its_neighbour_filled_the_disk(disk: Path) -> None:
    databases = {user: disk / f"{user}" / "a.db" for user in (TILL, AGENT)}
    assert [by(user, WRITES, path) for user, path in databases.items()] == ["", ""]
    assert by(AGENT, FILLS, disk / f"{AGENT}" / "filler") == ""
    left = os.statvfs(disk)
    assert left.f_bavail * left.f_frsize < ROOM < left.f_bfree * left.f_frsize
    assert "FullError" in by(AGENT, WRITES, databases[AGENT])
    assert by(TILL, WRITES, databases[TILL]) == ""
