"""Support from afar: what it costs while nobody comes, while somebody is in, and at the counter.

Run as a program it is what a session asks of the till: the mirror followed, status and log each
second.
"""

import asyncio
import json
import os
import time
from asyncio.subprocess import DEVNULL, PIPE
from functools import partial
from pathlib import Path

from bench.figures import MIB, Figure, Setting, latencies
from bench.process import Memory, children, memory, memory_of
from bench.shop import open_shop
from bench.turns import be_beside, turns
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import (
    END_GRANT,
    GRANT,
    LOG,
    STATUS,
    WATCH,
    GrantAsked,
    GrantEnding,
    LogAsked,
    Nothing,
    Watching,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import GrantEnded, SupportClosed
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.testing.running import PATIENCE
from tests.support.agent import AgentProcess
from tests.support.process import child
from tests.support.relay import Relay, made, running
from tests.support.shop import Shop
from tests.support.supporting import FIRM, consent, staffed_shop

SCANS = 500
SSH_CHILD = b"pos_service_support.ssh_child"


def measure(setting: Setting) -> list[Figure]:
    """Memory and the time to a prompt; then scan to display beside a session, and quiet."""
    if os.geteuid() or not Path("/usr/sbin/sshd").exists():
        return []  # a relay's users are made in a namespace
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    folder = setting.directory / "session"
    await asyncio.to_thread(folder.mkdir)
    found = await _session(folder)
    async with open_shop(setting.directory / "support") as shop, shop.started() as terminal:
        await terminal.all_open(len(shop.ends.devices))
        beside = await turns(shop, "bench.support", setting.rounds(SCANS))
    return [
        *found,
        *latencies("support.scan", "scan to display, a session's questions beside it",
                   beside.busy, limit=("quiet", beside.quiet), p50_at_most=beside.bar),
    ]  # fmt: skip


async def _session(folder: Path) -> list[Figure]:
    bare = memory_of("import asyncio")
    async with made() as relay:
        os.environ["CREDENTIALS_DIRECTORY"] = str(relay.terminal)
        async with (
            running(relay),
            staffed_shop(folder / "shop", more=_settings(relay)) as shop,
            AgentProcess(folder, till=shop.state) as agent,
        ):
            await agent.start()
            await agent.until(lambda told: [s for s in told.services if s.service == "consent"])
            await asyncio.sleep(1.0)
            assert agent.process
            waiting = memory(agent.process.pid)
            begun = time.monotonic()
            relay.sign(await consent(shop))
            await relay.linked()
            async with child(
                "ssh", "-tt", "-F", relay.config(), "pos-1-2", stdin=PIPE, stdout=PIPE,
                stderr=DEVNULL,
            ) as process:  # fmt: skip
                assert process.stdout
                await process.stdout.readuntil(b"> ")
                prompt = time.monotonic() - begun
                (ssh,) = filter(_speaks_ssh, children(agent.process.pid))
                inside, served = memory(ssh), memory(agent.process.pid)
                await shop.type("ASSISTANCE")
                async with asyncio.timeout(PATIENCE):
                    await process.wait()
            revoked = await _revoked(shop)
    return [
        _memory("agent", "the agent with the service, nobody in", waiting, bare),
        _memory("agent_inside", "the agent, a supporter in", served, bare),
        _memory("ssh", "the SSH process, a supporter in", inside, bare),
        Figure(key="support.prompt", unit="s", value=round(prompt, 2),
               what="from the first key of ASSISTANCE to the supporter's prompt"),
        Figure(key="support.revoked", unit="ms", value=round(revoked, 1), at_most=100.0,
               what="from the key that ends it to a closed session, by the records' stamps"),
    ]  # fmt: skip


async def _revoked(shop: Shop) -> float:
    """Milliseconds between the record of the key and that of the closed session."""
    stamps: dict[type[Event], int] = {}
    assert shop.app.journal
    async for record in shop.app.journal.records():
        stamps[type(record.event)] = record.moment.mono
        if SupportClosed in stamps:
            break
    return abs(stamps[SupportClosed] - stamps[GrantEnded]) / 1000


def _speaks_ssh(pid: int) -> bool:
    return SSH_CHILD in Path(f"/proc/{pid}/cmdline").read_bytes()


def _memory(key: str, what: str, found: Memory, bare: Memory) -> Figure:
    limit = ("python -c 'import asyncio'", round(bare.resident, 1))
    return Figure(
        key=f"support.{key}", what=f"resident: {what}", unit=MIB, value=round(found.resident, 1),
        limit=limit,
    )  # fmt: skip


def _settings(relay: Relay) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in relay.settings.items()]
    return "\n".join([FIRM, '[agent]\nservices = ["support"]', "[service.support]", *lines, ""])


async def _mirror(till: Path, answers: list[int]) -> None:
    client = AsyncClient(till)
    granted = await client.call(GRANT, GrantAsked("bench", GrantLevel.OBSERVE, 3600))
    try:
        async for _ in client.follow(WATCH, Watching(granted.grant)):
            answers[0] += 1
    finally:  # there may be eight at once, and each stretch has one
        await client.call(END_GRANT, GrantEnding(granted.grant))


async def _ask(till: Path, answers: list[int], *, every: float) -> None:
    client = AsyncClient(till)
    while True:
        await client.call(STATUS, Nothing())
        await client.call(LOG, LogAsked(40))
        answers[0] += 2
        await asyncio.sleep(every)


if __name__ == "__main__":
    be_beside(_mirror, partial(_ask, every=1.0))
