"""Input devices that the settings do not name: held, so that they type nowhere, and told of.

A keyboard or a scanner that is plugged into a till's box would type into the console's login, or
into whatever session there is: a code of a customer's card, or commands. The kernel gives a device
that is grabbed to nobody else.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from pos_terminal.links.attached import Attached, Kind, attached

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks, where nothing tells of plugged devices."""

EVIOCGRAB = 0x40044590
"""_IOW('E', 0x90, int), linux/input.h."""

REAL = ("/dev/input/", "/dev/pos/")
"""Where real input devices are. A till that has none of these is a trial on somebody's desk, whose
keyboard it must not take."""


class Strangers:
    """Holds every keyboard that is none of the till's. `places` are those of its settings.

    `others` are nodes that the settings leave to somebody else.
    """

    def __init__(
        self,
        places: Iterable[str],
        others: Sequence[str] = (),
        look: Callable[[], list[Attached]] = attached,
    ) -> None:
        self._ours = tuple(places)
        self._others = tuple(others)
        self._look = look
        self._held: dict[str, int] = {}
        self._told: dict[str, str] = {}
        self._news = asyncio.Event()

    @property
    def guards(self) -> bool:
        """Whether this is a till's box."""
        return any(place.startswith(REAL) for place in self._ours)

    @property
    def found(self) -> tuple[str, ...]:
        """Those that are plugged in now, each as people know it."""
        return tuple(self._told.values())

    def look(self) -> None:
        """Look now: something was plugged in, or out."""
        self._news.set()

    async def run(self) -> NoReturn:
        """Hold whatever comes, for ever."""
        try:
            while True:
                self._news.clear()
                # In a thread: sysfs asks the device for some of what it tells.
                self._take(await asyncio.to_thread(self._look))
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._news.wait()
        finally:
            self._let_go(tuple(self._held))

    def _take(self, there: Sequence[Attached]) -> None:
        known = {str(Path(place).resolve()) for place in (*self._ours, *self._others)}
        strange = {
            each.node: each
            for each in there
            if each.kind is Kind.KEYBOARD and each.node not in known
        }
        self._let_go(self._told.keys() - strange.keys())
        for node, device in strange.items():
            if node not in self._held:
                self._hold(node)
            if node not in self._told:
                self._told[node] = " ".join(filter(None, (device.name, device.identity, node)))
                log.warning("an input device that the settings do not name: %s", self._told[node])

    def _hold(self, node: str) -> None:
        try:
            fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # no right, or gone again: tried at the next look
            return
        try:
            fcntl.ioctl(fd, EVIOCGRAB, 1)
            self._held[node] = fd
        except OSError as error:  # whoever holds it keeps it from the console as well
            log.info("%s: %s", node, error)
            os.close(fd)

    def _let_go(self, nodes: Iterable[str]) -> None:
        for node in nodes:
            self._told.pop(node, None)
            fd = self._held.pop(node, None)
            if fd is not None:
                os.close(fd)
