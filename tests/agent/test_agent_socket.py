"""`pos-terminal alerts` and the agent's socket: what is wrong, and who is told of it."""

import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from varlink.scanner import Interface

from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.socket import NAME, AgentMethods
from pos_terminal.channel import agent_interface
from pos_terminal.channel.agent_interface import HistoryAsked, MuteAsked
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.describe import described
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.agent import FakeTill, SetClock, agent, stores
from tests.support.mail_server import PASSWORD, MailServer, certificate, table

HOUR = 3600


async def alerts(folder: Path, *words: str) -> tuple[int, str]:
    """`pos-terminal alerts ...`: its exit status, and what it says."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "alerts", *words, "--agent", folder / "agent",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"TZ": "Asia/Tokyo"},
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.slow
def test_a_technician_lists_tries_and_mutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "alerts-password").write_text(PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))

    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        async with server.up():
            health = {"disks": ["/"], "disk_free": 101, "network": False, "memory_free": 0}
            till = FakeTill(tmp_path, ["health", "alerts"], health=health, alerts=table(server))
            async with till.up(), agent(tmp_path) as process:
                await process.until(lambda told: told.incidents)
                code, said = await alerts(tmp_path, "list", "--json")
                since = json.loads(said)["incidents"][0]["since"] / 1e6
                here = datetime.fromtimestamp(since, ZoneInfo("Europe/Paris"))
                code, said = await alerts(tmp_path, "list")
                assert code == 1 and "B-101 disk /" in said and "DISQUE PRESQUE PLEIN" in said
                assert f" {here:%d/%m/%Y %H:%M} " in said, "the shop's time, not the box's"
                await server.until(lambda s: s.subjects)
                server.thinks = 1.2  # under way at two looks
                assert (await alerts(tmp_path, "test")) == (0, "l'essai est parti\n")
                assert server.subjects[1:] == ["[ESSAI B-130] Boulangerie / caisse 1 / essai"]
                code, said = await alerts(tmp_path, "mute", "disk /", "--for", "2h")
                assert code == 0 and "muet" in said
                code, said = await alerts(tmp_path, "list", "--json")
                (row,) = json.loads(said)["incidents"]
                assert row["muted"] - json.loads(said)["now"] > HOUR * 1_000_000
                code, said = await alerts(tmp_path, "show", "disk /")
                assert code == 0 and "Libérer de la place" in said and " ouverte " in said
                assert (await alerts(tmp_path, "show", "nothing"))[0] == 1
        code, said = await alerts(tmp_path, "list")
        assert code == 1 and said.startswith("B-112 ") and "systemctl" in said
        assert (await alerts(tmp_path, "mute", "x", "--for", "2 hours"))[0] == 2

    run(body())


def test_without_a_service_a_test_says_so(tmp_path: Path) -> None:
    async def body() -> None:
        async with FakeTill(tmp_path).up(), agent(tmp_path) as process:
            await process.until(lambda told: told.till == "there")
            code, said = await alerts(tmp_path, "test")
            assert code == 1 and said.startswith("personne")
            assert await alerts(tmp_path, "list") == (0, "rien n'est en panne\n")

    run(body())


def test_a_mute_outlives_the_agent_and_ends(tmp_path: Path) -> None:
    async def body() -> None:
        clock = SetClock()
        async with stores(tmp_path) as opened:
            book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
            await book.mute("printer", 2 * HOUR)
        async with stores(tmp_path) as opened:
            book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
            assert book.muted_until("printer") and not book.muted_until("scale")
            clock.go(2 * HOUR + 1)
            assert not book.muted_until("printer")
            clock.go(-400 * 24 * HOUR)
            assert not book.muted_until("printer"), "the clock was set back by a year"

    run(body())


def test_nobody_else_is_answered(tmp_path: Path) -> None:
    async def none() -> dict[str, object]:
        return {}

    async def body() -> None:
        async with stores(tmp_path) as opened:
            book = await IncidentBook.open(opened.worker("agent", SCHEMA), SetClock())
            methods = AgentMethods(book, SetClock().utc, str, none)  # type: ignore[arg-type]
            stranger = Peer(uid=65534, gid=65534, pid=1)
            for answer in (
                methods._alerts(stranger, Nothing()),
                methods._history(stranger, HistoryAsked()),
                methods._mute(stranger, MuteAsked("till", 60)),
                methods._test(stranger, Nothing()),
            ):
                with pytest.raises(ChannelError) as refused:
                    await answer
                assert refused.value.fault is faults.NOT_GRANTED

    run(body())


def test_a_mute_has_bounds(tmp_path: Path) -> None:
    async def body() -> None:
        async with FakeTill(tmp_path).up(), agent(tmp_path) as process:
            await process.until(lambda told: told.till == "there")
            client = AsyncClient(tmp_path / "agent" / NAME)
            for subject, seconds in (("", 60), ("x" * 101, 60), ("x", 10**9), ("x", -1)):
                with pytest.raises(ChannelError) as refused:
                    await client.call(agent_interface.MUTE, MuteAsked(subject, seconds))
                assert refused.value.fault is faults.BAD_REQUEST

    run(body())


def test_its_description_is_varlink() -> None:
    text = described(agent_interface.INTERFACE, agent_interface.METHODS)
    members = Interface(text).members
    assert {f"{agent_interface.INTERFACE}.{name}" for name in members} >= {
        method.name for method in agent_interface.METHODS
    }
