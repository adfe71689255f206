"""A HID POS scanner as a `Scanner`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from msgspec import Struct

from pos_driver_hid_pos.assembler import NotAScanner, ReportAssembler
from pos_terminal.devices.classes import Scan, Scanner
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.scans import UNREADABLE
from pos_terminal.devices.settings import within
from pos_terminal.domain.faults import SCANNER_OFFLINE
from pos_terminal.domain.language import say
from pos_terminal.links.faults import opened
from pos_terminal.links.hidraw import HidReports, hid_reports
from pos_terminal.links.link import LinkLost

log = logging.getLogger(__name__)

SHOWN = 64
"""Bytes of a report that made no code that the log shows."""


class HidScannerSettings(Struct, frozen=True, kw_only=True):
    """A scanner in HID POS mode.

    `device` is its raw node: a udev link such as /dev/pos/scanner; /dev/hidrawN changes from boot
    to boot. `encoding` is of the characters beyond ASCII. `quiet_seconds`: a code whose rest does
    not come is given up, as unreadable, after so long. `max_length`, in bytes: a longer code is
    reported as unreadable.
    """

    device: str
    encoding: Literal["utf-8", "latin-1"] = "utf-8"
    quiet_seconds: float = 0.5
    max_length: int = 4096

    def __post_init__(self) -> None:
        within(self, quiet_seconds=(0.05, 10), max_length=(1, 8192))


@asynccontextmanager
async def open_scanner(settings: HidScannerSettings) -> AsyncIterator[Scanner]:
    """Open the node. Raises DeviceLost when it is absent, or another kind of device."""
    async with opened(hid_reports(settings.device), SCANNER_OFFLINE) as reports:
        yield HidScanner(reports, settings)


class HidScanner:
    """One scanner; its reports wait in the link until they are read."""

    def __init__(self, reports: HidReports, settings: HidScannerSettings) -> None:
        self._reports = reports
        self._quiet_seconds = settings.quiet_seconds
        try:
            self._assembler = ReportAssembler(
                reports.fields, max_length=settings.max_length, encoding=settings.encoding
            )
        except NotAScanner as error:
            detail = say("{path} : pas de code dans ses rapports", path=reports.name)
            raise DeviceLost(SCANNER_OFFLINE, detail) from error

    async def gone(self) -> None:
        """See `Device.gone`."""
        await self._reports.gone()

    async def read(self) -> Scan:
        """See `Scanner.read`. Half a code that was cut off by the loss comes first, unreadable."""
        report = b""
        scan: Scan | None = None
        while scan is None:
            try:
                async with asyncio.timeout(
                    # Only a code that has begun is waited for.
                    self._quiet_seconds if self._assembler.pending else None
                ):
                    report = await self._reports.receive()
            except TimeoutError:
                scan = self._assembler.give_up()
            except LinkLost as error:
                scan = self._assembler.give_up()
                if scan is None:
                    raise DeviceLost(SCANNER_OFFLINE, str(error)) from error
            else:
                scan = self._assembler.feed(report)
        if UNREADABLE in scan.text:
            # As a dump with blanks: no badge and no customer's card leaves the box
            # (domain/redaction).
            log.warning("%s: no code: %s", self._reports.name, report[:SHOWN].hex(" "))
        return scan
