"""A port keeps one device open and lends it: opening, loss, back-off and replug, for any class."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from enum import StrEnum
from typing import Generic, NoReturn, TypeVar

from msgspec import Struct

from pos_terminal.devices.classes import Device, DeviceClass
from pos_terminal.devices.errors import DeviceError, DeviceLost
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.tasks.contain import contained, one_line
from pos_terminal.tasks.groups import first
from pos_terminal.tasks.observers import Observers

log = logging.getLogger(__name__)

D = TypeVar("D", bound=Device)
R = TypeVar("R")

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 5.0
"""Seconds before a device that would not open, or did not stay, is tried again: doubled each time
up to the longest. A hot-plug event or `wake()` cuts the pause short."""

STAYED = 5.0
"""Seconds after which an open device counts as being there. Before, it is as good as away: a peer
that accepts and closes would otherwise be tried, and told of, several times a second."""

REOPENED_WITHIN = 5.0
"""Seconds that a job waits for a device that has only just gone. A network printer is connected
within three or not at all (links/tcp), and before that comes the first pause."""

OFFLINE: dict[DeviceClass, Fault] = {
    DeviceClass.SCANNER: faults.SCANNER_OFFLINE,
    DeviceClass.KEYPAD: faults.KEYPAD_OFFLINE,
    DeviceClass.SCALE: faults.SCALE_OFFLINE,
    DeviceClass.PRINTER: faults.PRINTER_OFFLINE,
    DeviceClass.DRAWER: faults.DRAWER_OFFLINE,
    DeviceClass.DISPLAY: faults.DISPLAY_OFFLINE,
    DeviceClass.TONE: faults.TONE_OFFLINE,
    DeviceClass.PAYMENT_TERMINAL: faults.TERMINAL_OFFLINE,
}


class PortState(StrEnum):
    """UPOS: closed (not open, being tried), idle (open), error (a driver that misbehaves)."""

    CLOSED = "closed"
    IDLE = "idle"
    ERROR = "error"


LASTING: dict[DeviceClass, tuple[Fault, ...]] = {
    DeviceClass.PRINTER: (
        faults.PAPER_OUT,
        faults.PRINTER_COVER,
        faults.PRINTER_ERROR,
        faults.PRINTER_ANSWER,
    ),
    DeviceClass.SCALE: (faults.SCALE_MUTE, faults.SCALE_ANSWER),
}
"""Answers that say more of the device than of what it was asked: they stand in its status until it
has done its work again. A weight in motion is the customer's hand, and a drawer behind a printer
without paper is in order itself."""


class PortStatus(Struct, frozen=True):
    """One device as it stands. Moments are seconds of `time.monotonic`.

    `since` is when it came into this state; `good` when it last did what it is there for, or was
    opened: None for one that never was. `fault` says why it is not open, or why one that is does
    not do its work until somebody sees to it; `detail` adds the facts.
    """

    name: str
    device_class: DeviceClass
    identity: str
    state: PortState
    since: float
    good: float | None = None
    fault: Fault | None = None
    detail: str = ""
    last: DeviceError | None = None
    """The last thing that went wrong with it, also when that is over, with its bytes."""
    last_at: float = 0.0


class Port(Generic[D]):
    """One configured device: its state, and the device itself while it is open.

    `identity` says which device it is, for people: its driver and its place. `observers` are told
    of every change of state, and once more when a device that had been away has stayed.
    """

    def __init__(
        self,
        name: str,
        device_class: DeviceClass,
        open_device: Callable[[], AbstractAsyncContextManager[D]],
        *,
        identity: str = "",
        stayed: float = STAYED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self.device_class = device_class
        self.identity = identity
        self.state = PortState.CLOSED
        self.error: DeviceError | None = None
        self.observers: Observers[Port[D]] = Observers()
        self._open_device = open_device
        self._staying_takes = stayed
        self._now = now
        self._since = now()
        self._good: float | None = None
        self._trouble: DeviceError | None = None
        self._device: D | None = None
        self._opened = asyncio.Event()
        self._tried = asyncio.Event()  # an attempt to open it has ended since it was last there
        self._lost = asyncio.Event()
        self._retry = asyncio.Event()
        self._failures = 0
        self._staying: asyncio.TimerHandle | None = None
        self._last: tuple[DeviceError | None, float] = (None, 0.0)
        self._said: set[str] = set()  # codes that were logged since the device was last there

    @property
    def status(self) -> PortStatus:
        """What can be said of it now."""
        trouble = self.error or self._trouble
        return PortStatus(
            self.name,
            self.device_class,
            self.identity,
            self.state,
            self._since,
            self._good,
            trouble.fault if trouble else None,
            trouble.detail if trouble else "",
            *self._last,
        )

    @property
    def troubled(self) -> bool:
        """Whether it is open, and somebody has to see to it before it does its work."""
        return self._trouble is not None

    @property
    def was_there(self) -> bool:
        """Whether it was ever open."""
        return self._good is not None

    @property
    def away(self) -> bool:
        """Whether it is not open, or has not stayed since it was lost."""
        return self.state is not PortState.IDLE or self._failures > 0

    async def run(self) -> NoReturn:
        """Keep the device open for ever. The one task of this port."""
        try:
            while True:
                with contained(self._failed):  # a driver's bug is its own port's trouble alone
                    async with self._open_device() as device:
                        self._lend(device)
                        await first(device.gone(), self._returned_lost())
                    if not self._lost.is_set():  # else it was closed with a better reason
                        self._close(PortState.CLOSED, DeviceLost(OFFLINE[self.device_class]))
                await self._wait(self.pause(self._failures))
                self._failures += 1
        finally:
            self._stop_staying()

    def pause(self, failures: int) -> float:
        """Seconds before the next attempt, after so many that did not last."""
        doublings = min(failures, 16)  # more lead nowhere but beyond what a float holds
        return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)

    def wake(self) -> None:
        """Try to open now: something was plugged in."""
        self._retry.set()

    def reopen(self) -> None:
        """Close the device, and open it anew at once."""
        if self._device is not None:
            lost = DeviceLost(OFFLINE[self.device_class], "closed to be opened anew")
            self._return_lost(self._device, lost)
        self.wake()

    def did_well(self) -> None:
        """The device did what it is there for: a code read, a screen shown."""
        self._good = self._now()
        self._trouble = None

    @asynccontextmanager
    async def use(self, *, wait: bool = False) -> AsyncIterator[D]:
        """Borrow the device; with `wait` until it is open, else DeviceLost at once when it is not.

        A DeviceLost in the block closes the device, so that it is opened anew; a driver's bug
        does the same and comes out as DeviceLost with the code for internal errors.
        """
        if wait:
            # For a lane that serves the device as long as it lives; who is in a hurry asks without
            # `wait`.
            await self._opened.wait()
        device = self._device
        if device is None:
            raise self.error or DeviceLost(OFFLINE[self.device_class])

        def spoilt(error: BaseException) -> None:
            if not isinstance(error, DeviceError):
                log.error("%s: the driver failed", self.name, exc_info=error)
                lost = DeviceLost(faults.INTERNAL, one_line(error))
                self._return_lost(device, lost)
                raise lost from error
            if isinstance(error, DeviceLost):
                self._return_lost(device, error)
            else:
                self._last = (error, self._now())
            if error.fault in LASTING.get(self.device_class, ()):
                self._trouble = error
            raise error

        with contained(spoilt):
            yield device
            self.did_well()

    async def do(self, job: Callable[[D], Awaitable[R]]) -> R:
        """Have the device do `job`; once more, opened anew, where it was lost before that began.

        A network printer ends a connection that has been idle, and nobody knows before the next
        receipt; it may be just opening it anew. A DeviceLost says that nothing of the job has left
        (else it is an OutcomeUnknown), so it may be tried again. What is away for longer is refused
        at once: nobody stands before a drawer and waits. Raises what `job` raises.
        """
        try:
            async with self.use() as device:
                return await job(device)
        except DeviceLost as error:
            if error.fault is faults.INTERNAL or not await self._comes_back():
                raise
        async with self.use() as device:
            return await job(device)

    async def _comes_back(self) -> bool:
        """Whether the first attempt since the device went has it open again."""
        if not self._tried.is_set():
            self.wake()
            with suppress(TimeoutError):
                async with asyncio.timeout(REOPENED_WITHIN):
                    await self._tried.wait()
        return self._opened.is_set()

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, DeviceError):
            self._close(PortState.CLOSED, error)
        else:
            self._close(PortState.ERROR, DeviceError(faults.INTERNAL, one_line(error)), error)

    def _return_lost(self, device: D, error: DeviceLost) -> None:
        # Another may have been opened since: a late loss of the old one must not close it.
        if device is self._device:
            self._close(PortState.CLOSED, error)
            self._lost.set()

    def _lend(self, device: D) -> None:
        self._device = device
        self._lost.clear()
        self._opened.set()
        self._tried.set()
        self.error = None
        self.did_well()
        if not self._said:
            log.info("%s: open", self.name)
        self._staying = asyncio.get_running_loop().call_later(self._staying_takes, self._stayed)
        self._become(PortState.IDLE)

    def _stayed(self) -> None:
        """It is there again, and not only for a moment."""
        if self._said:
            log.info("%s: open", self.name)
        away = self.away
        self._failures = 0
        self._said.clear()
        if away:
            self.observers.tell(self)

    def _stop_staying(self) -> None:
        if self._staying:
            self._staying.cancel()

    def _close(
        self, state: PortState, error: DeviceError, bug: BaseException | None = None
    ) -> None:
        self._stop_staying()
        if self._device is None:
            self._tried.set()
        else:
            self._tried.clear()
        self._device = None
        self._opened.clear()
        # A device that fluctuates for weeks must not wake the observers at every try.
        news = (state, str(error)) != (self.state, str(self.error))
        self.error = error
        self._last = (error, self._now())
        if error.fault.code not in self._said:  # a device may stay away, or flutter, for weeks
            self._said.add(error.fault.code)
            log.warning("%s: %s", self.name, error, exc_info=bug)
        if news:
            self._become(state)

    def _become(self, state: PortState) -> None:
        if state is not self.state:
            self.state, self._since = state, self._now()
        self.observers.tell(self)

    async def _returned_lost(self) -> None:
        await self._lost.wait()

    async def _wait(self, seconds: float) -> None:
        # Cleared before the wait: a wake-up during the attempt that has just failed is old.
        self._retry.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._retry.wait()
