"""The terminal with an observer: `run` itself, but for a slow disk and the moments of its records.

`python -m bench.observed --config FILE --state DIR [--moments FILE] [--slow EVERY FIRST]`

It is put together from the same parts as `pos-terminal run`. A follower of the journal, like any
plugin that follows it, notes when each record was durable; the list is written at the end. With
`--slow`, a sync takes 50 ms and each EVERYth one second, counted from FIRST.
"""

import argparse
import asyncio
import json
import logging
import signal
import time
from pathlib import Path

from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import Booted, boot
from pos_terminal.runtime.clock import SystemClock
from pos_terminal.testing.powercut import SlowVFS


async def _follow(app: App, moments: list[tuple[str, float]]) -> None:
    await app.ready.wait()
    assert app.journal
    async for record in app.journal.records(app.journal.running.seq):
        moments.append((record.kind, time.monotonic()))


async def _serve(booted: Booted, state: Path, vfs: str, moments: list[tuple[str, float]]) -> None:
    clock = SystemClock(booted.settings.zone)
    app = App(booted.settings, booted.plugins, state, clock, vfs=vfs)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.stop)
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run())
        group.create_task(_follow(app, moments))


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--moments", type=Path)
    parser.add_argument("--slow", type=int, nargs=2)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    vfs = ""
    if arguments.slow:
        every, first = arguments.slow
        disk = SlowVFS(sync=0.05, sometimes=1.0, every=every)
        disk.syncs = first
        vfs = disk.name
    booted = boot(arguments.config, arguments.state)
    moments: list[tuple[str, float]] = []
    asyncio.run(_serve(booted, arguments.state, vfs, moments))
    if arguments.moments:
        arguments.moments.write_text(json.dumps(moments))


if __name__ == "__main__":
    main()
