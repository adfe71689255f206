"""What changes in folders, as the kernel tells it: inotify(7), in the event loop, without a thread.

The package `watchdog` does the same on every system, with three threads and 1.2 MiB.
"""

import ctypes
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

# sys/inotify.h. Not IN_MODIFY: a file is read once it is whole, and a device's node, to which every
# byte that is sent to the device is a change, would wake the till with each. IN_ATTRIB is udev's,
# when it gives a node that is there already its rights.
IN_ATTRIB, IN_CLOSE_WRITE, IN_MOVED_FROM, IN_MOVED_TO = 0x4, 0x8, 0x40, 0x80
IN_CREATE, IN_DELETE, IN_Q_OVERFLOW, IN_ONLYDIR = 0x100, 0x200, 0x4000, 0x0100_0000
CHANGES = IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE

_EVENT = struct.Struct("iIII")
"""struct inotify_event without its name: watch, mask, cookie, length of the name with its NULs."""

ROOM = 1 << 16
"""Bytes to read at once: more than one event with the longest name, which is what is asked for."""


class Inotify:
    """Watches folders. `changed` is what happened since it was asked; `fd` is readable then.

    OSError where the kernel gives no more of these: `close` it when it is done with.
    """

    def __init__(self) -> None:
        self.fd = _checked(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "inotify")
        self._folders: dict[int, Path] = {}

    def close(self) -> None:
        """Watch nothing any more."""
        os.close(self.fd)

    def watch(self, folder: Path) -> None:
        """Watch what this name stands for now, and no more what it stood for before. OSError."""
        for number in [number for number, watched in self._folders.items() if watched == folder]:
            del self._folders[number]
            _libc.inotify_rm_watch(self.fd, number)  # it is gone already if the folder is
        given = os.fsencode(folder)
        made = _libc.inotify_add_watch(self.fd, given, CHANGES | IN_ONLYDIR)
        self._folders[_checked(made, str(folder))] = folder

    def changed(self) -> Iterator[Path | None]:
        """The paths that changed; None where there were so many that the kernel gave up telling."""
        try:
            told = os.read(self.fd, ROOM)
        except BlockingIOError:
            return
        at = 0
        while at < len(told):
            number, mask, _, length = _EVENT.unpack_from(told, at)
            at += _EVENT.size
            name = told[at : at + length].rstrip(b"\0")
            at += length
            if mask & IN_Q_OVERFLOW:
                yield None
            elif name and number in self._folders:
                yield self._folders[number] / os.fsdecode(name)


def _checked(answer: int, what: str) -> int:
    if answer < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return answer
