"""What the terminal holds in memory: ready, after its first receipt, after two hundred."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from bench.figures import MIB, Figure, Setting
from bench.picture import write_picture
from bench.process import Memory, children, memory, memory_of
from bench.shop import PATIENCE, Ends, Terminal, open_shop
from tests.support.process import child

RECEIPTS = 200
LINES = 20
LOGO = (384, 120)
"""Dots."""
REST = 1.0
READY_BAR, RECEIPT_BAR = 38.0, 52.0
AGENT_BAR = 25.0


def measure(setting: Setting) -> list[Figure]:
    """Resident memory with every device open, and what receipts with a logo add to it."""
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    folder = setting.directory / "memory"
    receipts = setting.rounds(RECEIPTS)
    logo = write_picture(setting.directory / "logo.png", *LOGO)
    bare = memory_of("import asyncio")
    async with open_shop(folder, logo=str(logo)) as shop, shop.started() as terminal:
        helper = await _helper(terminal)
        await terminal.all_open(len(shop.ends.devices))
        await asyncio.sleep(REST)
        ready = memory(terminal.pid)
        await _sell(shop.ends, 2)
        await asyncio.sleep(REST)
        first = memory(terminal.pid)
        half = memory(terminal.pid)
        for receipt in range(receipts):
            if receipt == receipts // 2:
                half = memory(terminal.pid)
            await _sell(shop.ends, LINES)
        last = memory(terminal.pid)
        beside = await _agent(setting.directory / "agent", folder / "state")
    return [
        Figure(key="memory.asyncio", what="resident: python -c 'import asyncio'",
               value=round(bare.resident, 1), unit=MIB),
        *_split("ready", "all devices open", ready, bare, READY_BAR),
        *_split("first_receipt", "after the first receipt", first, bare, RECEIPT_BAR),
        *_split("last_receipt", f"after {receipts} receipts of {LINES} lines with a logo", last,
                bare, RECEIPT_BAR),
        Figure(key="memory.growth", unit="KiB", what="growth per receipt over the second half",
               value=round((last.anonymous - half.anonymous) * 2048 / receipts, 2)),
        Figure(key="memory.helper", unit=MIB, value=round(helper, 1),
               what="resident: the printer profile's own process, gone within a second"),
        *_split("agent", "the agent beside it, no service enabled", beside, bare, AGENT_BAR),
    ]  # fmt: skip


def _split(key: str, what: str, found: Memory, bare: Memory, bar: float) -> list[Figure]:
    name = "python -c 'import asyncio'"
    return [
        Figure(key=f"memory.{key}.resident", what=f"resident, {what}", unit=MIB, at_most=bar,
               value=round(found.resident, 1), limit=(name, round(bare.resident, 1))),
        Figure(key=f"memory.{key}.proportional", what="  shared pages split among their users",
               value=round(found.proportional, 1), unit=MIB,
               limit=(name, round(bare.proportional, 1))),
        Figure(key=f"memory.{key}.anonymous", what="  its own, not backed by a file",
               value=round(found.anonymous, 1), unit=MIB,
               limit=(name, round(bare.anonymous, 1))),
    ]  # fmt: skip


async def _agent(state: Path, till: Path) -> Memory:
    """An agent without services, once it has met the till."""
    command = ("-m", "pos_terminal", "agent", "--state", str(state), "--till", str(till))
    async with child(sys.executable, *command, stderr=PIPE) as agent:
        assert agent.stderr
        async with asyncio.timeout(PATIENCE):
            while b"services: none" not in await agent.stderr.readline():
                pass
        await asyncio.sleep(REST)
        return memory(agent.pid)


async def _helper(terminal: Terminal) -> float:
    """The most that the process held which asks python-escpos for the printer's profile, in MiB."""
    most, seen = 0.0, False
    async with asyncio.timeout(PATIENCE):
        while True:
            helpers = children(terminal.pid)
            most = max([most, *(_peak(pid) for pid in helpers)])
            if seen and not helpers:
                return most
            seen = seen or bool(helpers)
            await asyncio.sleep(0.005)


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it has just ended
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else 0.0


async def _sell(ends: Ends, lines: int) -> None:
    """A ticket of so many lines, paid, printed and acknowledged."""
    for line in range(lines):
        await ends.type(f"{1 + line % 6} PLU")
    await ends.type("CASH TICKET")
    await ends.far_printer.job()
