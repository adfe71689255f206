"""A vocabulary for decades: newer versions write more, and an update can be taken back."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.domain.vocabulary import KINDS, may_be_passed_over
from pos_terminal.journal import upcast
from pos_terminal.journal.upcast import UPCASTS, Upcast

ROOT = Path(__file__).parents[2]
SELLER = Path(__file__).with_name("seller.py")
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


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The next minor version, as a tree of its own: a field more, two kinds more, a table more."""
    tree = tmp_path_factory.mktemp("newer")
    ignored = shutil.ignore_patterns("__pycache__", "locale")
    package = shutil.copytree(ROOT / "pos_terminal", tree / "pos_terminal", ignore=ignored)
    edits = {
        "__init__.py": ("__version__ = ", '__version__ = "99.1.0"  # '),
        "domain/events.py": (
            "    sale: int\n    catalog: str\n    origin: Origin | None = None\n",
            "    sale: int\n    catalog: str\n    origin: Origin | None = None\n"
            '    table: str = "12"\n',
        ),
        "journal/migrations.py": (
            "Migration(_EVIDENCE, breaking=True)",
            'Migration(_EVIDENCE, breaking=True), Migration("CREATE TABLE weather (text TEXT);")',
        ),
    }
    for name, (old, new) in edits.items():
        text = (package / name).read_text()
        assert old in text, name
        (package / name).write_text(text.replace(old, new, 1))
    stock = package / "domain" / "stock_events.py"
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
