"""mount(2) itself: mount(8) would look up fstab, and finds no disk where a unit has no devices."""

import ctypes
import os
from pathlib import Path

RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, NOSYMFOLLOW, NOATIME = 1, 2, 4, 8, 32, 256, 1024
"""Flags of mount(2)."""

DETACH = 2
"""Of umount2(2): the name goes at once, the rest with whoever still has a file open."""

PLAIN = NOSUID | NODEV | NOEXEC | NOATIME
"""A file system on which nothing is more than a file."""

_libc = ctypes.CDLL(None, use_errno=True)


def mount(device: Path, place: Path, kind: str, options: str, *, writes: bool) -> None:
    """Mount a device, whose links are not followed either. OSError."""
    flags = PLAIN | NOSYMFOLLOW | (0 if writes else RDONLY)
    _done(_libc.mount(_c(device), _c(place), kind.encode(), flags, options.encode()), device)


def remount(place: Path, *, writes: bool) -> None:
    """Make what is mounted there writable, or read-only. OSError."""
    flags = PLAIN | REMOUNT | (0 if writes else RDONLY)
    _done(_libc.mount(None, _c(place), None, flags, None), place)


def unmount(place: Path) -> None:
    """End it; what was written is on the device then. OSError."""
    if _libc.umount2(_c(place), 0):
        _done(_libc.umount2(_c(place), DETACH), place)


def _c(path: Path) -> bytes:
    return os.fsencode(path)


def _done(status: int, about: Path) -> None:
    if status:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(about))
