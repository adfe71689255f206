"""From what happened on the wire to what the caller of a device is told."""

from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from typing import TypeVar

from pos_terminal.devices.errors import DeviceLost, DeviceTimeout
from pos_terminal.domain.faults import DEVICE_FORBIDDEN, Fault
from pos_terminal.links.link import LinkForbidden, LinkLost

L = TypeVar("L")


@contextmanager
def device_errors(*, offline: Fault, mute: Fault) -> Iterator[None]:
    """Raise DeviceLost(offline) for LinkLost, DeviceTimeout(mute) for a time-out or a stall.

    For questions that may be asked again. What may have happened (a print) is for the driver.
    """
    try:
        yield
    except LinkLost as error:
        raise DeviceLost(_lost(error, offline), str(error)) from error
    except TimeoutError as error:
        raise DeviceTimeout(mute, str(error)) from error


@asynccontextmanager
async def opened(link: AbstractAsyncContextManager[L], offline: Fault) -> AsyncIterator[L]:
    """Open `link` for a driver: DeviceLost(offline) when that cannot be."""
    async with AsyncExitStack() as stack:
        try:
            # Only the opening: a loss later on is the driver's to name, who knows what was under
            # way.
            line = await stack.enter_async_context(link)
        except LinkLost as error:
            raise DeviceLost(_lost(error, offline), str(error)) from error
        yield line


def _lost(error: LinkLost, offline: Fault) -> Fault:
    # No cable mends a right that is missing.
    return DEVICE_FORBIDDEN if isinstance(error, LinkForbidden) else offline
