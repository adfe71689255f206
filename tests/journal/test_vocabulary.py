"""A vocabulary for decades: newer versions write more, and an update can be taken back."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.domain.events.vocabulary import KINDS, may_be_passed_over
from pos_terminal.journal import upcast
from pos_terminal.journal.upcast import UPCASTS, Upcast

ROOT = Path(__file__).parents[2]
SELLER = Path(__file__).parents[1] / "support" / "seller.py"
NEWER_EVENTS = '''

class Weather(Event, frozen=True, kw_only=True):
    """What the weather is like."""

    kind: ClassVar[str] = "note.weather"
    text: str


class Lottery(Event, frozen=True, kw_only=True):
    """Something that counts, and that an earlier version cannot count."""

    kind: ClassVar[str] = "lottery.drawn"
    text: str


STOCK_EVENTS = (*STOCK_EVENTS, Weather, Lottery)
'''

NEWER_STATE = (
    ("checkpoint.py", "\nVERSION = 1\n", "\nVERSION = 2\n"),
    ("checkpoint.py", "    operator: int\n    setup: Setup\n",
     "    operator: int\n    setup: Setup\n    begun: int = 0\n"),
    ("checkpoint.py", "            key=self.key,\n",
     "            key=self.key,\n            begun=self.state.begun,\n"),
    ("checkpoint.py", "        closed=running.closed,\n",
     "        closed=running.closed,\n        begun=running.begun,\n"),
    ("record.py", "    wrong: tries.Wrong = {}\n",
     "    wrong: tries.Wrong = {}\n    begun: int = 0\n"),
    ("record.py", "book=book, counts=counts, opened=opened)\n            case SaleClosed",
     "book=book, counts=counts, opened=opened, begun=self.begun + 1)\n            case SaleClosed"),
)  # fmt: skip
"""A running state that counts sales: fed by a kind that the version before writes, too."""


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next minor version, as a tree of its own: a field more, two kinds more, a table more."""
    tree = tmp_path_factory.mktemp("newer")
    ignored = shutil.ignore_patterns("__pycache__", "locale")
    package = shutil.copytree(ROOT / "pos_terminal", tree / "pos_terminal", ignore=ignored)
    edits = {
        "__init__.py": ("__version__ = ", '__version__ = "99.1.0"  # '),
        "domain/events/sale.py": (
            "    sale: int\n    catalog: str\n    origin: Origin | None = None\n",
            "    sale: int\n    catalog: str\n    origin: Origin | None = None\n"
            '    table: str = "12"\n',
        ),
        "journal/migrations.py": (
            "(Migration(_FIRST),)",
            '(Migration(_FIRST), Migration("CREATE TABLE weather (text TEXT);"))',
        ),
    }
    for name, (old, new) in edits.items():
        text = (package / name).read_text()
        assert old in text, name
        (package / name).write_text(text.replace(old, new, 1))
    for name, old, new in NEWER_STATE:
        text = (package / "journal" / name).read_text()
        assert text.count(old) == 1, (name, old)
        (package / "journal" / name).write_text(text.replace(old, new))
    stock = package / "domain" / "events" / "stock.py"
    stock.write_text(stock.read_text() + NEWER_EVENTS)
    return tree


def sell(tree: Path, state: Path, sales: int, *extras: str) -> dict[str, Any]:
    call = (sys.executable, str(SELLER), str(state), str(sales), *extras)
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(call, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_upgrade_sell_roll_back_sell_and_upgrade_again(newer: Path, tmp_path: Path) -> None:
    version = sell(ROOT, tmp_path, 2)["version"]
    assert sell(newer, tmp_path, 2, "note.weather") == {
        "version": "99.1.0",
        "sales": 4,
        "unknown": 0,
    }
    assert b'"table":"12"' in (tmp_path / "journal.db").read_bytes()
    assert sell(ROOT, tmp_path, 2) == {"version": version, "sales": 6, "unknown": 0}
    assert sell(newer, tmp_path, 2) == {"version": "99.1.0", "sales": 8, "unknown": 0}


def test_a_newer_checkpoint_is_gone_on_from_and_an_older_one_begins_anew(
    newer: Path, tmp_path: Path
) -> None:
    """Upgrade, sell, roll back, sell, upgrade, sell: each time enough for its own checkpoints."""
    sales = 0
    for tree in (ROOT, newer, ROOT, newer):
        sales += 150
        said = sell(tree, tmp_path, 150)
        assert (said["sales"], said["unknown"]) == (sales, 0), tree
        for other in (ROOT, newer):
            assert sell(other, shutil.copytree(tmp_path, newer / "copy"), 0)["sales"] == sales
            shutil.rmtree(newer / "copy")
    with closing(sqlite3.connect(tmp_path / "journal.db")) as db:
        bodies = [json.loads(body) for (body,) in db.execute("SELECT body FROM checkpoint")]
    versions = [body["v"] for body in bodies]
    assert [version for version, _ in groupby(versions)] == [1, 2, 1, 2]
    begun = [body["state"]["begun"] for body in bodies if body["v"] == 2]
    assert begun[-1] < 300, "it counts from the last checkpoint of the version before"


def test_a_checkpoint_of_another_build_stops_selling(newer: Path, tmp_path: Path) -> None:
    assert sell(newer, tmp_path, 1)["sales"] == 1
    breaking = newer / "pos_terminal" / "journal" / "checkpoint.py"
    text = breaking.read_text()
    breaking.write_text(text.replace("VERSION = 2\n", "VERSION = 1002\n"))
    assert sell(newer, tmp_path, 150)["sales"] == 151
    breaking.write_text(text)
    assert sell(newer, tmp_path, 1)["code"] == "J-106"


def test_a_kind_that_counts_is_kept_and_verifies_but_stops_selling(
    newer: Path, tmp_path: Path
) -> None:
    assert sell(newer, tmp_path, 2, "lottery.drawn")["unknown"] == 0
    back = sell(ROOT, tmp_path, 2)
    assert (back["code"], back["sales"], back["unknown"]) == ("J-106", 2, 1)
    assert sell(newer, tmp_path, 1)["sales"] == 3


def test_only_notes_may_be_passed_over() -> None:
    assert may_be_passed_over("note.weather")
    assert not any(may_be_passed_over(kind) for kind in KINDS)


def test_an_old_body_is_read_through_every_step_that_there_was() -> None:
    table = {
        "tax.a": Upcast("tax.b", lambda body: {"rate": body["percent"] * 100}),
        "tax.b": Upcast("tax.c", lambda body: {**body, "country": "FR"}),
    }
    assert upcast.upcast("tax.a", b'{"percent":20}', table) == (
        "tax.c",
        b'{"country":"FR","rate":2000}',
    )
    assert upcast.upcast("sale.closed", b"{}", table) == ("sale.closed", b"{}")


def test_what_is_read_otherwise_today_is_written_no_more() -> None:
    assert not set(UPCASTS) & set(KINDS)
