"""The SQLite files in the agent's directory: each with a worker, a schema and a limit of its own.

    agent.db            incidents, and the changes that were told of them
    PLUGIN.db           the cursors and the outbox of a plug-in
    PLUGIN.NAME.db      a store that a plug-in has asked for

A plug-in that fills its store fills its own: the others' cursors and messages still find room.
"""

import asyncio
import logging
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import apsw

from pos_terminal.storage.sqlite import connect, writing
from pos_terminal.storage.worker import Worker

log = logging.getLogger(__name__)

LIMIT = 64 << 20
"""Bytes of one file at most: then apsw.FullError, as on a full disk, to whoever writes it."""

PAGE = 4096
NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
DAMAGED = ".damaged"


class Stores:
    """Opens each file once, and lets all go. `on_damage` hears of a file that was put aside; `vfs`
    names SQLite's way to the disk, for tests of what disks do.
    """

    def __init__(
        self, folder: Path, on_damage: Callable[[Path], None], *, vfs: str = ""
    ) -> None:
        self._folder = folder
        self._on_damage = on_damage
        self._vfs = vfs
        self._workers: dict[str, Worker] = {}

    def folder(self, name: str) -> Path:
        """A folder beside the files, made if it is not there."""
        path = self._folder / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def worker(self, name: str, schema: str) -> Worker:
        """The worker of the file `name`.db, whose tables `schema` makes where there is none yet."""
        if name not in self._workers:
            loop = asyncio.get_running_loop()

            def damaged(path: Path) -> None:
                loop.call_soon_threadsafe(self._on_damage, path)

            opened = partial(_opened, self._folder / f"{name}.db", schema, damaged, self._vfs)
            self._workers[name] = Worker(name, opened)
        return self._workers[name]

    async def close(self) -> None:
        """Let all files go, off the loop."""
        for worker in self._workers.values():
            await asyncio.to_thread(worker.close)
        self._workers.clear()


def checked(name: str) -> str:
    """A name that may be part of a file's; ValueError for any other."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r}: small letters, digits, - and _, a letter first, at most 32")
    return name


def _opened(
    path: Path, schema: str, damaged: Callable[[Path], object], vfs: str
) -> apsw.Connection:
    """The file with its tables. One that is damaged is put aside, said, and made anew.

    What it held is lost to the plug-in then, but an agent that never starts would tell nobody.
    """
    try:
        return _whole(path, schema, vfs)
    except (apsw.CorruptError, apsw.NotADBError) as error:
        log.error("%s is damaged and was put aside as *%s: %s", path, DAMAGED, error)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.replace(path.with_name(path.name + DAMAGED))
    damaged(path)
    return _whole(path, schema, vfs)


def _whole(path: Path, schema: str, vfs: str) -> apsw.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    db = connect(path, vfs, apsw.SQLITE_OPEN_READWRITE)
    try:
        db.pragma("journal_mode", "wal")
        db.pragma("synchronous", "full")
        db.pragma("max_page_count", LIMIT // PAGE)
        db.pragma("cache_size", -256)  # KiB: the agent has several files, and reads none twice
        db.pragma("trusted_schema", "off")
        if db.pragma("quick_check") != "ok":
            raise apsw.CorruptError(f"{path} does not check")
        if not db.execute("SELECT count(*) FROM sqlite_schema").get:
            with writing(db):
                db.execute(schema).fetchall()
    except apsw.Error:
        db.close()
        raise
    return db
