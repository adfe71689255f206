"""The agent that watches and mails beside a till: what it holds, what it writes, what it costs.

The agent's runtime directory lies in memory, as its unit's does. What it holds is read once a mail
has gone through TLS to a server on loopback. Bytes written are what the kernel counts for the
process (proc_pid_io(5), write_bytes) over some quiet minutes, of which the hour is reckoned:
whatever an idle agent does, it does every ten minutes or more often. Incidents are reported at the
till's socket by turns with quiet stretches of the same run, 1,000 a minute.
"""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import MIB, Figure, Setting, latencies, quantile
from bench.process import memory
from bench.shop import PATIENCE, Ends, barcode, name, open_shop
from pos_terminal.agent import status
from pos_terminal.channel import interface
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import ReportAsked
from tests.support.mail_server import OWNER, PASSWORD, USER, MailServer, certificate

SETTLING, QUIET = 60.0, 600.0
"""Seconds until a new agent has written what it writes once; and those that are counted."""

SCANS, STRETCH, PAUSE = 400, 20, 0.02
A_MINUTE = 1000
MEMORY_BAR, WRITTEN_BAR, SLOWER = 40.0, 1.0, 1.10


def measure(setting: Setting) -> list[Figure]:
    """Memory, bytes of an idle hour, and scan to display while incidents come."""
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    folder = setting.folder("alerts")
    server = MailServer(certificate(folder))
    async with (
        server.up(),
        open_shop(folder / "shop", more=_tables(server)) as shop,
        shop.started() as terminal,
    ):
        await terminal.all_open(len(shop.ends.devices))
        async with _agent(folder, shop.state) as (agent, environ):
            await _test(folder / "agent", environ)
            await server.until(lambda s: s.raw, PATIENCE)
            held = memory(agent.pid).resident
            await asyncio.sleep(1 if setting.quick else SETTLING)
            before, span = _written(agent.pid), 2 if setting.quick else QUIET
            await asyncio.sleep(span)
            written = (_written(agent.pid) - before) * 3600 / span / 2**20
            quiet, busy = await _turns(shop.ends, shop.state, setting.rounds(SCANS))
    bar = quantile(quiet, 0.5) * 1000 * SLOWER
    return [
        Figure(key="alerts.memory", what="resident, the agent with health and mail", unit=MIB,
               value=round(held, 1), at_most=MEMORY_BAR),
        Figure(key="alerts.written", unit=MIB, at_most=WRITTEN_BAR, value=round(written, 2),
               what=f"written by it in an idle hour of an open incident, of {span:.0f} s"),
        *latencies("alerts.scan", f"scan to display, {A_MINUTE} incidents a minute", busy,
                   limit=("quiet", quiet), p50_at_most=round(bar, 3)),
    ]  # fmt: skip


def _tables(server: MailServer) -> str:
    mail = {"server": "127.0.0.1", "port": server.port, "user": USER, "sender": USER,
            "ca": str(server.pem), "digest": ""}  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}" for key, value in mail.items()]
    return "\n".join([
        '\n[agent]\nservices = ["health", "alerts"]',
        "[service.health]\ndisk_free = 101",  # an incident that stays: it is seen again and again
        "[service.alerts]", *lines,
        f'recipients = [{{ address = "{OWNER}" }}]\n',
    ])  # fmt: skip


@asynccontextmanager
async def _agent(folder: Path, till: Path) -> AsyncIterator[tuple[Process, dict[str, str]]]:
    """It, and the environment by which its socket is found."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "alerts-password").write_text(PASSWORD)
    with TemporaryDirectory(dir="/dev/shm") as place:
        runtime = Path(place) / status.RUNTIME.name
        runtime.mkdir()
        environ = {**os.environ, "RUNTIME_DIRECTORY": str(runtime)}
        agent = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pos_terminal", "agent", "--state", str(folder / "agent"),
            "--till", str(till), stderr=DEVNULL,
            env={**environ, "CREDENTIALS_DIRECTORY": str(secrets)},
        )  # fmt: skip
        try:
            yield agent, environ
        finally:
            agent.terminate()
            await agent.wait()


async def _test(agent: Path, environ: dict[str, str]) -> None:
    """Have a test mailed, once the agent is there to be asked."""
    async with asyncio.timeout(PATIENCE):
        while True:
            asked = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pos_terminal", "alerts", "test", "--agent", str(agent),
                stdout=DEVNULL, stderr=DEVNULL, env=environ,
            )  # fmt: skip
            if not await asked.wait():
                return
            await asyncio.sleep(0.2)


def _written(pid: int) -> int:
    """Bytes that the process has caused to be written to a disk."""
    lines = Path(f"/proc/{pid}/io").read_text().splitlines()
    return int(dict(line.split(": ") for line in lines)["write_bytes"])


async def _turns(ends: Ends, state: Path, count: int) -> tuple[list[float], list[float]]:
    """Scan to display in stretches, quiet and with incidents by turns."""
    quiet: list[float] = []
    busy: list[float] = []
    till = AsyncClient(state / "till", patience=PATIENCE)
    for _ in range(max(1, count // STRETCH)):
        quiet += await _scans(ends)
        async with asyncio.TaskGroup() as group:
            reporting = group.create_task(_report(till))
            busy += await _scans(ends)
            reporting.cancel()
    return quiet, busy


async def _report(till: AsyncClient) -> None:
    """Incidents that open and recover, so many a minute."""
    number = 0
    while True:
        number += 1
        asks = ReportAsked(f"bench {number // 2 % 20}", "P-103", recovered=bool(number % 2))
        await till.call(interface.REPORT, asks)
        await asyncio.sleep(60 / A_MINUTE)


async def _scans(ends: Ends) -> list[float]:
    taken = []
    for index in range(STRETCH):
        plu = 1 + index % 6
        before, sent = len(ends.display.frames), time.monotonic()
        await ends.scanner.scan(barcode(plu))
        taken.append(await ends.frame(before, name(plu)) - sent)
        await asyncio.sleep(PAUSE)
    before = len(ends.display.frames)
    await ends.type("CASH")
    await ends.frame(before, "MERCI")
    return taken
