"""The projection on a disk that fills up while it is open: ext4 with blocks of 1 KiB.

There the log's index has no room under it yet, and whoever touches it would end by SIGBUS.
"""

import os
from contextlib import closing
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.journal.errors import JournalError
from pos_terminal.projection.store import Projection
from tests.conftest import run
from tests.support.journaling import kept, ticket
from tests.support.small_disk import ext4

pytestmark = pytest.mark.slow
KIB = 1024


def test_it_takes_nothing_in_until_there_is_room_again(tmp_path: Path) -> None:
    with ext4(tmp_path, 6, KIB) as disk:
        state, filler = disk / "state", disk / "filler"
        run(kept(state, ticket(1, 1)))
        with closing(Projection(state)) as projection:
            room = os.statvfs(disk)
            filler.write_bytes(bytes(room.f_bavail * room.f_frsize - 100 * KIB))
            with pytest.raises(JournalError) as caught:
                projection.advance()
            assert (caught.value.fault, projection.seq) == (faults.DISK_FULL, 0)
            filler.unlink()
            assert not projection.advance()
            assert projection.seq == len(ticket(1, 1)) + 1
