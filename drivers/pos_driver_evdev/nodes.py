"""Opening what a path names: an input device of the kernel, or a pipe that carries its events.

A **named pipe** carries the same `struct input_event` bytes as a device node, written by a
simulated keyboard or by `cat recording`; they take the very same way in (`evdev` reads both).
Only what needs the kernel is left out: name, grab, capabilities. The writer closing its end is the
unplugging.
"""

import asyncio
import errno
import fcntl
import os
import stat
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from evdev import InputDevice, ecodes

from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain.faults import DEVICE_FORBIDDEN, INPUT_BUSY, Fault


class PipeDevice(InputDevice[str]):
    """A named pipe in the place of a device node; see the module's text."""

    def __init__(self, path: str, flags: int) -> None:
        self.path = path
        self.name = f"pipe {path}"
        self.fd = os.open(path, flags | os.O_NONBLOCK)

    def grab(self) -> None:
        """A pipe's events reach nobody else anyway."""

    def write(self, etype: int, code: int, value: int) -> None:
        """Send one event; BrokenPipeError when nobody reads."""
        # struct input_event of a 64-bit kernel: seconds, microseconds, type, code, value.
        os.write(self.fd, struct.pack("llHHi", 0, 0, etype, code, value))


def _open(path: str, kind: int) -> InputDevice[str]:
    mode = Path(path).stat().st_mode
    writes = kind == ecodes.EV_SND
    if stat.S_ISFIFO(mode):
        return PipeDevice(path, os.O_WRONLY if writes else os.O_RDONLY)
    if not stat.S_ISCHR(mode):
        raise OSError(errno.ENODEV, "neither an input device nor a named pipe")
    device = InputDevice(path)
    if kind not in device.capabilities():
        raise OSError(errno.ENODEV, f"{device.name} has no {ecodes.EV[kind]}: another device?")
    # python-evdev falls back to reading alone without a word.
    if writes and not fcntl.fcntl(device.fd, fcntl.F_GETFL) & os.O_RDWR:
        raise PermissionError(errno.EACCES, "not permitted to write")
    return device


@asynccontextmanager
async def opened(path: str, kind: int, fault: Fault) -> AsyncIterator[InputDevice[str]]:
    """The device at `path`, closed at the end; a thread opens it, since that asks the hardware.

    `kind` is what it is there for: EV_KEY to read keys, EV_SND to write sounds. Raises
    DeviceLost(fault) when it cannot be opened: not there, another kind of device; where it is not
    permitted, DeviceLost(DEVICE_FORBIDDEN).
    """
    try:
        # In a thread: EVIOCGNAME and its like ask the device, which may be slow to answer.
        device = await asyncio.to_thread(_open, path, kind)
    except PermissionError as error:
        raise DeviceLost(DEVICE_FORBIDDEN, f"{path}: {error.strerror or error}") from error
    except OSError as error:
        raise DeviceLost(fault, f"{path}: {error.strerror or error}") from error
    try:
        yield device
    finally:
        device.close()


def grab(device: InputDevice[str], fault: Fault) -> None:
    """Take the device for this process alone, so that its keys reach no console.

    The grab ends when the device is closed. Raises DeviceError(INPUT_BUSY) when another program
    holds it, DeviceLost(fault) when it has just gone.
    """
    try:
        device.grab()
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise DeviceError(INPUT_BUSY, f"{device.path!s}: grabbed by another program") from error
        raise DeviceLost(fault, f"{device.path!s}: {error.strerror}") from error
