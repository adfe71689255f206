"""What the service manager is told: whoever waited for the unit can ask the till at once."""

import asyncio
import socket
from pathlib import Path

import pytest

from pos_terminal.runtime import app
from pos_terminal.testing.running import run
from tests.support.shop import open_shop


def test_the_till_is_ready_once_it_can_be_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_door: list[str] = []
    told = asyncio.Event()

    def notify(*states: str) -> None:
        if "READY=1" in states:
            with socket.socket(socket.AF_UNIX) as client:
                at_the_door.append(str(client.connect_ex(str(tmp_path / "state" / "till"))))
            told.set()

    async def body() -> None:
        monkeypatch.setattr(app, "notify", notify)
        async with open_shop(tmp_path):
            await told.wait()

    run(body())
    assert at_the_door == ["0"]
