"""The agent's disk is full while it has something to say: the till sells, its status says so."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.channel import interface
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import Nothing, Status
from pos_terminal.testing.running import run
from tests.needs import need
from tests.support.agent import AgentProcess, shown_all
from tests.support.mail_server import PASSWORD, MailServer, certificate, table
from tests.support.process import terminal
from tests.support.shop import write_settings


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB for the agent."""
    need(os.geteuid() == 0, "root, who may mount,", "sudo make test")
    place = tmp_path / "agent"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m,mode=700", "small", str(place)]
    subprocess.run(mount, check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def settings(server: MailServer, disk: Path) -> str:
    mail = table(server)
    (recipient,) = mail.pop("recipients")
    lines = [f"{key} = {json.dumps(value)}" for key, value in mail.items()]
    return "\n".join([
        '\n[agent]\nservices = ["health", "alerts"]',
        "[service.health]\nnetwork = false\nmemory_free = 0\nevery = 0.5",
        f'disks = ["{disk}"]\ndisk_free = 20',
        "[service.alerts]", *lines,
        "[[service.alerts.recipients]]", f'address = "{recipient["address"]}"\n',
    ])  # fmt: skip


@pytest.mark.slow
def test_a_full_disk_beside_it_is_said_by_a_till_that_sells_and_mailed_once_there_is_room(
    tmp_path: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "alerts-password").write_text(PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))

    async def told(till: AsyncClient, code: str) -> None:
        async with asyncio.timeout(60):
            while True:
                status: Status = await till.call(interface.STATUS, Nothing())
                if code in {each.code for each in status.incidents}:
                    assert status.selling
                    return
                await asyncio.sleep(0.1)

    async def body() -> None:
        wires = tmp_path / "wires"
        wires.mkdir()
        server = MailServer(certificate(tmp_path))
        agent = AgentProcess(tmp_path, till=tmp_path / "state")
        async with server.up(), agent, SimBench(wires) as bench:
            config = write_settings(tmp_path, bench.toml() + settings(server, small))
            async with terminal(config, tmp_path / "state") as till:
                await agent.start()
                await agent.until(lambda found: "alerts:letters" in shown_all(found))
                filler = small / "filler"
                with filler.open("wb", buffering=0) as file, suppress(OSError):
                    while True:
                        file.write(bytes(4096))
                await told(AsyncClient(tmp_path / "state" / "till"), "B-101")
                await bench.scanner.scan("3000100028864")
                await bench.display.wait_for(lambda screen: "BAGUETTE" in screen.line1)
                assert server.raw == []
                till.terminate()
            filler.unlink()  # it tries again after ten seconds, and services after their pauses
            await server.until(lambda s: any("B-101" in each for each in s.subjects), 90)
            await agent.stop()
        assert sum("[KO B-101]" in each for each in server.subjects) == 1

    run(body())
