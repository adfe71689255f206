"""HID devices through the kernel's raw nodes (/dev/hidrawN): whole reports, as they come.

A stream would lose where one report ends, and two devices of one kind differ in nothing else.
"""

import array
import asyncio
import errno
import fcntl
import os
import stat
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pos_terminal.links.hid_descriptor import DescriptorError, Field, input_fields
from pos_terminal.links.link import LinkForbidden, LinkLost

HIDIOCGRDESCSIZE, HIDIOCGRDESC = 0x80044801, 0x90044802  # linux/hidraw.h
_DESCRIPTOR = 4096  # HID_MAX_DESCRIPTOR_SIZE
LONGEST = 4096
KEPT = 512
"""Reports that wait for a reader; beyond, the oldest is lost, as it would be in the kernel."""


class HidReports:
    """The input reports of one device; `fields` are what its descriptor says of them.

    Whoever opened `fd` closes it, after `stop`. An error of the system on it means that it is gone.
    """

    def __init__(self, fd: int, name: str, fields: list[Field]) -> None:
        self.name = name
        self.fields = fields
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._reports: deque[bytes] = deque(maxlen=KEPT)
        self._stirred = asyncio.Event()
        self._lost = asyncio.Event()
        self._reason = ""
        self._loop.add_reader(fd, self._readable)

    def stop(self) -> None:
        """Leave the descriptor alone; whoever still waits gets LinkLost."""
        self._lose("closed")

    async def receive(self) -> bytes:
        """The next report, with its number where it has one. Cancelling loses nothing. LinkLost.

        What had come before a loss is still given out.
        """
        while not self._reports:
            if self._lost.is_set():
                raise LinkLost(f"{self.name}: {self._reason}")
            self._stirred.clear()
            await self._stirred.wait()
        return self._reports.popleft()

    def drain(self) -> None:
        """Forget what has come until now."""
        self._readable()
        self._reports.clear()

    async def gone(self) -> None:
        """Return when the device is seen to be lost."""
        await self._lost.wait()

    def _readable(self) -> None:
        while not self._lost.is_set():
            try:
                report = os.read(self._fd, LONGEST)
            except BlockingIOError:
                return
            except OSError as error:
                self._lose(error.strerror or str(error))
                return
            if not report:
                self._lose("hung up")
                return
            self._reports.append(report)
            self._stirred.set()

    def _lose(self, reason: str) -> None:
        if not self._lost.is_set():
            self._reason = reason
            self._lost.set()
            self._stirred.set()
            self._loop.remove_reader(self._fd)


@asynccontextmanager
async def hid_reports(path: str) -> AsyncIterator[HidReports]:
    """Open the node. Raises LinkLost when it is absent, not ours, or no HID device."""
    fd = -1
    try:
        try:
            fd = _open(path)
            fields = input_fields(_descriptor(fd))
        except OSError as error:
            raise LinkForbidden.when(error, f"{path}: {error.strerror or error}") from error
        except DescriptorError as error:
            raise LinkLost(f"{path}: report descriptor: {error}") from error
        reports = HidReports(fd, path, fields)
        try:
            yield reports
        finally:
            reports.stop()
    finally:
        if fd >= 0:
            os.close(fd)


def _open(path: str) -> int:
    # Looked at first: opening a named pipe would wait for its writer, or take his bytes.
    if not stat.S_ISCHR(Path(path).stat().st_mode):
        raise OSError(errno.ENODEV, "no device")
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def _descriptor(fd: int) -> bytes:
    size = array.array("i", [0])
    fcntl.ioctl(fd, HIDIOCGRDESCSIZE, size, True)
    whole = bytearray(struct.pack("I", size[0]) + bytes(_DESCRIPTOR))
    fcntl.ioctl(fd, HIDIOCGRDESC, whole, True)
    return bytes(whole[4 : 4 + size[0]])
