"""Other settings, and the till's own process: it starts itself anew, and a kill gives them back."""

import asyncio
import json
import os
import socket
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from pos_driver_sim.bench import SimBench
from pos_terminal.channel import interface
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.configuration import Configuration, ConfigurationAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import DoAsked
from pos_terminal.runtime.shop_settings import ShopSettings
from pos_terminal.testing.running import PATIENCE, run
from tests.support.process import child
from tests.support.shop import write_settings


async def told(till: AsyncClient, *, other: str = "") -> Configuration:
    """The settings in force, once the till answers, and they are others than those."""
    async with asyncio.timeout(4 * PATIENCE):
        while True:
            try:
                found = await till.call(interface.CONFIGURATION, ConfigurationAsked())
                if found.sha256 != other:
                    return found
            except ChannelError:  # it is starting
                pass
            await asyncio.sleep(0.1)


async def tried(till: AsyncClient, base: str, path: str, value: str) -> Any:
    asked = {"base": base, "changes": [{"path": path, "value": value}]}
    done = await till.call(
        interface.DO, DoAsked("settings.try", Raw(json.dumps(asked).encode()))
    )
    return json.loads(bytes(done.result))["sha256"]


@pytest.mark.slow
def test_it_starts_itself_anew_and_a_kill_gives_them_back(tmp_path: Path) -> None:
    async def body() -> None:
        (tmp_path / "wires").mkdir()
        async with AsyncExitStack() as stack:
            ends = await stack.enter_async_context(SimBench(tmp_path / "wires"))
            manager = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            file, state = write_settings(tmp_path, ends.toml()), tmp_path / "state"
            call = (sys.executable, "-m", "pos_terminal", "run", "--config", file, "--state", state)
            till = AsyncClient(state / "till")
            manager.bind(str(tmp_path / "notify"))
            manager.settimeout(PATIENCE)
            env = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")}
            async with child(*call, stderr=asyncio.subprocess.DEVNULL, env=env) as process:
                before = await told(till)
                new = await tried(till, before.sha256, "shop.footer", '["Bonne fête"]')
                found = await told(till, other=before.sha256)
                assert found.sha256 == new and found.trial
                assert process.returncode is None, "the service manager has the same process"
                # Watched all the while, it is told to be alive right before and right after.
                heard = [manager.recv(4096).split(b"\nSTATUS", maxsplit=1)[0] for _ in range(3)]
                assert heard == [b"READY=1\nWATCHDOG=1", b"WATCHDOG=1", b"READY=1\nWATCHDOG=1"]
                process.kill()
                await process.wait()
            # What reads well, and the till cannot start with: its journal is another store's.
            text = file.read_text().replace("[terminal]\n", '[terminal]\nstore = "9"\n')
            ShopSettings(state).put(text.encode(), file.read_bytes(), 300)
            async with child(*call, stderr=asyncio.subprocess.DEVNULL) as process:
                assert (await told(till)).sha256 == before.sha256
                process.terminate()
                await process.wait()

    run(body())
