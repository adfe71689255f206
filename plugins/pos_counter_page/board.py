"""What every window of the page sees: the newest of each thing, and rolls that grow.

A window that sleeps costs nothing and misses nothing that still stands: it is given what is newer
than what it has, when it takes it. Nothing queues for it.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from itertools import takewhile

import msgspec
from msgspec import Struct

ROLL, LINES, SOUNDS = 2000, 400, 8
"""Papers that can be scrolled back to, lines of the journal, and sounds that are kept."""

FRESH = 1.0
"""Seconds after which a sound is no longer played: a beep of a minute ago tells of nothing."""

ONCE = ("tone", "word", "done")
"""What happened, and does not stand: a window that is opened later has nothing to do with it."""

SHOWN = 12
"""Papers that a window is given at once; it asks for earlier ones as it is scrolled back."""


class Told(Struct, frozen=True):
    """One thing for a window: what kind of thing, its name, and what there is to see of it."""

    kind: str
    name: str
    value: str


class _Entry(Struct, frozen=True):
    version: int
    at: float
    told: Told


class Board:
    """One for all windows. Everything put on it is seen by each window that is open."""

    def __init__(self) -> None:
        self._version = 0
        self._boxes: dict[tuple[str, str], _Entry] = {}
        self._rolls = {
            "paper": deque[_Entry](maxlen=ROLL),
            "line": deque[_Entry](maxlen=LINES),
            "tone": deque[_Entry](maxlen=SOUNDS),
            "word": deque[_Entry](maxlen=SOUNDS),
            "done": deque[_Entry](maxlen=SOUNDS),
        }
        self._changed = asyncio.Event()
        self._closed = False

    def close(self) -> None:
        """Nothing more comes: every window's stream ends."""
        self._closed = True
        self._changed.set()

    def show(self, name: str, value: str, *, kind: str = "panel") -> None:
        """The newest of a thing: a panel's markup, or with kind «state» a plain value."""
        told = Told(kind, name, str(value))
        there = self._boxes.get((kind, name))
        if there is None or there.told != told:
            self._boxes[kind, name] = self._entry(told)

    def state(self, name: str, value: str | float | bool) -> None:
        """The newest of a plain value: «1» and «0» for what is so, or not."""
        self.show(name, str(int(value)) if isinstance(value, bool) else str(value), kind="state")

    def add(self, kind: str, name: str, value: str) -> None:
        """One more on a roll: a paper, a line of the journal, a tone, a word, a lesson done."""
        self._rolls[kind].append(self._entry(Told(kind, name, str(value))))

    def clear(self, kind: str) -> None:
        """Take a roll away, as a new shop begins."""
        self._rolls[kind].clear()

    def papers(self, before: int) -> list[Told]:
        """The papers in front of that number, the newest last."""
        earlier = [e.told for e in self._rolls["paper"] if int(e.told.name) < before]
        return earlier[-SHOWN:]

    async def follow(self) -> AsyncGenerator[list[Told], None]:
        """All that there is, behind «begin», then whatever changes, for one window."""
        seen = 0
        yield [Told("begin", "", "")]
        while not self._closed:
            self._changed.clear()
            newer = list(self._newer(seen))
            seen = self._version
            if newer:
                yield newer
            else:
                await self._changed.wait()

    def _newer(self, seen: int) -> Iterator[Told]:
        now = time.monotonic()
        yield from (entry.told for entry in self._boxes.values() if entry.version > seen)
        for kind, roll in self._rolls.items():
            entries = list(takewhile(lambda entry: entry.version > seen, reversed(roll)))[::-1]
            # A lesson that was done while a window slept was done all the same.
            if kind in ONCE and not (kind == "done" and seen):
                entries = [entry for entry in entries if now - entry.at < FRESH]
            if kind == "paper":
                entries = entries[-SHOWN:]
            yield from (entry.told for entry in entries)

    def _entry(self, told: Told) -> _Entry:
        self._version += 1
        self._changed.set()
        return _Entry(self._version, time.monotonic(), told)


def as_event(told: list[Told]) -> bytes:
    """As a server-sent event: one, with all of it (HTML Living Standard, 9.2.6)."""
    return b"data: " + msgspec.json.encode(told) + b"\n\n"
