"""The writer lets the file go: whoever reads meanwhile, it ends, and nothing is lost."""

import re
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from pos_terminal.journal.store import Journal
from pos_terminal.journal.verify import verify
from pos_terminal.journal.wal import LAST_WAIT
from pos_terminal.storage.sqlite import connect
from tests.conftest import run
from tests.support.journaling import IDENTITY, SIGN_ON, database, moment

UNIT = Path(__file__).parents[2] / "systemd" / "pos-terminal.service"


def test_a_reader_that_never_ends_is_said_and_keeps_no_till_from_stopping(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> None:
        journal = Journal.open(tmp_path, IDENTITY)
        await journal.append([SIGN_ON], moment())
        with closing(connect(database(tmp_path), "", apsw.SQLITE_OPEN_READONLY)) as reader:
            reader.execute("BEGIN")
            before = reader.execute("SELECT count(*) FROM journal").get
            await journal.append([SIGN_ON], moment())
            await journal.close()
            assert "goes on reading an earlier state" in caplog.text
            assert reader.execute("SELECT count(*) FROM journal").get == before

    run(body())
    assert verify(database(tmp_path)).records == 3, "the keys, and what both appends brought"
    (stop,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNIT.read_text(), re.M)
    assert int(stop) * 1000 > LAST_WAIT
