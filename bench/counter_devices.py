"""The counter's devices: a weight, a burst of codes, pictures on paper, cables, and an idle hour.

Each in the running terminal through the production drivers, but for the pictures, which are printed
by the driver alone in a process of its own.
"""

import asyncio
import importlib.metadata
import json
import os
import socket
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from bench.far_printer import far_printer
from bench.figures import MIB, Figure, Setting, latencies
from bench.picture import write_picture
from bench.process import memory, memory_of
from bench.raw import RawCommits
from bench.receipt import twenty_lines
from bench.shop import BY_WEIGHT, PATIENCE, Shop, Terminal, barcode, open_shop
from bench.small_machine import Unavailable, quarter_of_a_core, within
from pos_driver_escpos import commands
from pos_driver_escpos.compose import compose
from pos_driver_escpos.opening import open_printer
from pos_driver_escpos.profile import load
from pos_driver_escpos.settings import EscposSettings
from pos_driver_sim.scale import ScaleEnd
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.interface import STATUS, Nothing
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.receipt import Logo, Receipt
from pos_terminal.links.serial import SerialSettings, serial_link
from pos_terminal.runtime.port import STAYED
from tests.support.process import child

WEIGHINGS, BURSTS, LOGOS, RECEIPTS, REPLUGS = 50, 10, 200, 10_000, 10
CODES = 50
"""Scanned in one second."""
AWAY = 0.5
"""Seconds that a cable is out."""
IDLE = 30.0
"""Seconds of an idle terminal that are looked at."""
BURST_BAR, REPLUG_BAR = 100.0, 1000.0
IDLE_BAR, READY_BAR, GROWTH_BAR = 1.0, 40.0, 0.1
PICTURE = (384, 120)

EVERYTHING = """
[devices.report]
class = "printer"
driver = "star"
role = "report"
host = "127.0.0.1"
port = 9
[devices.label]
class = "printer"
driver = "zpl"
role = "label"
host = "127.0.0.1"
port = 7
[devices.kitchen]
class = "printer"
driver = "brother-ql"
role = "kitchen"
host = "127.0.0.1"
port = 13
[devices.hid]
class = "scanner"
driver = "hid-pos"
device = "{wires}/hidraw"
[devices.second]
class = "display"
driver = "vfd"
role = "customer"
serial = {{ port = "{wires}/second" }}
"""


def measure(setting: Setting) -> list[Figure]:
    """All of it, part by part."""
    return [
        *asyncio.run(_weights(setting)),
        *asyncio.run(_bursts(setting)),
        *asyncio.run(_logos(setting)),
        *asyncio.run(_many(setting)),
        *asyncio.run(_replugged(setting)),
        *asyncio.run(_idle(setting)),
        *asyncio.run(_everything(setting)),
    ]


@asynccontextmanager
async def _selling(folder: Path, *command: str) -> AsyncIterator[tuple[Shop, Terminal]]:
    async with open_shop(folder, articles=CODES) as shop, shop.started(*command) as terminal:
        await terminal.all_open(len(shop.ends.devices))
        yield shop, terminal


async def _weights(setting: Setting) -> list[Figure]:
    """From the moment that a weight stands still until it is shown, sold and durable."""
    taken, bare = [], []
    async with _selling(setting.directory / "weights") as (shop, _):
        ends, scale = shop.ends, shop.ends.scale
        alone = setting.folder("bare-scale") / "scale"
        async with ScaleEnd(alone) as other, serial_link(SerialSettings(port=str(alone))) as line:
            for number in range(setting.rounds(WEIGHINGS)):
                scale.grams = other.grams = 100 + number
                scale.moving = True
                before = len(ends.display.frames)
                await ends.type(f"{BY_WEIGHT} PLU")
                await asyncio.sleep(0.2)
                begun = time.monotonic()
                scale.moving = False
                taken.append(await ends.frame(before, f"0,{100 + number}kg") - begun)
                begun = time.monotonic()
                await line.send(b"W")
                answer = b""
                while not answer.endswith(b"\r"):
                    answer += await line.receive()
                bare.append(time.monotonic() - begun)
                await ends.type("CASH")
                await ends.frame(before, "MERCI")
    return latencies("devices.weight", "a weight stands still: to display", taken,
                     limit=("one question and answer", bare))  # fmt: skip


async def _bursts(setting: Setting) -> list[Figure]:
    """Fifty codes in one second, from each code's bytes to its record on disk."""
    folder, rounds = setting.directory / "bursts", setting.rounds(BURSTS)
    sent: list[float] = []
    moments = folder / "moments.json"
    command = (sys.executable, "-m", "bench.observed", "--moments", str(moments))
    with closing(RawCommits(setting.folder("bursts-raw"))) as raw:
        async with _selling(folder, *command) as (shop, _):
            ends = shop.ends
            for _ in range(rounds):
                begun = time.monotonic()
                for code in range(CODES):
                    await asyncio.sleep(max(0.0, begun + code / CODES - time.monotonic()))
                    sent.append(time.monotonic())
                    await ends.scanner.scan(barcode(1 + code))
                await asyncio.sleep(1.0)
                before = len(ends.display.frames)
                await ends.type("CASH")
                await ends.frame(before, "MERCI")
                raw.take(10)
        lines = [at for kind, at in json.loads(moments.read_text()) if kind == LineSold.kind]
        pairs = zip(lines, sent, strict=False)
        return [
            *latencies("devices.burst", "50 codes in a second: code to durable",
                       [at - begun for at, begun in pairs], p99_at_most=BURST_BAR,
                       limit=("a bare commit", raw.seconds)),
            Figure(key="devices.burst.lost", what=f"codes lost, of {len(sent)}", unit="",
                   value=len(sent) - len(lines), at_most=0),
        ]  # fmt: skip


async def _logos(setting: Setting) -> list[Figure]:
    """A receipt with a logo: to its acknowledgement, beside the same bytes over a bare socket."""
    logo = str(write_picture(setting.directory / "logo-of-one.png", *PICTURE))
    receipt = Receipt("bench", (Logo(), *twenty_lines().blocks))
    profile = (await load("TM-T20II", logo)).profile
    whole = compose(receipt, profile) + commands.ASK_IN_ORDER
    taken, bare = [], []
    async with far_printer() as near, far_printer() as other:
        settings = EscposSettings(
            host="127.0.0.1", port=near.port, logo=logo, profile_wait=PATIENCE
        )
        with socket.create_connection(("127.0.0.1", other.port)) as link:
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with open_printer(settings) as printer:
                await printer.print(receipt)
                await near.job()
                for _ in range(setting.rounds(LOGOS)):
                    begun = time.monotonic()
                    await printer.print(receipt)
                    taken.append(time.monotonic() - begun)
                    await near.job()
                    begun = time.monotonic()
                    link.sendall(whole)
                    link.recv(1)
                    bare.append(time.monotonic() - begun)
                    await other.job()
    size = f"{len(whole) // 1024} KiB"
    return latencies("devices.logo", f"receipt with a logo ({size}): to acknowledgement", taken,
                     limit=("bare socket, the same bytes", bare))  # fmt: skip


async def _many(setting: Setting) -> list[Figure]:
    """What ten thousand receipts with a logo and a code of their own leave in memory."""
    logo = write_picture(setting.directory / "logo-of-many.png", *PICTURE)
    count = setting.rounds(RECEIPTS)
    async with far_printer() as printer, asyncio.TaskGroup() as group:
        drained = group.create_task(_drain(printer.job))
        words = (str(printer.port), str(count), str(logo))
        async with child(sys.executable, "-m", "bench.many_receipts", *words, stdout=PIPE) as run:
            assert run.stdout
            half, last = [json.loads(await run.stdout.readline()) for _ in range(2)]
            await run.wait()
        drained.cancel()
    bare = memory_of("import asyncio").anonymous
    return [
        Figure(key="devices.many.growth", unit="KiB", at_most=GROWTH_BAR,
               what=f"growth per receipt, second half of {count} with a logo and a code",
               value=round((last - half) * 1024 / (count / 2), 3)),
        Figure(key="devices.many.own", unit=MIB, value=round(last, 1),
               what="  the printing process's own memory behind them",
               limit=("python -c 'import asyncio'", round(bare, 1))),
    ]  # fmt: skip


async def _drain(job: object) -> None:
    assert callable(job)
    while True:
        await job()


async def _replugged(setting: Setting) -> list[Figure]:
    """From the cable back in its socket to a code scanned with it on the display.

    No udev tells of these lines, so it is the port's own pauses that are measured: what is there
    when udev says nothing. A device counts as having been there once it has stayed.
    """
    taken, bare = [], []
    async with _selling(setting.directory / "replugged") as (shop, _):
        ends = shop.ends
        for number in range(setting.rounds(REPLUGS)):
            await asyncio.sleep(STAYED)
            await ends.scanner.unplug()
            await _until(shop, "scanner", "closed")
            await asyncio.sleep(AWAY)
            begun = time.monotonic()
            await ends.scanner.replug()
            await _until(shop, "scanner", "idle")
            before = len(ends.display.frames)
            await ends.scanner.scan(barcode(1 + number % 2))
            await ends.frame(before)
            taken.append(time.monotonic() - begun)
            begun = time.monotonic()
            path = setting.directory / f"bare-line-{number}"
            async with ScaleEnd(path), serial_link(SerialSettings(port=str(path))):
                bare.append(time.monotonic() - begun)
    return latencies("devices.replug", "replugged: to a scan on the display", taken,
                     limit=("a line made and opened", bare), p99_at_most=REPLUG_BAR)  # fmt: skip


async def _until(shop: Shop, device: str, state: str) -> None:
    """Ask the till until a device of its is in that state."""
    till = AsyncClient(shop.state / "till")
    async with asyncio.timeout(PATIENCE):
        while True:
            status = await till.call(STATUS, Nothing())
            if any((each.name, each.state) == (device, state) for each in status.devices):
                return
            await asyncio.sleep(0.005)


async def _idle(setting: Setting) -> list[Figure]:
    """The share of a core that a terminal takes at which nobody does anything."""
    figures = []
    for key, what, limited in (("", "", False), (".quarter", ", with a quarter of a core", True)):
        try:
            share, bare = await _idle_share(setting, limited=limited)
        except Unavailable as reason:
            print(f"the quarter of a core is left out: {reason}", file=sys.stderr)
            continue
        figures.append(
            Figure(key=f"devices.idle{key}", unit="%", value=round(share, 2), at_most=IDLE_BAR,
                   what=f"a core's share, idle, all attached{what}",
                   limit=("a Python that sleeps", round(bare, 2)))
        )  # fmt: skip
    return figures


async def _idle_share(setting: Setting, *, limited: bool) -> tuple[float, float]:
    looked = 1.0 if setting.quick else IDLE
    folder = setting.directory / f"idle{limited}"
    sleeper = "import asyncio; asyncio.run(asyncio.sleep(3600))"
    async with child(sys.executable, "-c", sleeper) as other:
        if not limited:
            async with _selling(folder) as (_, terminal):
                return await _shares(terminal.pid, other.pid, looked)
        with quarter_of_a_core() as group:
            command = (*within(group), str(Path(sys.executable).with_name("pos-terminal")), "run")
            async with _selling(folder, *command) as (_, terminal):
                return await _shares(terminal.pid, other.pid, looked)


async def _shares(pid: int, other: int, looked: float) -> tuple[float, float]:
    await asyncio.sleep(0.0 if looked < IDLE else 5.0)  # a start does something behind READY
    begun, before = time.monotonic(), (_spent(pid), _spent(other))
    await asyncio.sleep(looked)
    passed = time.monotonic() - begun
    ours, bare = ((_spent(each) - was) * 100 / passed
                  for each, was in zip((pid, other), before, strict=True))  # fmt: skip
    return ours, bare


def _spent(pid: int) -> float:
    """Seconds of a processor that a process has had, and all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _everything(setting: Setting) -> list[Figure]:
    """What a terminal holds with every driver there is switched on, and one more device of each."""
    found = importlib.metadata.entry_points(group="pos_terminal.plugins")
    drivers = sorted(each.name for each in found if each.value.startswith("pos_driver_"))
    folder = setting.directory / "everything"
    async with open_shop(folder, more=EVERYTHING.format(wires=folder / "wires")) as shop:
        text = shop.config.read_text()
        begins = text.index("plugins = [")
        ends_at = text.index("]", begins) + 1
        shop.config.write_text(text[:begins] + f"plugins = {json.dumps(drivers)}" + text[ends_at:])
        async with shop.started() as terminal:
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0 if setting.quick else 10.0):
                    await terminal.all_open(len(shop.ends.devices))
            await asyncio.sleep(1.0)
            held = memory(terminal.pid)
        devices = shop.config.read_text().count("[devices.")
    bare = memory_of("import asyncio")
    return [
        Figure(key="devices.everything", unit=MIB, at_most=READY_BAR, value=round(held.resident, 1),
               what=f"resident, all {len(drivers)} drivers, {devices} devices",
               limit=("python -c 'import asyncio'", round(bare.resident, 1)))
    ]  # fmt: skip
