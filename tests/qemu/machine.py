"""A QEMU machine whose guest asks, by lines on its console, for what happens outside it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

QEMU = "qemu-system-x86_64"
PATIENCE = 900.0
"""Seconds for anything to happen: without KVM all is some thirty times slower."""

KEYS = {
    **{str(digit): f"kp_{digit}" for digit in range(10)},
    "x": "kp_multiply", "PLU": "kp_enter", "C": "backspace", "CASH": "f12", "TICKET": "pgdn",
}  # fmt: skip
"""QEMU's names of the keys to which the key map «numeric» gives these functions."""

# QEMU's name of the key for what a US keyboard types.
_QCODES: Mapping[str, str] = {"\n": "ret", "-": "minus"}


class Machine:
    """A running machine; see `booted`."""

    def __init__(
        self,
        console: asyncio.StreamReader,
        monitor: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self._console = console
        self._from_monitor, self._to_monitor = monitor
        self.log: list[str] = []

    async def lines(self) -> AsyncIterator[str]:
        """What the guest says, line by line, to its end."""
        while line := await self._console.readline():
            text = line.decode(errors="replace").strip()
            self.log.append(text)
            yield text

    async def type(self, text: str) -> None:
        """Type on the USB keyboard."""
        for char in text:
            await self.press(_QCODES.get(char, char))

    async def keys(self, text: str) -> None:
        """Press keys by their functions: «3 x 1 PLU»."""
        for word in text.split():
            for key in [word] if word in KEYS else word:
                await self.press(KEYS[key])

    async def press(self, key: str) -> None:
        """Press a key of the USB keyboard, by QEMU's name for it."""
        keys = [{"type": "qcode", "data": key}]
        await self.monitor("send-key", {"keys": keys, "hold-time": 20})
        await asyncio.sleep(0.05)  # a key is released after its hold-time, by a timer

    async def monitor(self, command: str, arguments: dict[str, object] | None = None) -> None:
        """Run a command of QEMU's monitor protocol; RuntimeError when it is refused."""
        request = {"execute": command, "arguments": arguments or {}}
        self._to_monitor.write(json.dumps(request).encode() + b"\n")
        await self._to_monitor.drain()
        while True:
            answer = json.loads(await self._from_monitor.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            if "return" in answer:
                return


@asynccontextmanager
async def booted(folder: Path, *options: str | Path, qemu: str = QEMU) -> AsyncIterator[Machine]:
    """Boot, without KVM (nested machines have none that works); killed at the end.

    `folder` holds the monitor's socket; the options say what is booted, and beside which devices.
    """
    socket = folder / "monitor"
    process = await asyncio.create_subprocess_exec(
        qemu, "-accel", "tcg", "-display", "none", "-no-reboot",
        "-nodefaults", "-serial", "stdio", "-qmp", f"unix:{socket},server=on,wait=off", *options,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert process.stdout is not None
        monitor = await _connect(socket)
        machine = Machine(process.stdout, monitor)
        try:
            await monitor[0].readline()
            await machine.monitor("qmp_capabilities")
            yield machine
        finally:
            monitor[1].close()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _connect(socket: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    for _ in range(1000):
        try:
            return await asyncio.open_unix_connection(socket)
        except (FileNotFoundError, ConnectionRefusedError):
            await asyncio.sleep(0.02)
    raise TimeoutError(f"QEMU did not open {socket}")
