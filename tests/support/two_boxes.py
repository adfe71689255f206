"""Two boxes of which one passes its till to the other, and the stick between them."""

import json
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.journal.commissioning import waits
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.store import Journal
from pos_terminal.storage import secret_file
from tests.conftest import run
from tests.support.journaled import IDENTITY, days

SETTINGS = """\
[shop]
name = "Au Bon Pain"
header = ["../secret"]

[terminal]
store = "boulangerie"
number = "2"
catalog = "articles/pain.csv"
"""
"""A line of text that happens to lead out of the settings' folder takes nothing along."""


class Boxes:
    """An old box that has sold for a day, a new one, and the stick between them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.old, self.new, self.stick = (folder / name for name in ("old", "new", "stick"))
        self._folder, self._capsys = folder, capsys
        days(self.old, 1)
        self.stick.mkdir()
        (folder / "secret").write_text("of another's")
        settings = folder / "old.etc"
        (settings / "articles").mkdir(parents=True)
        (settings / "terminal.toml").write_text(SETTINGS)
        (settings / "articles" / "pain.csv").write_text("plu,name,price\n1,Pain,1.30\n")
        secret_file.make(self.old / "keys" / "vouchers.key", 32)

    def line(self, state: Path, *words: str | Path) -> tuple[int, Any]:
        """The exit status of a command on that state, and what it says."""
        config = state.with_name(f"{state.name}.etc") / "terminal.toml"
        call = [*map(str, words), "--state", str(state), "--config", str(config), "--json"]
        status = main(call)
        said = self._capsys.readouterr().out
        return status, json.loads(said) if said else None

    def asks(self, state: Path | None = None) -> str:
        status, said = self.line(state or self.new, "handover", "in", self.stick)
        assert (status, said["taken"]) == (0, False)
        return str(said["key"])

    def gives(self, key: str) -> tuple[int, Any]:
        return self.line(self.old, "handover", "out", self.stick, "--to", key[:12])

    def takes(self, state: Path | None = None) -> tuple[int, Any]:
        return self.line(state or self.new, "handover", "in", self.stick)

    def sells(self, state: Path) -> bool:
        """Whether a till may sell there, and for good."""
        if waits(state) or not (state / "journal.db").exists():
            return False
        try:
            run(Journal.open(state, IDENTITY).close())
        except JournalError:
            return False
        return True
