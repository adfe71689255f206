"""The made-up morning, and how it is shown."""

import asyncio
import os
import statistics
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.replay.day_sales import bars, columns
from pos_terminal.replay.demo_day import MOST_IN_A_MINUTE, demo_day
from pos_terminal.replay.ticket_file import read_tickets
from pos_terminal.testing.running import run


@pytest.mark.parametrize("seed", range(5))
def test_a_morning_is_like_that_of_a_real_shop(seed: int, tmp_path: Path) -> None:
    made = demo_day(seed)
    assert parse_catalog(made.catalog)[1] == ()
    file = tmp_path / "tickets.csv"
    file.write_bytes(made.tickets)
    tickets = list(read_tickets(file).tickets)
    totals = [sum(row.quantity * row.cents for row in t.rows) / 100_000 for t in tickets]
    lines = [len(t.rows) for t in tickets]
    assert 3.0 <= statistics.median(totals) <= 4.6
    assert 1.5 <= statistics.mean(lines) <= 2.2
    assert 0.4 <= lines.count(1) / len(lines) <= 0.6
    assert Counter(t.local.hour for t in tickets)[10] >= 100
    assert (
        max(Counter((t.local.hour, t.local.minute) for t in tickets).values()) <= MOST_IN_A_MINUTE
    )
    assert [t.local for t in tickets] == sorted(t.local for t in tickets)
    assert made == demo_day(seed)


def test_bars_stand_and_lie_in_proportion() -> None:
    assert columns([0, 4, 8, 16], 2) == ["   █", " ▄██"]
    assert columns([], 2) == ["", ""]
    assert [bar.count("█") for bar in bars({"A": 50, "B": 100, "C": -5}, 10)] == [5, 10, 0]


@pytest.mark.slow
def test_without_a_terminal_it_is_told_in_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--seed", "5"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("sale.closed") >= 400
    assert "*** SIMULATION ***" in out
    assert "Ventes par heure" in out
    assert "refused" not in out


@pytest.mark.slow
def test_in_a_terminal_it_draws_and_gives_the_terminal_back(tmp_path: Path) -> None:
    terminal = {"COLUMNS": "110", "LINES": "40", "TERM": "linux"}
    program = f"{sys.executable} -m pos_terminal demo --fast --seed 5"

    async def body() -> bytes:
        # script(1) gives it a terminal (util-linux, part of every Debian).
        child = await asyncio.create_subprocess_exec(
            "script", "--quiet", "--return", "--command", program, str(tmp_path / "typescript"),
            stdin=DEVNULL, stdout=PIPE, env={**os.environ, **terminal},
        )  # fmt: skip
        out, _ = await child.communicate()
        assert child.returncode == 0
        return out

    shown = run(body()).decode()
    before, live, after = (
        shown.partition("\x1b[?1049h")[0],
        *shown.split("\x1b[?1049h")[1].split("\x1b[?1049l"),
    )
    assert before == ""
    assert "╔══════════════════════╗" in live
    assert "tiroir OUVERT" in live
    assert "sale.closed" in live
    assert "\x1b[?25h" in live  # the cursor is back before the picture goes
    assert "Ventes par article" in after
