"""A port keeps one device open and lends it: opening, loss, back-off and replug, for any class."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import Enum
from typing import Generic, NoReturn, TypeVar

from pos_terminal.devices.classes import Device, DeviceClass
from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.tasks.groups import first

log = logging.getLogger(__name__)

D = TypeVar("D", bound=Device)

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
"""Seconds before a device that would not open is tried again, doubled each time up to the longest.
A hot-plug event or `wake()` cuts the pause short."""

OFFLINE: dict[DeviceClass, Fault] = {
    DeviceClass.SCANNER: faults.SCANNER_OFFLINE,
    DeviceClass.KEYPAD: faults.KEYPAD_OFFLINE,
    DeviceClass.SCALE: faults.SCALE_OFFLINE,
    DeviceClass.PRINTER: faults.PRINTER_OFFLINE,
    DeviceClass.DRAWER: faults.DRAWER_OFFLINE,
    DeviceClass.DISPLAY: faults.DISPLAY_OFFLINE,
    DeviceClass.TONE: faults.TONE_OFFLINE,
}


class PortState(Enum):
    """UPOS: closed (not open, being tried), idle (open), error (a driver that misbehaves)."""

    CLOSED = "closed"
    IDLE = "idle"
    ERROR = "error"


class Port(Generic[D]):
    """One configured device: its state, and the device itself while it is open."""

    def __init__(
        self,
        name: str,
        device_class: DeviceClass,
        open_device: Callable[[], AbstractAsyncContextManager[D]],
    ) -> None:
        self.name = name
        self.device_class = device_class
        self.state = PortState.CLOSED
        self.error: DeviceError | None = None
        self.on_change: Callable[[], None] = lambda: None
        self._open_device = open_device
        self._device: D | None = None
        self._opened = asyncio.Event()
        self._lost = asyncio.Event()
        self._retry = asyncio.Event()

    async def run(self) -> NoReturn:
        """Keep the device open for ever. The one task of this port."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._open_device() as device:
                    pause = FIRST_PAUSE
                    self._lend(device)
                    await first(device.gone(), self._returned_lost())
            except DeviceError as error:
                self._close(PortState.CLOSED, error)
            except Exception as bug:  # noqa: BLE001  a driver's bug is its own port's trouble alone
                internal = DeviceError(faults.INTERNAL, f"{type(bug).__name__}: {bug}")
                self._close(PortState.ERROR, internal, bug)
            else:
                if not self._lost.is_set():  # else it was closed with a better reason
                    self._close(PortState.CLOSED, DeviceLost(OFFLINE[self.device_class]))
            await self._wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def wake(self) -> None:
        """Try to open now: something was plugged in."""
        self._retry.set()

    @asynccontextmanager
    async def use(self, *, wait: bool = False) -> AsyncIterator[D]:
        """Borrow the device; with `wait` until it is open, else DeviceLost at once when it is not.

        A DeviceLost in the block closes the device, so that it is opened anew; a driver's bug
        does the same and comes out as DeviceLost with the code for internal errors.
        """
        if wait:
            await self._opened.wait()
        device = self._device
        if device is None:
            raise self.error or DeviceLost(OFFLINE[self.device_class])
        try:
            yield device
        except DeviceLost as error:
            self._return_lost(device, error)
            raise
        except DeviceError:
            raise
        except Exception as bug:
            log.exception("%s: the driver failed", self.name)
            lost = DeviceLost(faults.INTERNAL, f"{type(bug).__name__}: {bug}")
            self._return_lost(device, lost)
            raise lost from bug

    def _return_lost(self, device: D, error: DeviceLost) -> None:
        if device is self._device:
            self._close(PortState.CLOSED, error)
            self._lost.set()

    def _lend(self, device: D) -> None:
        self._device = device
        self._lost.clear()
        self._opened.set()
        self.state, self.error = PortState.IDLE, None
        log.info("%s: open", self.name)
        self.on_change()

    def _close(self, state: PortState, error: DeviceError, bug: Exception | None = None) -> None:
        news = (state, str(error)) != (self.state, str(self.error))
        self._device = None
        self._opened.clear()
        self.state, self.error = state, error
        if news:  # and not at every attempt: a device may stay away for weeks
            log.warning("%s: %s", self.name, error, exc_info=bug)
            self.on_change()

    async def _returned_lost(self) -> None:
        await self._lost.wait()

    async def _wait(self, seconds: float) -> None:
        self._retry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._retry.wait()
        except TimeoutError:
            return
