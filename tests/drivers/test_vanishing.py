"""Every driver on a line whose device goes away at each single step of being opened.

Between the opening of a node and the first read of it lie a dozen calls of the kernel, and a device
may be pulled out before any of them. It is lost, then, by its class's own fault: neither a bug of
the driver's nor a device that nobody notices to be gone.
"""

import asyncio
import fcntl
import os
import pty
import termios
import tty
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import msgspec
import pytest
from msgspec.structs import fields

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.errors import DeviceLost
from pos_terminal.devices.registry import Driver
from pos_terminal.links.serial import SerialSettings
from pos_terminal.runtime.port import OFFLINE
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.running import PATIENCE
from tests.support.bundled_drivers import bundled_drivers

CALLS: tuple[tuple[ModuleType, str], ...] = (
    (os, "open"), (os, "read"), (os, "write"),
    (fcntl, "ioctl"), (fcntl, "flock"),
    (termios, "tcgetattr"), (termios, "tcsetattr"), (termios, "tcflush"),
)  # fmt: skip
"""What opening a device asks of the kernel."""

WAYS = ("port", "serial", "device")
"""The settings that may name a node, by which all drivers have it."""


def on_nodes() -> Iterator[tuple[DeviceClass, Driver[Any], str]]:
    """Every bundled driver with the ways in which a terminal's node is named to it."""
    drivers = bundled_drivers()
    for kind in DeviceClass:
        for driver in drivers.of(kind):
            names = {each.name for each in fields(driver.settings)}
            for way in WAYS:
                if way not in names or (way == "port") != issubclass(
                    driver.settings, SerialSettings
                ):
                    continue
                # Raw HID and input devices are no terminals: see tests/qemu.
                if way != "device" or "serial" in names:
                    yield kind, driver, way


def settings_of(driver: Driver[Any], way: str, path: str) -> Any:
    """Its settings with the node at `path`, and otherwise as they are."""
    table = {way: {"port": path} if way == "serial" else path}
    return msgspec.convert(table, driver.settings)


class Pulled:
    """A device on a pty, pulled out before the nth call of the kernel's from now on."""

    def __init__(self, nth: int) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(self._master)
        self.path = os.ttyname(slave)
        os.close(slave)
        self._left = nth

    @property
    def is_out(self) -> bool:
        return self._master < 0

    def pull(self) -> None:
        if not self.is_out:
            master, self._master = self._master, -1
            os.close(master)

    def before(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0:
                self.pull()
            return real(*arguments, **named)

        return call


@pytest.mark.parametrize(
    ("kind", "driver", "way"),
    [pytest.param(*each, id=f"{each[0]}.{each[1].name}-{each[2]}") for each in on_nodes()],
)
def test_a_device_that_goes_while_it_is_opened_is_lost(
    kind: DeviceClass, driver: Driver[Any], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body(device: Pulled) -> None:
        with pytest.raises(DeviceLost) as lost:
            async with driver.open(settings_of(driver, way, device.path)) as opened:
                device.pull()
                async with asyncio.timeout(PATIENCE):
                    await opened.gone()
                raise DeviceLost(OFFLINE[kind])
        assert lost.value.fault is OFFLINE[kind]

    for nth in range(1, 100):
        device = Pulled(nth)
        with monkeypatch.context() as kernel:
            for module, name in CALLS:
                kernel.setattr(module, name, device.before(getattr(module, name)))
            run_hurried(body(device))
        if device._left > 0:  # it was open before its turn came
            assert nth > 1
            return
    pytest.fail("it never opens")
