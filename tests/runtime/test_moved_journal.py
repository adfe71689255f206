"""A till whose journal was moved away under it stops, says so, and loses nothing that it sold."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from pos_driver_sim.display import DisplayEnd
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.journal.verify import verify
from pos_terminal.testing.running import run
from tests.support.journaling import database
from tests.support.shop import open_shop

OPEN = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM journal").fetchone()
print("read", flush=True)
sys.stdin.read()
"""


@contextmanager
def somebody_who_has_read(journal: Path) -> Iterator[None]:
    """Another program with the journal open, idle, as the agent and support have it."""
    command = [sys.executable, "-c", OPEN, str(journal)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "read\n"
        yield
        other.communicate()


@pytest.mark.slow
def test_a_log_that_is_removed_stops_it_until_all_is_in_the_file_again(tmp_path: Path) -> None:
    async def body() -> None:
        port = tmp_path / "facing"
        facing = '[devices.facing]\nclass = "display"\ndriver = "vfd"\nrole = "customer"\n'
        facing += f'serial = {{ port = "{port}" }}\n'
        async with DisplayEnd(port) as end, open_shop(tmp_path / "shop", more=facing) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            await end.wait_for(lambda screen: "MERCI" in screen.line2)
            # The writer is not the last to close then, and only the last one has SQLite take the
            # log in of itself.
            with somebody_who_has_read(database(shop.state)):
                (shop.state / "journal.db-wal").unlink()
                await shop.type("1 PLU")
                await shop.shows("J-104")
                await end.wait_for(lambda screen: "CAISSE FERMEE" in screen.line1)
                await shop.shows("BONJOUR")
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed, 2)
            found = await shop.journaled(TechnicalEvent)
            (defect,) = (each for each in found if each.code == jet.INTEGRITY)
            assert "journal.db-wal : ce nom ne mène plus" in defect.detail

    run(body())
    assert verify(database(tmp_path / "shop" / "state")).counts.sale == 2


def test_an_earlier_copy_in_its_place_is_not_sold_upon_until_the_right_one_is_back(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        state, aside = tmp_path / "shop" / "state", tmp_path / "aside"
        async with open_shop(tmp_path / "shop") as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
        copy = tmp_path / "copy"
        state.rename(copy)
        shutil.copytree(copy, state)
        async with open_shop(tmp_path / "shop") as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed, 2)
            state.rename(aside)
            copy.rename(state)
            await shop.type("1 PLU")
            await shop.shows("J-104")
            assert verify(database(state)).counts.sale == 1, "it is whole in itself"
            state.rename(copy)
            aside.rename(state)
            await shop.shows("BONJOUR")
            await shop.type("C 1 PLU CASH")
            await shop.journaled(SaleClosed, 3)

    run(body())
    assert verify(database(tmp_path / "shop" / "state")).counts.sale == 3
