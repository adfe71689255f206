"""The lanes: one task a device, between its port and the till. A slow one delays no other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

from pos_terminal.devices.classes import (
    CustomerDisplay,
    Device,
    Drawer,
    Keypad,
    Printer,
    Scale,
    Scanner,
    ToneIndicator,
)
from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain import faults
from pos_terminal.domain.codes.barcode import as_read
from pos_terminal.domain.counter.steps import Input, Pressed, Scanned, Trouble, Weighed
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.keyboard.chords import Chords
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.domain.screen import Screen, frames
from pos_terminal.runtime.port import Port
from pos_terminal.tasks.groups import first, forever
from pos_terminal.tasks.latest import Latest

log = logging.getLogger(__name__)

D = TypeVar("D", bound=Device)
Put = Callable[[Input], None]

BREATH = 0.2
"""Seconds before a device that failed and is still there is served again: no driver can spin."""

RUNS = 0.2
"""Seconds that a running text stands at each place: five characters a second are read easily."""


async def read_scans(
    port: Port[Scanner], put: Put, badge: Callable[[str], Awaitable[str]] | None = None
) -> NoReturn:
    """From a scanner to the till, for ever. What a reader of cards reads is made a `badge`."""

    async def read(scanner: Scanner) -> NoReturn:
        while True:
            scan = await scanner.read()
            port.did_well()
            if badge:
                put(Scanned(await badge(scan.text)))
            else:
                put(Scanned(*as_read(scan.text, scan.aim)))

    await _hold(port, read)


async def read_keys(port: Port[Keypad], keymap: KeyMap, put: Put) -> NoReturn:
    """From a keypad to the till, through the key map, for ever."""
    chords = Chords(keymap)

    async def read(keypad: Keypad) -> NoReturn:
        while True:
            press = await keypad.read()
            port.did_well()
            if not chords.only_held(press.name):
                put(Pressed(chords.find(press.name, press.held)))

    await _hold(port, read)


async def show_screens(port: Port[CustomerDisplay], box: Latest[Screen]) -> NoReturn:
    """From the till to a display: always the newest screen, again after a replug, for ever."""

    async def show(display: CustomerDisplay) -> NoReturn:
        # Below any version: a display that has just been opened shows what there is.
        version = -1
        while True:
            screen, version = await box.newer(version)
            for frame in frames(screen):
                await display.show(frame)
                port.did_well()
                with suppress(TimeoutError):
                    async with asyncio.timeout(RUNS):
                        await box.newer(version)
                        break

    # A display that was plugged in again is blank: the newest screen goes out once more.
    port.observers.add(lambda _: box.touch())
    await _hold(port, show)


async def _hold(port: Port[D], serve: Callable[[D], Coroutine[Any, Any, NoReturn]]) -> NoReturn:
    """Serve the device whenever it is open, for ever."""
    while True:
        try:
            async with port.use(wait=True) as device:
                await serve(device)
        except DeviceLost:
            continue  # the port has logged it and opens the device again
        except DeviceError as error:
            log.warning("%s: %s", port.name, error)
            await asyncio.sleep(BREATH)


async def sound_tones(port: Port[ToneIndicator], box: Latest[Tone]) -> NoReturn:
    """From the till to the sounder: the newest tone; one that failed is not made up for."""
    version = 0
    while True:
        tone, version = await box.newer(version)
        with suppress(DeviceError):  # the port has logged it; the display says the same
            async with port.use() as indicator:
                await indicator.sound(tone)


LEFT_OPEN = 60.0
"""Seconds after which a drawer that is seen to stand open has been forgotten: longer than it takes
to give change, shorter than it takes to leave the counter."""


class DrawerLane:
    """Opens drawers when told to; a second order while one is on its way is the same order.

    `ports` are theirs, drawer 1 first; None for one that nothing opens, such as a purse. One that
    stands open `left_open` seconds after its order is told of, once.
    """

    def __init__(
        self,
        ports: Sequence[Port[Drawer] | None],
        put: Put,
        *,
        left_open: float = LEFT_OPEN,
    ) -> None:
        self._put = put
        self._left_open = left_open
        self._drawers = [(port, asyncio.Event()) for port in ports]

    def open(self, number: int = 1) -> None:
        """Have the drawer of that number opened."""
        if number <= len(self._drawers):
            self._drawers[number - 1][1].set()

    async def run(self) -> NoReturn:
        """Open each whenever it is wanted, for ever."""
        async with asyncio.TaskGroup() as group:
            for port, wanted in self._drawers:
                group.create_task(self._serve(port, wanted))
            await forever()

    async def _serve(self, port: Port[Drawer] | None, wanted: asyncio.Event) -> NoReturn:
        opened = False
        while True:
            try:
                # The next order is another minute: only the last one's drawer can be forgotten.
                async with asyncio.timeout(self._left_open if opened else None):
                    await wanted.wait()
            except TimeoutError:
                opened = False
                await self._look(port)
                continue
            # Before the kick: an order that comes while it is under way counts for itself.
            wanted.clear()
            if port is None:
                continue
            try:
                await port.do(lambda drawer: drawer.kick())
                opened = True
            except DeviceError as error:
                log.warning("drawer: %s", error)
                self._put(Trouble(faults.DRAWER_OFFLINE))

    async def _look(self, port: Port[Drawer] | None) -> None:
        if port is None:
            return
        with suppress(DeviceError):  # it stands in the port's status, and money is not at stake
            if await port.do(lambda drawer: drawer.is_open()):
                self._put(Trouble(faults.DRAWER_LEFT_OPEN))


class ScaleLane:
    """Weighs when asked, and answers with the number of the question."""

    def __init__(self, port: Port[Scale] | None, put: Put) -> None:
        self._port = port
        self._put = put
        self._wanted: Latest[int] = Latest()
        self._asked, self._free = asyncio.Event(), asyncio.Event()
        self._free.set()
        self._looking = asyncio.Lock()

    def weigh(self, request: int) -> None:
        """Ask for a weight; an earlier question that has no answer yet is dropped."""
        self._asked.set()
        self._free.clear()
        self._wanted.put(request)

    async def look(self) -> Weighed:
        """What the scale says, for somebody elsewhere.

        The counter's own question comes first: it cuts this one off, which is asked again then.
        """
        found = list[Weighed]()

        async def read() -> None:
            found.append(await self._weigh(0))

        async def until_asked() -> None:
            await self._asked.wait()

        async with self._looking:
            while not found:
                await self._free.wait()
                await first(read(), until_asked())
        return found[0]

    async def run(self) -> NoReturn:
        """Weigh whenever it is wanted, for ever."""
        version = 0
        while True:
            # The newest question only: who asked before has given up.
            request, version = await self._wanted.newer(version)
            self._put(await self._weigh(request))
            if self._wanted.value == request:
                self._asked.clear()
                self._free.set()

    async def _weigh(self, request: int) -> Weighed:
        if self._port is None:
            return Weighed(request, fault=faults.SCALE_OFFLINE)
        try:
            weight = await self._port.do(lambda scale: scale.weigh())
            return Weighed(request, weight)
        except DeviceError as error:
            return Weighed(request, fault=error.fault)


class PrinterDrawer:
    """A drawer on the printer's connector: a Drawer that borrows the printer's port."""

    def __init__(self, printer: Port[Printer], pin: int, open_when_high: bool | None) -> None:
        self._printer = printer
        self._pin = pin
        self._open_when_high = open_when_high

    async def gone(self) -> None:
        """Wait for ever: the printer's own port looks after the link."""
        await forever()

    async def kick(self) -> None:
        """Pulse the connector. Raises as `Printer.pulse` does."""
        await self._printer.do(lambda printer: printer.pulse(self._pin))

    async def is_open(self) -> bool | None:
        """What the printer's sense pin says, by the polarity in the settings; None: cannot tell."""
        if self._open_when_high is None:
            return None  # asked in vain: and one that answers oddly would be in trouble by it
        try:
            async with self._printer.use() as printer:
                level = (await printer.status()).drawer_pin
        except DeviceLost:
            return None
        return None if level is None else level is self._open_when_high
