"""Noticing at once what changes on disk and in /dev: the catalogue's file, devices plugged in.

Uses the `watchdog` package (inotify). It is an extra: without it devices are still found again by
the ports' own pauses, and a changed catalogue is taken up on SIGHUP.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from pos_terminal.tasks.groups import forever

log = logging.getLogger(__name__)

QUIET = 0.3
"""Seconds between a change and what it causes: a file is written in several steps, and udev sets
a new device's permissions after its node appears."""

RESCAN = 5.0
"""Seconds between two looks for folders that were not there, or were made anew: /dev/input/by-id
goes with the last device in it."""


async def watch(reactions: Mapping[Path, Callable[[], None]]) -> NoReturn:
    """Call a path's reaction whenever it changes, appears or goes; for ever.

    The folders are watched, not the files: an editor replaces a file, a replug replaces a node.
    """
    try:
        from watchdog.events import FileSystemEventHandler  # noqa: PLC0415
        from watchdog.observers import Observer  # noqa: PLC0415
    except ImportError:
        log.info("the watchdog package is not installed: changes are found by trying again")
        await forever()

    loop = asyncio.get_running_loop()
    changes: asyncio.Queue[Path] = asyncio.Queue()

    def on_event(event: Any) -> None:
        # Reading a file is an event, too: the reaction reads it, and would call itself for ever.
        if event.event_type in ("opened", "closed_no_write"):
            return
        for path in map(Path, filter(None, (event.src_path, event.dest_path))):
            if path in reactions:
                # watchdog calls from its own thread.
                loop.call_soon_threadsafe(changes.put_nowait, path)

    class Handler(FileSystemEventHandler):
        on_any_event = staticmethod(on_event)

    folders = _Folders(Observer(), Handler(), {path.parent for path in reactions})
    folders.observer.start()
    try:
        while True:
            folders.look()
            for path in await _after_quiet(changes):
                reactions[path]()
    finally:
        folders.observer.stop()


async def _after_quiet(changes: asyncio.Queue[Path]) -> set[Path]:
    """The paths that changed, once they have had their time; empty when it is time to rescan."""
    changed: set[Path] = set()
    with suppress(TimeoutError):
        async with asyncio.timeout(RESCAN):
            changed.add(await changes.get())
    if changed:
        await asyncio.sleep(QUIET)
    while not changes.empty():
        changed.add(changes.get_nowait())
    return changed


class _Folders:
    """The watches of the folders that exist, renewed when a folder was made anew."""

    def __init__(self, observer: Any, handler: Any, folders: set[Path]) -> None:
        self.observer = observer
        self._handler = handler
        self._watches: dict[Path, tuple[int, Any]] = {folder: (0, None) for folder in folders}

    def look(self) -> None:
        """Watch each folder that is there now."""
        for folder, (inode, watch) in self._watches.items():
            try:
                # By inode: a folder that was removed and made anew has the same name and no watch.
                now = folder.stat().st_ino
            except OSError:
                continue
            if now == inode:
                continue
            if watch is not None:
                self.observer.unschedule(watch)
            renewed = None
            try:
                renewed = self.observer.schedule(self._handler, str(folder))
            except OSError as error:  # no rights, or no watches left: ports try by themselves
                log.warning("%s cannot be watched: %s", folder, error)
            self._watches[folder] = (now, renewed)
