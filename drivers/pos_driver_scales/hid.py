"""The plug-in `hid-scale`: USB scales that speak HID's Scales page, over the kernel's raw nodes.

Such a scale is not asked: it reports by itself, several times a second. A weight is of its moment
when its report came after the question.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from pos_driver_scales.asked import given, moving, refusal
from pos_driver_scales.legal import named
from pos_driver_scales.legal.hid import WEIGHT, parse
from pos_driver_scales.legal.reading import FrameError, NoWeight, Reading, Reason
from pos_terminal.devices.classes import Scale
from pos_terminal.devices.errors import DeviceLost, DeviceRefused
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.domain.weight import Weight
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.faults import device_errors, opened
from pos_terminal.links.hidraw import HidReports, hid_reports

log = logging.getLogger(__name__)


class HidScaleSettings(Struct, frozen=True, kw_only=True):
    """A USB scale: `device` is its raw node, a udev link such as /dev/pos/scale; times in seconds.

    `answer_time` is how long it may go without a report, `settle_time` how long a weight may move.
    More than `capacity` grams are an overload whatever the scale says; 0: not known.
    """

    device: str
    answer_time: float = 1.0
    settle_time: float = 3.0
    capacity: int = 0

    def __post_init__(self) -> None:
        within(self, answer_time=(0.05, 10), settle_time=(0, 30), capacity=(0, 1_000_000))


@asynccontextmanager
async def open_scale(settings: HidScaleSettings) -> AsyncIterator[Scale]:
    """Open the node. Raises DeviceLost when it is absent, or another kind of device."""
    async with opened(hid_reports(settings.device), faults.SCALE_OFFLINE) as reports:
        yield HidScale(reports, settings)


class HidScale:
    """One scale behind its reports. Calls take turns."""

    def __init__(self, reports: HidReports, settings: HidScaleSettings) -> None:
        weight = next((field for field in reports.fields if field.usage == WEIGHT), None)
        if weight is None:
            detail = say("{path} : pas de poids dans ses rapports", path=reports.name)
            raise DeviceLost(faults.SCALE_OFFLINE, detail)
        self._reports = reports
        self._settings = settings
        self._number = weight.report
        self._turn = asyncio.Lock()

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._reports.gone()

    async def weigh(self) -> Weight:
        """See `Scale.weigh`: the first report after the question that does not move."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            with device_errors(offline=faults.SCALE_OFFLINE, mute=faults.SCALE_MUTE):
                # What has come before the question is another moment's weight.
                self._reports.drain()
                deadline = loop.time() + self._settings.settle_time
                reading = await self._next()
                while moving(reading) and loop.time() < deadline:
                    reading = await self._next()
        return given(reading, self._settings.capacity)

    async def zero(self) -> None:
        """See `Scale.zero`: refused, for a scale need not take the control report."""
        raise refusal(NoWeight(Reason.NOT_SET, say("seule sa touche la met à zéro")))

    async def tare(self) -> None:
        """See `zero`."""
        raise refusal(NoWeight(Reason.NOT_SET, say("seule sa touche prend une tare")))

    async def _next(self) -> Reading:
        async with asyncio.timeout(self._settings.answer_time):
            while True:
                report = await self._reports.receive()
                if self._number and report[:1] != bytes([self._number]):
                    continue  # limits, statistics
                try:
                    return parse(report[1:] if self._number else report)
                except FrameError as error:
                    log.warning("%s: no weight: %s", self._reports.name, report.hex(" "))
                    raise DeviceRefused(faults.SCALE_ANSWER, str(error)) from error


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «hid-scale»."""
    drivers.scales.add("hid-scale", open_scale, HidScaleSettings, measuring=named())
