"""What all far ends have in common, and the two wires most of them sit on: a pipe and a pty."""

import asyncio
import errno
import fcntl
import os
import struct
import termios
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol, Self

TIOCSPTLCK, TIOCGPTN = 0x40045431, 0x80045430  # asm-generic/ioctls.h; termios lacks them


class FarEnd(Protocol):
    """The other side of a device's wire, played by this package; plugged in while it is entered."""

    @property
    def settings(self) -> Mapping[str, object]:
        """The configuration table with which the production driver reaches it."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...

    async def unplug(self) -> None:
        """Pull the cable: the driver loses the device, and its path is gone."""

    async def replug(self) -> None:
        """Plug it in again, under the same path."""


@dataclass
class Cable:
    """What ails a wire, in both directions and whatever hangs on it; and who listens in.

    `mute`: nothing gets through. `late`: seconds that everything takes. `garbled`: a bit of every
    byte is turned. `heard` is called with what goes through, and whether it goes to the till.
    """

    mute: bool = False
    late: float = 0.0
    garbled: bool = False
    heard: Callable[[bytes, bool], None] | None = None
    _random: Random = field(default_factory=lambda: Random(0))
    _free: dict[bool, float] = field(default_factory=dict)

    def carried(self, data: bytes, *, to_till: bool) -> bytes:
        """What comes out of it at the other end."""
        if self.mute or not data:
            return b""
        if self.garbled:
            data = bytes(byte ^ 1 << self._random.randrange(8) for byte in data)
        if self.heard is not None:
            self.heard(data, to_till)
        return data

    def carry(self, data: bytes, deliver: Callable[[bytes], None], *, to_till: bool) -> None:
        """Deliver it at the other end, when its time has come."""
        loop = asyncio.get_running_loop()
        if not (data := self.carried(data, to_till=to_till)):
            return
        at = max(loop.time() + self.late, self._free.get(to_till, 0.0))
        if at <= loop.time():
            deliver(data)
        else:  # behind what is still on its way, also once the cable is quick again
            self._free[to_till] = at
            loop.call_at(at, deliver, data)


class Wire(ABC):
    """A non-blocking descriptor in the event loop, with something at `path` to open it by."""

    def __init__(self, path: Path, on_bytes: Callable[[bytes], None]) -> None:
        self.path = path
        self.cable = Cable()
        self._on_bytes = on_bytes
        self._fd = -1

    @property
    def plugged(self) -> bool:
        """Whether a driver can open the path."""
        return self._fd >= 0

    def plug(self) -> None:
        """Make the path and listen. Does nothing when plugged in."""
        if not self.plugged:
            self._fd = self._make()
            asyncio.get_running_loop().add_reader(self._fd, self._readable)

    def unplug(self) -> None:
        """Take the path away, then hang up. Does nothing when unplugged."""
        if self.plugged:
            self.path.unlink()
            self._close()

    async def send(self, data: bytes) -> None:
        """Write all of `data`, waiting for room. BrokenPipeError when unplugged."""
        if self.plugged:
            data = self.cable.carried(data, to_till=True)
            await asyncio.sleep(self.cable.late)
        while data:
            if not self.plugged:
                raise BrokenPipeError(errno.EPIPE, "unplugged", str(self.path))
            try:
                data = data[os.write(self._fd, data):]
            except BlockingIOError:
                await asyncio.sleep(0.002)

    def answer(self, data: bytes) -> None:
        """Write a few bytes at once; lost, as on any serial line, where nobody takes them."""
        self.cable.carry(data, self._write, to_till=True)

    def _write(self, data: bytes) -> None:
        if self.plugged:
            with suppress(BlockingIOError):
                os.write(self._fd, data)

    @abstractmethod
    def _make(self) -> int:
        """Make the path; the descriptor of this side."""

    def _hung_up(self) -> None:  # noqa: B027 (only a pty can tell)
        """The driver has closed its side."""

    def _close(self) -> None:
        fd, self._fd = self._fd, -1
        asyncio.get_running_loop().remove_reader(fd)
        os.close(fd)

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.cable.carry(data, self._arrived, to_till=False)
        else:
            self._hung_up()

    def _arrived(self, data: bytes) -> None:
        if self.plugged:
            self._on_bytes(data)


def _nothing(_: bytes) -> None:
    """A far end that only sends."""


class Pipe(Wire):
    """A named pipe, held open for both directions so that drivers may come and go.

    What is written while no driver has it open waits for the next one. `on_bytes` is for a pipe
    that the driver writes to; without it, the pipe is one that the far end writes to.
    """

    def __init__(self, path: Path, on_bytes: Callable[[bytes], None] | None = None) -> None:
        super().__init__(path, on_bytes or _nothing)
        self._listens = on_bytes is not None

    def plug(self) -> None:
        """Make the pipe."""
        if self._listens:
            super().plug()
        elif not self.plugged:
            self._fd = self._make()

    @property
    def taken(self) -> bool:
        """Whether a driver has read all that was written."""
        waiting = fcntl.ioctl(self._fd, termios.FIONREAD, bytes(4)) if self.plugged else bytes(4)
        return not any(waiting)

    def _make(self) -> int:
        if self.path.is_fifo():
            self.path.unlink()  # left by a process that was killed
        os.mkfifo(self.path, 0o600)
        return os.open(self.path, os.O_RDWR | os.O_NONBLOCK)


class Pty(Wire):
    """A pseudo-terminal behind a stable link, like /dev/pos/*; each opening gets a new one.

    A pty refuses to be set to the same 7E1 or 7O1 twice (EINVAL), so one that a driver has closed
    is replaced.
    """

    def _make(self) -> int:
        master = os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(master, termios.TCSANOW)
        fcntl.ioctl(master, TIOCSPTLCK, struct.pack("i", 0))
        (number,) = struct.unpack("i", fcntl.ioctl(master, TIOCGPTN, bytes(4)))
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(f"/dev/pts/{number}")
        fresh.replace(self.path)
        return master

    def _hung_up(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._fd)
        used, self._fd = self._fd, self._make()  # made before the other goes: another number
        os.close(used)
        loop.add_reader(self._fd, self._readable)
