"""Reading an input device without losing an event: the one shell around the descriptor."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from evdev import InputDevice, ecodes

from pos_terminal.devices.errors import DeviceLost
from pos_terminal.domain.faults import Fault

T = TypeVar("T")

KeyHandler = Callable[[int, int], None]


class Unread(Generic[T]):
    """What a device has delivered and nobody has read yet; then its loss."""

    def __init__(self, name: str, fault: Fault) -> None:
        self._name = name
        self._fault = fault
        self._items: deque[T] = deque()
        self._arrived = asyncio.Event()
        self._lost = asyncio.Event()
        self._why = ""

    def put(self, item: T) -> None:
        """Add an item, in order."""
        self._items.append(item)
        self._arrived.set()

    def lose(self, why: str) -> None:
        """The device is gone; the first reason stays."""
        if not self._lost.is_set():
            self._why = why
            self._lost.set()
            self._arrived.set()

    async def get(self) -> T:
        """The next item; cancelling takes none. Raises DeviceLost once all are taken."""
        while not self._items:
            self.check()
            # Behind the check: what came in between is in the list already.
            self._arrived.clear()
            await self._arrived.wait()
        return self._items.popleft()

    def check(self) -> None:
        """Raise DeviceLost if the device is gone."""
        if self._lost.is_set():
            raise DeviceLost(self._fault, f"{self._name}: {self._why}")

    async def gone(self) -> None:
        """Return once the device is gone."""
        await self._lost.wait()


class _Resync:
    """Leaves out what the kernel declares void: all from SYN_DROPPED up to the next SYN_REPORT.

    Source: Documentation/input/event-codes.rst, SYN_DROPPED.
    """

    def __init__(self, on_key: KeyHandler, on_dropped: Callable[[], None]) -> None:
        self._on_key = on_key
        self._on_dropped = on_dropped
        self._void = False

    def event(self, kind: int, code: int, value: int) -> None:
        if kind == ecodes.EV_SYN:
            if code == ecodes.SYN_DROPPED:
                self._void = True
                self._on_dropped()
            elif code == ecodes.SYN_REPORT:
                self._void = False
        # Between the two marks the kernel's buffer is torn: a press there may lack its release.
        elif kind == ecodes.EV_KEY and not self._void:
            self._on_key(code, value)


@contextmanager
def listening(
    device: InputDevice[str],
    *,
    on_key: KeyHandler,
    on_dropped: Callable[[], None],
    on_lost: Callable[[str], None],
) -> Iterator[None]:
    """Hand over every event of the device while the context lasts.

    python-evdev's own async loop loses input after a cancelled wait; here the loop's reader
    callback takes all that is there, and nothing is ever in flight.
    """
    loop = asyncio.get_running_loop()
    resync = _Resync(on_key, on_dropped)
    descriptor = device.fd

    def lost(why: str) -> None:
        loop.remove_reader(descriptor)
        on_lost(why)

    def readable() -> None:
        try:
            # All that is there at once: the loop calls again only for what comes later.
            events = list(device.read())
        except BlockingIOError:
            return
        except OSError as error:  # ENODEV when it is unplugged
            lost(os.strerror(error.errno or 0))
            return
        # A pipe's end; a device node never reads as empty.
        if not events:
            lost("closed by the other end")
        for event in events:
            resync.event(event.type, event.code, event.value)

    loop.add_reader(descriptor, readable)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
