"""Noticing at once what changes on disk and in /dev: the catalogue's file, devices plugged in.

Devices are told of by udev (netlink), files and names that no udev made by the kernel (inotify).
Where neither tells, devices are found again by the ports' own pauses, and a changed
catalogue is taken up on SIGHUP.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import NoReturn

from pos_terminal.links.uevents import uevents
from pos_terminal.runtime.inotify import Inotify
from pos_terminal.tasks.groups import forever

log = logging.getLogger(__name__)

QUIET = 0.3
"""Seconds between a change and what it causes: a file is written in several steps, and udev sets
a new device's permissions after its node appears."""

RESCAN = 5.0
"""Seconds between two looks for folders that were not there, or were made anew: /dev/input/by-id
goes with the last device in it."""


SUBSYSTEMS = ("input", "tty", "usb", "usbmisc", "hidraw")
"""Of devices that a till may have."""


async def watch_devices(plugged: Callable[[], None]) -> NoReturn:
    """Call whenever a device has come or gone, as udev says; for ever.

    Whichever one it is: a printer without a node, or a name that leads elsewhere now, has no path
    that could be watched. Where netlink cannot be had, paths are (`watch`), and ports try again.
    """
    try:
        async with uevents() as events:
            while True:
                event = await events.next()
                if not event or event.get("SUBSYSTEM") in SUBSYSTEMS:
                    plugged()
    except OSError as error:
        log.info("no news of plugged devices from udev: %s", error)
    await forever()


async def watch(
    reactions: Mapping[Path, Callable[[], None]], *, rescan: float = RESCAN
) -> NoReturn:
    """Call a path's reaction whenever it changes, appears or goes; for ever.

    The folders are watched, not the files: an editor replaces a file, a replug replaces a node.
    """
    try:
        inotify = Inotify()
    except OSError as error:
        log.warning("changes are found by trying again: %s", error)
        await forever()
    changes: asyncio.Queue[Path] = asyncio.Queue()

    def on_readable() -> None:
        for path in inotify.changed():
            for each in reactions if path is None else {path} & reactions.keys():
                changes.put_nowait(each)

    loop = asyncio.get_running_loop()
    folders = _Folders(inotify, {path.parent for path in reactions})
    with closing(inotify):
        loop.add_reader(inotify.fd, on_readable)
        try:
            while True:
                folders.look()
                for path in await _after_quiet(changes, rescan):
                    reactions[path]()
        finally:
            loop.remove_reader(inotify.fd)


async def _after_quiet(changes: asyncio.Queue[Path], rescan: float) -> set[Path]:
    """The paths that changed, once they have had their time; empty when it is time to rescan."""
    changed: set[Path] = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(rescan):
            changed.add(await changes.get())
    if changed:
        await asyncio.sleep(QUIET)
    while not changes.empty():
        changed.add(changes.get_nowait())
    return changed


class _Folders:
    """The watches of the folders that exist, renewed when a folder was made anew."""

    def __init__(self, inotify: Inotify, folders: set[Path]) -> None:
        self._inotify = inotify
        self._inodes = dict.fromkeys(folders, 0)

    def look(self) -> None:
        """Watch each folder that is there now."""
        for folder, watched in self._inodes.items():
            try:
                # By inode: a folder that was removed and made anew has the same name and no watch.
                now = folder.stat().st_ino
            except OSError:
                continue
            if now == watched:
                continue
            self._inodes[folder] = now
            try:
                self._inotify.watch(folder)
            except OSError as error:  # no rights, or no watches left: ports try by themselves
                log.warning("%s cannot be watched: %s", folder, error)
