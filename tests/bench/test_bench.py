"""The bench works and says what it should. No figure is judged here: the machine is shared."""

import asyncio
import json
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench.__main__ import PARTS
from bench.far_printer import far_printer
from bench.figures import Figure, latencies, quantile, table
from bench.machine import describe
from pos_service_console.listening import ALL
from pos_terminal.testing.running import run

ROOT = Path(__file__).parent.parent.parent
FIELDS = {"key", "what", "value", "unit", "limit", "at_most", "at_least", "verdict"}


def bench(folder: Path, *parts: str) -> list[dict[str, object]]:
    """Run parts of the bench as a person does, quickly; the figures of its JSON."""
    found = folder / "found.json"
    only = [word for part in parts for word in ("--only", part)]
    argv = [sys.executable, "-m", "bench", "--quick", *only]
    ended = subprocess.run(
        [*argv, "--json", str(found), "--dir", str(folder)],
        check=False, cwd=ROOT, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = json.loads(found.read_text())
    assert told["machine"]["cores"] >= 1 and told["quick"] is True
    figures: list[dict[str, object]] = told["figures"]
    assert all(str(figure["what"]) in ended.stdout for figure in figures)
    return figures


def whole(figures: list[dict[str, object]]) -> dict[object, dict[str, object]]:
    """By their keys, each with all that a figure has."""
    by_key = {figure["key"]: figure for figure in figures}
    assert len(by_key) == len(figures)
    for figure in figures:
        assert figure.keys() == FIELDS
        value = figure["value"]
        assert isinstance(value, int | float) and math.isfinite(value)
        has_bar = figure["at_most"] is not None or figure["at_least"] is not None
        assert figure["verdict"] in (("passed", "missed") if has_bar else (None,))
    return by_key


@pytest.mark.slow
def test_the_counters_devices_are_measured(tmp_path: Path) -> None:
    """All figures that are asked of them, but for a quarter of a core: not every box gives one."""
    by_key = whole(bench(tmp_path, "devices"))
    assert by_key["devices.burst.lost"]["value"] == 0
    wanted = {
        "devices.weight.p50", "devices.burst.p99", "devices.logo.p50", "devices.many.growth",
        "devices.replug.p99", "devices.idle", "devices.everything",
    }  # fmt: skip
    assert wanted <= set(by_key)


@pytest.mark.slow
def test_run(tmp_path: Path) -> None:
    """Parts that start the terminal, sell and print; each figure is whole, and nothing is lost."""
    by_key = whole(bench(tmp_path, "display", "rush", "receipt", "tickets", "payments"))
    assert by_key["tickets.lost"]["value"] == by_key["rush.lost"]["value"] == 0
    assert by_key["tickets.lost"]["verdict"] == "passed"
    for key in ("display.scan.p99", "rush.key.p99", "receipt.acknowledged.p50"):
        assert by_key[key]["verdict"], "it has a bar"
        assert by_key[key]["limit"], "and a limit of the same run"
    assert list(tmp_path.iterdir()) == [tmp_path / "found.json"], "scratch files are removed"


@pytest.mark.slow
def test_each_load_is_measured(tmp_path: Path) -> None:
    """Each was there, and of a thousand connections as many as may be."""
    by_key = whole(bench(tmp_path, "loads"))
    for load in ("print", "weight", "today", "idle"):
        assert by_key[f"loads.{load}.p50"]["verdict"] and by_key[f"loads.{load}.p99"]["verdict"]
        assert by_key[f"loads.{load}.times"]["value"]
    held = by_key["loads.idle.times"]["value"]
    assert isinstance(held, int) and held <= ALL


@pytest.mark.parametrize(
    ("value", "at_most", "at_least", "verdict"),
    [
        (10.0, 10.0, None, "passed"), (10.1, 10.0, None, "missed"), (0.7, None, 0.7, "passed"),
        (0.69, None, 0.7, "missed"), (5.0, None, None, ""),
    ],
)  # fmt: skip
def test_bar(value: float, at_most: float | None, at_least: float | None, verdict: str) -> None:
    """A bar holds at its very value."""
    figure = Figure(
        key="k", what="w", value=value, unit="ms", at_most=at_most, at_least=at_least
    )
    assert figure.verdict == verdict


def test_quantile() -> None:
    """The nearest rank, never between two values; the last of few."""
    hundred = [float(value) for value in range(100, 0, -1)]
    assert (quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)) == (50, 99, 100)
    assert quantile([3.0], 0.5) == 3
    assert quantile([1.0, 2.0], 0.99) == 2


def test_latencies_judge_only_the_quantile_with_a_bar() -> None:
    """Seconds in, milliseconds out, each beside the same quantile of the limit."""
    found = latencies("a", "b", [0.001] * 99 + [1.0], limit=("c", [0.002]), p99_at_most=1.5)
    assert [(figure.key, figure.value) for figure in found] == [
        ("a.p50", 1.0), ("a.p95", 1.0), ("a.p99", 1.0), ("a.max", 1000.0),
    ]  # fmt: skip
    assert [figure.verdict for figure in found] == ["", "", "passed", ""]
    assert found[2].limit == ("c, p99", 2.0)


def test_table() -> None:
    """A head, a rule, a line for each figure with its bar and verdict."""
    shown = table([
        Figure(key="k", what="memory", value=40.12, unit="MiB", limit=("python", 9.876), at_most=40)
    ])
    assert shown.splitlines()[2].split() == [
        "memory", "40.1", "MiB", "<=", "40", "missed", "9.88", "python",
    ]  # fmt: skip


def test_machine_tells_its_kind_and_no_path(tmp_path: Path) -> None:
    """What is published of the machine names no folder."""
    machine = describe(tmp_path)
    assert machine["file_system"] != "unknown" and machine["memory_mib"]
    assert not any("/" in str(value) for value in machine.values())


def test_far_printer_tells_receipts_apart() -> None:
    """A pulse behind a receipt and a question before the next belong to neither."""

    async def talk() -> None:
        async with far_printer() as far:
            reader, writer = await asyncio.open_connection("127.0.0.1", far.port)
            writer.write(b"Ticket 1-000001\x1dVB\x00\x1dr\x01\x1bp\x00\x32\x32")
            assert await reader.readexactly(1) == b"\x00"
            writer.write(b"\x10\x04\x01\x10\x04\x04")
            assert await reader.readexactly(2) == b"\x12\x12"
            writer.write(b"Ticket 1-000002\x1dVB\x00\x1dr\x01")
            assert await reader.readexactly(1) == b"\x00"
            jobs = [await far.job(), await far.job()]
            writer.close()
            await writer.wait_closed()
        assert [job.ticket for job in jobs] == ["1-000001", "1-000002"]
        assert all(job.first <= job.last <= job.answered for job in jobs)

    run(talk())


def test_every_part_is_described() -> None:
    """In the order in which they run."""
    page = (ROOT / "docs" / "bench.md").read_text()
    assert [part for part in re.findall(r"^## (.+)$", page, re.MULTILINE) if part in PARTS] == [
        *PARTS
    ]
