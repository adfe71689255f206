"""What every scanner must do, whatever drives it. Subclass, and supply the far end.

class TestMyScanner(ScannerContract):
    @asynccontextmanager
    async def far_end(self): ...
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from pos_terminal.devices.classes import Scanner
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.scans import UNREADABLE
from pos_terminal.domain import faults
from pos_terminal.testing.running import PATIENCE, run

BREAD, CAKE = "3560071234562", "2012345006789"


class ScannerFarEnd(Protocol):
    """A scanner under test, with somebody's finger on its trigger."""

    def open(self) -> AbstractAsyncContextManager[Scanner]:
        """The driver's way to open it."""

    async def scan(self, text: str) -> None:
        """Read a code and send it, whole."""

    async def scan_half(self, text: str) -> None:
        """Send the beginning of a code, and never the rest."""

    async def unplug(self) -> None:
        """Pull the cable."""

    async def replug(self) -> None:
        """Plug it in again, to be opened with the same settings."""


class ScannerContract:
    """Subclass it and override `far_end`.

    `run` runs each body; `hurried.run_hurried` does so without waiting, where the far end is in its
    loop.
    """

    run = staticmethod(run)

    def far_end(self) -> AbstractAsyncContextManager[ScannerFarEnd]:
        """A scanner, plugged in."""
        raise NotImplementedError

    def test_codes_come_whole_and_in_order(self) -> None:
        """Every code arrives once, also the same one twice, without its suffix."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scanner:
                for code in (BREAD, CAKE, CAKE, "ABC-123", "7"):
                    await end.scan(code)
                assert await texts(scanner, 5) == [BREAD, CAKE, CAKE, "ABC-123", "7"]

        self.run(body())

    def test_a_cancelled_read_loses_nothing(self) -> None:
        """A code that comes after a reader gave up goes to the next reader."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scanner:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.02):
                        await scanner.read()
                await end.scan(BREAD)
                await end.scan(CAKE)
                assert await texts(scanner, 2) == [BREAD, CAKE]

        self.run(body())

    def test_half_a_code_is_unreadable_and_spoils_no_other(self) -> None:
        """A code cut off is reported, and not glued to the one that is scanned later."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scanner:
                await end.scan_half(BREAD)
                assert UNREADABLE in (await texts(scanner, 1))[0]
                await end.scan(CAKE)
                assert await texts(scanner, 1) == [CAKE]

        self.run(body())

    def test_control_characters_make_no_code_and_are_kept(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Each code that holds one is unreadable as a whole, in its place, with a line in the log.

        Those of GS1 are part of its codes.
        """

        async def body() -> None:
            async with self.far_end() as end, end.open() as scanner:
                for control in "\x07\x0b\x0c\x14":
                    caplog.clear()
                    await end.scan(f"35600{control}71234562")
                    await end.scan(CAKE)
                    spoilt, whole = await texts(scanner, 2)
                    assert UNREADABLE in spoilt
                    assert spoilt != f"35600{control}71234562"
                    assert whole == CAKE
                    assert [record.levelname for record in caplog.records] == ["WARNING"]
                await end.scan("0195060001343521\x1d10A")
                assert await texts(scanner, 1) == ["0195060001343521\x1d10A"]

        self.run(body())

    def test_a_code_without_end_is_unreadable_and_spoils_no_other(self) -> None:
        """Far too long for a code: reported once, when it is over."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as scanner:
                await end.scan("1" * 9000)
                assert UNREADABLE in (await texts(scanner, 1))[0]
                await end.scan(CAKE)
                assert await texts(scanner, 1) == [CAKE]

        self.run(body())

    def test_an_error_passes_through_its_opening_unchanged(self) -> None:
        """Whoever borrows the scanner catches its own errors, in no group and by their own type."""

        async def body() -> None:
            async with self.far_end() as end:
                for error in (KeyError(), TimeoutError(), DeviceLost(faults.SCANNER_OFFLINE)):
                    with pytest.raises(type(error)) as raised:
                        async with end.open():
                            raise error
                    assert raised.value is error

        self.run(body())

    def test_unplug_replug_scan(self) -> None:
        """A loss is noticed without reading, reading says so, and a replugged scanner works."""

        async def body() -> None:
            async with self.far_end() as end, asyncio.timeout(PATIENCE):
                async with end.open() as scanner:
                    await end.unplug()
                    await scanner.gone()
                    with pytest.raises(DeviceLost) as lost:
                        await scanner.read()
                    assert lost.value.fault == faults.SCANNER_OFFLINE
                with pytest.raises(DeviceLost):
                    async with end.open():
                        pytest.fail("an unplugged scanner was opened")
                await end.replug()
                async with end.open() as scanner:
                    await end.scan(BREAD)
                    assert await texts(scanner, 1) == [BREAD]

        self.run(body())


async def texts(scanner: Scanner, count: int) -> list[str]:
    """The texts of the next scans; TimeoutError when they do not come."""
    async with asyncio.timeout(PATIENCE):
        return [(await scanner.read()).text for _ in range(count)]
