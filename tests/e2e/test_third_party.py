"""A driver by other hands: built as a wheel, installed beside the terminal, found, and selling."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.testing.running import PATIENCE
from tests.support.shop import CATALOG
from tests.support.wheels import built_and_installed

BAGUETTE = "3000100028864"
SETTINGS = """[shop]
name = "Boulangerie"

[terminal]
catalog = "catalog.csv"
plugins = ["foo"]

[devices.scanner]
class = "scanner"
driver = "foo"
pipe = "{pipe}"
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the built wheel is installed in, which nothing but PYTHONPATH knows of."""
    return built_and_installed("pos-driver-foo", tmp_path_factory.mktemp("third-party"))


def environment(site: Path | None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(site) if site else ""}


def terminal(site: Path | None, *arguments: str | Path) -> Any:
    """What a command of the terminal's says as JSON, whatever its exit status."""
    command = [sys.executable, "-m", "pos_terminal", *map(str, arguments), "--json"]
    done = subprocess.run(
        command, env=environment(site), capture_output=True, timeout=60, check=False
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def running(site: Path, config: Path, state: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "pos_terminal", "run"]
    command += ["--config", str(config), "--state", str(state)]
    with subprocess.Popen(command, env=environment(site), stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=60)
        assert process.returncode == 0, told.decode()


def records(state: Path, kind: str) -> list[Any]:
    shown = terminal(None, "journal", "show", "--state", state)
    return [each["record"] for each in shown if each.get("record", {}).get("kind") == kind]


def test_it_is_listed_with_its_version(installed: Path, tmp_path: Path) -> None:
    config = write_shop(tmp_path)
    ((listing,), (without,)) = (
        terminal(site, "plugins", "--config", config) for site in (installed, None)
    )
    assert {
        "name": "foo", "version": "3.1.4", "status": "enabled", "why": "",
    } in listing["plugins"]  # fmt: skip
    assert {
        "name": "foo", "version": "-", "status": "stopped", "why": "non installé",
    } in without["plugins"]  # fmt: skip


def test_its_settings_are_checked(installed: Path, tmp_path: Path) -> None:
    config = write_shop(tmp_path)
    assert terminal(installed, "config", "check", "--config", config)[0]["good"]
    config.write_text(config.read_text().replace("pipe =", "pip ="))
    (checked,) = terminal(installed, "config", "check", "--config", config)
    assert [(p["line"], p["key"]) for p in checked["problems"]] == [
        (11, "devices.scanner.pip"),
        (8, "devices.scanner"),
    ]


def test_it_sells(installed: Path, tmp_path: Path) -> None:
    config, state = write_shop(tmp_path), tmp_path / "state"
    with running(installed, config, state) as process:
        pipe = os.open(tmp_path / "pipe", os.O_RDWR)
        try:
            os.write(pipe, f"{BAGUETTE}\n".encode())
            deadline = time.monotonic() + 3 * PATIENCE
            while not (state / "journal.db").exists() or not records(state, "line.sold"):
                assert process.poll() is None, "the terminal ended"
                assert time.monotonic() < deadline, "nothing was sold"
                time.sleep(0.1)
        finally:
            os.close(pipe)
    (line,) = records(state, "line.sold")
    assert line["body"]["name"] == "BAGUETTE"
    assert (line["body"]["entry"], line["body"]["code"]) == ("scan", BAGUETTE)


def write_shop(folder: Path) -> Path:
    (folder / "catalog.csv").write_text(CATALOG)
    os.mkfifo(folder / "pipe")
    config = folder / "terminal.toml"
    config.write_text(SETTINGS.format(pipe=folder / "pipe"))
    return config
