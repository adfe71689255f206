"""The agent that watches and mails beside a till: what it holds, what it writes, what it costs.

The agent's runtime directory lies in memory, as its unit's does. What it holds is read once a mail
has gone through TLS to a server on loopback. Incidents are reported at the till's socket by another
program, 1,000 a minute. Bytes written are what the kernel counts for the process (proc_pid_io(5),
write_bytes) in a whole hour of an open incident, its reminder among them, by an agent whose clock
and event loop run sixty times as fast: what it does in an hour it does in a minute.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.fast_agent import FASTER
from bench.figures import MIB, Figure, Setting, latencies
from bench.process import memory
from bench.shop import PATIENCE, open_shop
from bench.turns import be_beside, turns
from pos_terminal.agent import status
from pos_terminal.channel import interface
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import ReportAsked
from tests.support.mail_server import OWNER, PASSWORD, USER, MailServer, certificate
from tests.support.process import child

HOUR = 3600 / FASTER
SETTLING = 60 / FASTER
"""Seconds until a new agent has written what it writes once."""

NEVER_FREE = 101
"""Percent of a disk: an incident that stays, and is seen again and again."""

SCANS = 400
A_MINUTE = 1000
MEMORY_BAR, WRITTEN_BAR = 40.0, 1.0


def measure(setting: Setting) -> list[Figure]:
    """Memory, bytes of an hour, and scan to display while incidents come."""
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    folder = setting.folder("alerts")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "alerts-password").write_text(PASSWORD)
    server = MailServer(certificate(folder))
    async with (
        server.up(),
        open_shop(folder / "shop", more=mailing(server)) as shop,
        shop.started() as terminal,
    ):
        await terminal.all_open(len(shop.ends.devices))
        async with agent_beside(folder, shop.state, "pos_terminal", "agent") as agent:
            await server.until(lambda s: s.raw, PATIENCE)
            held = memory(agent.pid).resident
            found = await turns(shop, "bench.alerts", setting.rounds(SCANS))
        before = len(server.raw)
        async with agent_beside(folder, shop.state, "bench.fast_agent") as agent:
            await server.until(lambda s: len(s.raw) > before, PATIENCE)
            await asyncio.sleep(SETTLING)
            begun = written(agent.pid)
            await asyncio.sleep(2 if setting.quick else HOUR)
            mib = (written(agent.pid) - begun) / 2**20
    return [
        Figure(key="alerts.memory", what="resident, the agent with health and mail", unit=MIB,
               value=round(held, 1), at_most=MEMORY_BAR),
        Figure(key="alerts.written", unit=MIB, at_most=WRITTEN_BAR, value=round(mib, 2),
               what="written by it in an hour of an open incident"),
        *latencies("alerts.scan", f"scan to display, {A_MINUTE} incidents a minute", found.busy,
                   limit=("quiet", found.quiet), p50_at_most=found.bar),
    ]  # fmt: skip


def mailing(server: MailServer, disk_free: int = NEVER_FREE) -> str:
    """The tables of an agent that watches, and mails there of a disk that has less free."""
    mail = {"server": "127.0.0.1", "port": server.port, "user": USER, "sender": USER,
            "ca": str(server.pem), "digest": ""}  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}" for key, value in mail.items()]
    return "\n".join([
        '\n[agent]\nservices = ["health", "alerts"]',
        f"[service.health]\ndisk_free = {disk_free}",
        "[service.alerts]", *lines,
        f'recipients = [{{ address = "{OWNER}" }}]\n',
    ])  # fmt: skip


@asynccontextmanager
async def agent_beside(folder: Path, till: Path, *command: str) -> AsyncIterator[Process]:
    """An agent, in a directory of its own."""
    with TemporaryDirectory(dir="/dev/shm") as place:
        runtime = Path(place) / status.RUNTIME.name
        runtime.mkdir()
        secrets = folder / "secrets"
        call = ("-m", *command, "--state", str(folder / command[0]), "--till", str(till))
        given = {"RUNTIME_DIRECTORY": str(runtime), "CREDENTIALS_DIRECTORY": str(secrets)}
        async with child(sys.executable, *call, stderr=DEVNULL, env=os.environ | given) as agent:
            yield agent


def written(pid: int) -> int:
    """Bytes that the process has caused to be written to a disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["write_bytes"])


async def _report(till: Path, answers: list[int]) -> None:
    """Incidents that open and recover, so many a minute."""
    client = AsyncClient(till, patience=PATIENCE)
    for number in count(1):
        asks = ReportAsked(f"bench {number // 2 % 20}", "P-103", recovered=bool(number % 2))
        await client.call(interface.REPORT, asks)
        answers[0] += 1
        await asyncio.sleep(60 / A_MINUTE)


if __name__ == "__main__":
    be_beside(_report)
