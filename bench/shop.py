"""A shop to measure: the far ends here, `pos-terminal run` as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.far_printer import FarPrinter, far_printer
from pos_driver_sim.bench import SimBench
from pos_terminal.domain.codes.barcode import check_digit
from pos_terminal.domain.screen import Screen

PROGRAM = Path(sys.executable).with_name("pos-terminal")
PATIENCE = 30.0
"""Seconds after which something that was waited for is called missing."""

BY_WEIGHT = 90_000
"""The PLU of the article sold by the kilogram."""

NAMES = ("TRADITION", "BAGUETTE", "CROISSANT", "PAIN AU CHOCOLAT", "FLAN", "ECLAIR")

SETTINGS = """[shop]
name = "Boulangerie du Banc"
header = ["1, place du Marché", "SIRET 123 456 789 00012"]
footer = ["Merci, à bientôt"]

[terminal]
catalog = "catalog.csv"
plugins = ["evdev", "serial-scanner", "toledo", "vfd", "escpos"]

"""
KEYS = {
    "PLU": "KEY_KPENTER", "ST": "KEY_KPPLUS", "CASH": "KEY_F12", "TICKET": "KEY_PAGEDOWN",
    "C": "KEY_ESC", "CARD": "KEY_F11", "CLERK": "KEY_TAB", "HOLD": "KEY_PAGEUP",
    "RECALL": "KEY_UP", "%": "KEY_5",
}  # fmt: skip


def barcode(plu: int) -> str:
    """The article's EAN-13, in the range that is each shop's own."""
    body = f"{2_900_000_00000 + plu * 10:012d}"
    return f"{body}{check_digit(body)}"


def name(plu: int) -> str:
    """The article's name: neighbours differ, so that one's screen is not taken for another's."""
    return NAMES[plu % len(NAMES)] + (f" {plu}" if plu > len(NAMES) else "")


def catalog(articles: int) -> str:
    """A catalogue of so many articles, PLU 1 and up, all at 1.30, and one more sold by weight."""
    rows = [f'{plu},{name(plu)},"1,30",,5.5,{barcode(plu)}' for plu in range(1, articles + 1)]
    by_weight = f'{BY_WEIGHT},COMTE,"24,90",kg,5.5,'
    return "\n".join(["plu,name,price,unit,vat,barcode", *rows, by_weight, ""])


class Ends(SimBench):
    """The far ends of all wires; the printer's is a process of its own."""

    def __init__(self, directory: Path, printer: FarPrinter, logo: str) -> None:
        super().__init__(directory)
        self.far_printer = printer
        self._logo = {"logo": logo} if logo else {}

    @property
    def devices(self) -> dict[str, dict[str, object]]:
        """See `SimBench.devices`."""
        printer = {"class": "printer", **self.far_printer.settings, **self._logo}
        return super().devices | {"printer": printer}

    async def type(self, text: str) -> None:
        """Press the till's keys, such as «12 PLU CASH»: digits, or a name."""
        for word in text.split():
            await self.keyboard.press(
                *([KEYS[word]] if word in KEYS else [f"KEY_KP{digit}" for digit in word])
            )

    async def frame(self, after: int, *words: str) -> float:
        """When the first screen with these words behind screen number `after` was whole."""

        def shown(_: Screen) -> bool:
            return any(
                all(word in f"{screen.line1}\n{screen.line2}" for word in words)
                for _, screen in self.display.frames[after:]
            )

        try:
            await self.display.wait_for(shown, PATIENCE)
        except TimeoutError:
            raise RuntimeError(f"{words} not shown, but {self.display.screen}") from None
        return next(
            moment
            for moment, screen in self.display.frames[after:]
            if all(word in f"{screen.line1}\n{screen.line2}" for word in words)
        )


@dataclass(slots=True)
class Terminal:
    """The running process: when it was started and was ready, in seconds of time.monotonic()."""

    process: Process
    log: Path
    born: float
    ready: float = 0.0
    killed: bool = field(default=False)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def kill(self) -> None:
        """kill -9."""
        self.killed = True
        self.process.send_signal(signal.SIGKILL)

    def check(self) -> None:
        """Raise RuntimeError, with what it logged last, when it has ended."""
        if self.process.returncode is not None:
            raise RuntimeError(f"the terminal ended: {self.log.read_text()[-2000:]}")

    async def all_open(self, devices: int) -> float:
        """When so many devices had been logged as open."""
        async with asyncio.timeout(PATIENCE):
            while self.log.read_text().count(": open\n") < devices:
                self.check()
                await asyncio.sleep(0.002)
        return time.monotonic()


@dataclass(slots=True)
class Shop:
    """Configuration, state and far ends; `started` runs a terminal on them."""

    folder: Path
    ends: Ends

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "terminal.toml"

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.folder / "state"

    @asynccontextmanager
    async def started(self, *command: str) -> AsyncIterator[Terminal]:
        """Start `pos-terminal run`, or another command with the same options; yield once READY.

        At the end it is told to stop and waited for, unless it was killed.
        """
        argv = command or (str(PROGRAM), "run")
        log = self.folder / "log"
        with _notify_socket() as notified, log.open("wb") as errors:
            environment = os.environ | {"NOTIFY_SOCKET": _address(notified)}
            born = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                *argv, "--config", str(self.config), "--state", str(self.state),
                env=environment, stderr=errors,
            )  # fmt: skip
            terminal = Terminal(process, log, born)
            try:
                terminal.ready = await _ready(notified, terminal)
                yield terminal
            finally:
                if process.returncode is None and not terminal.killed:
                    process.terminate()
                await process.wait()


@asynccontextmanager
async def open_shop(
    folder: Path, *, articles: int = 6, logo: str = "", more: str = "", printing: float = 0.0
) -> AsyncIterator[Shop]:
    """A shop in `folder`, which must not exist, with everything plugged in.

    `more` are further tables of its configuration; the printer takes `printing` seconds a receipt.
    """
    wires = folder / "wires"
    wires.mkdir(parents=True)
    (folder / "state").mkdir(mode=0o700)  # before the till's start, as the unit's StateDirectory=
    async with AsyncExitStack() as stack:
        printer = await stack.enter_async_context(far_printer(printing))
        ends = await stack.enter_async_context(Ends(wires, printer, logo))
        (folder / "catalog.csv").write_text(catalog(articles))
        shop = Shop(folder, ends)
        shop.config.write_text(SETTINGS + ends.toml() + more)
        yield shop


def _notify_socket() -> socket.socket:
    """The service manager's side of sd_notify(3), under a name that the kernel chooses.

    An abstract one: a path in the folder may be longer than a socket's address can be.
    """
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    notified.bind("")
    return notified


def _address(notified: socket.socket) -> str:
    """Its name, with @ for the leading NUL."""
    name: bytes = notified.getsockname()
    return f"@{name[1:].decode()}"


async def _ready(notified: socket.socket, terminal: Terminal) -> float:
    """When READY came. RuntimeError, with the end of the log, when it never does."""
    loop = asyncio.get_running_loop()
    arrived = asyncio.Event()
    loop.add_reader(notified, arrived.set)
    try:
        while time.monotonic() < terminal.born + PATIENCE:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await arrived.wait()
            moment = time.monotonic()
            arrived.clear()
            with suppress(BlockingIOError):
                if b"READY=1" in notified.recv(4096).splitlines():
                    return moment
            terminal.check()
    finally:
        loop.remove_reader(notified)
    raise RuntimeError(f"the terminal is not ready: {terminal.log.read_text()[-2000:]}")
