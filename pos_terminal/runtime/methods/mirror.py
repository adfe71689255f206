"""Watch: the status as it changes, and with a grant what the till shows, sounds, prints and hears.

The mirror is for whoever helps a clerk from afar. It never has digits that may be a PIN, a card or
a voucher, nor a badge, nor whom an invoice or an order is for: keys go by their functions, scans as
such, and of a paper that may name somebody the title alone.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack
from time import monotonic
from typing import TypeVar

from msgspec.structs import replace

from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Seen, Status, Watching
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, Pressed, Scanned
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.screen import Screen
from pos_terminal.runtime.methods.grants import GrantMethods
from pos_terminal.runtime.methods.status import StatusBoard
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.spool import Paper
from pos_terminal.tasks.observers import Observers

T = TypeVar("T")

LOOK = 0.5
"""Seconds between two looks at the status, at the grant, and at what the mirror has gathered."""

LEAST = 30.0
"""Seconds after which the status is said again, though nothing has changed but the time."""

BEHIND = 500
"""What may gather for one watcher between two looks; more is a flood, and its watcher is closed."""

_LONG_NUMBER = re.compile(r"\d(?: ?\d){4,}")
_DIGIT = re.compile(r"\d")


class MirrorMethods:
    """Follows the till for others."""

    def __init__(self, terminal: Terminal, board: StatusBoard, grants: GrantMethods) -> None:
        self._terminal = terminal
        self._board = board
        self._grants = grants

    async def watch(self, peer: Peer, asks: Watching) -> AsyncGenerator[Seen, None]:
        """The status, then what changes; until the grant is over, where one was shown."""
        if asks.grant is None:
            mirrored, grant = _Mirrored(), 0
        else:
            what = "Watch"
            actor = await self._grants.allowed(peer, asks.grant, GrantLevel.OBSERVE, what)
            mirrored, grant = self._mirrored(), actor.grant
        status, said = self._board.status(), monotonic()
        with mirrored:
            yield Seen(status=status)
            while self._grants.holds(grant):
                await asyncio.sleep(LOOK)
                for seen in mirrored.taken():
                    yield seen
                status, before = self._board.status(), status
                if _steady(status) != _steady(before) or monotonic() - said >= LEAST:
                    said = monotonic()
                    yield Seen(status=status)
        raise ChannelError(faults.NOT_GRANTED, say("l'accès {grant} est fini", grant=grant))

    def _mirrored(self) -> "_Mirrored":
        outputs, mirror = self._terminal.equipment.outputs, _Mirrored()
        mirror.observe(outputs.screen.observers, mirror.shown)
        if outputs.screen.value:  # what is seen now, and not only what comes
            mirror.shown(outputs.screen.value)
        mirror.observe(outputs.tone.observers, mirror.sounded)
        for printer in outputs.lanes:
            mirror.observe(printer.observers, mirror.printed)
        mirror.observe(self._terminal.inputs, mirror.heard)
        return mirror


class _Mirrored:
    """What gathers for one watcher while it observes, until the block's end."""

    def __init__(self) -> None:
        self._gathered: list[Seen] = []
        self._undo = ExitStack()
        self._screen: Screen | None = None

    def __enter__(self) -> None:
        pass

    def __exit__(self, *raised: object) -> None:
        self._undo.close()

    def observe(self, what: Observers[T], told: Callable[[T], None]) -> None:
        """Be told, until the end."""
        self._undo.callback(what.add(told))

    def taken(self) -> list[Seen]:
        """What has gathered, once; ChannelError where it is more than anybody looks at."""
        taken, self._gathered = self._gathered, []
        if len(taken) > BEHIND:
            raise ChannelError(faults.CHANNEL_BROKEN, say("plus fut montré qu'il n'est lu"))
        return taken

    def shown(self, screen: Screen) -> None:
        """Both lines, where they are new."""
        if screen != self._screen:
            self._screen = screen
            line1, line2 = _lines(screen)
            self._add(Seen(screen=interface.Screen(line1, line2)))

    def sounded(self, tone: Tone) -> None:
        """A tone by its name."""
        self._add(Seen(tone=tone.value))

    def printed(self, paper: Paper) -> None:
        """A paper's title; its lines where it is a plain ticket."""
        title = _masked(paper.receipt.title)
        lines = [*_text(paper)] if paper.request and not paper.request.form else []
        self._add(Seen(paper=interface.Paper(title, lines)))

    def heard(self, given: Input) -> None:
        """A key by its function; that something was scanned."""
        match given:
            case Pressed(key):
                self._add(Seen(key=_function(key)))
            case Scanned():
                self._add(Seen(key="scan"))

    def _add(self, seen: Seen) -> None:
        if len(self._gathered) <= BEHIND:
            self._gathered.append(seen)


def _steady(status: Status) -> Status:
    """A status without what changes all the time."""
    devices = [replace(each, good=None) for each in status.devices]
    return replace(status, now="", memory=0, head=None, queues=[], devices=devices)


def _function(key: Key | None) -> str:
    if key is None:
        return "?"
    return "digit" if key.function is Function.TYPE else str(key)


def _lines(screen: Screen) -> tuple[str, str]:
    """Both lines, without a long number; without any digit where they are of a customer."""
    if say("CLIENT") in screen.line1:
        return _DIGIT.sub("*", screen.line1), _DIGIT.sub("*", screen.line2)
    return _masked(screen.line1), _masked(screen.line2)


def _masked(text: str) -> str:
    return _LONG_NUMBER.sub(lambda found: "*" * len(found[0]), text)


def _text(paper: Paper) -> Iterator[str]:
    for block in paper.receipt.blocks:
        match block:
            case Text(text):
                yield _masked(text)
            case Row(left, right):
                yield _masked(f"{left}  {right}")
