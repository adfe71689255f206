"""Replays as a person starts them, and what is in their journal."""

import json
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.record import Record


def replay(
    capsys: pytest.CaptureFixture[str], catalog: Path, state: Path, day: Path, *more: str
) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of `pos-terminal replay`."""
    words = ["replay", "--catalog", str(catalog), "--state", str(state), "--json", *more, str(day)]
    status = main(words)
    return status, json.loads(capsys.readouterr().out)


def records(state: Path) -> list[Record]:
    """Everything in the journal."""
    with reading(state / NAME) as reader:
        return [Record.read(row.rec, row.hash) for row in reader.rows(0, 1_000_000)]
