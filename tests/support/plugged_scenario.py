"""Runs in a process of its own, under umockdev: keyboards come, and udev tells of them."""

import asyncio

from pos_driver_evdev.scanner import ScannerSettings, open_scanner
from pos_terminal.devices.classes import DeviceClass, Scanner
from pos_terminal.runtime.hotplug import watch_devices
from pos_terminal.runtime.port import Port, PortState
from pos_terminal.runtime.strangers import Strangers
from tests.support.umockdev_testbed import Testbed

PATIENCE = 20.0
OURS, STRANGE = 5, 6


async def until(true: "asyncio.Event") -> None:
    async with asyncio.timeout(PATIENCE):
        await true.wait()


async def scenario(bed: Testbed) -> None:
    """Ours is opened as udev tells of it, whatever its pause would be; strangers are held."""
    heard, opened = asyncio.Event(), asyncio.Event()
    ours = f"/dev/input/event{OURS}"
    port: Port[Scanner] = Port(
        "scanner", DeviceClass.SCANNER, lambda: open_scanner(ScannerSettings(ours))
    )
    port.pause = lambda _: 3600.0  # type: ignore[method-assign,assignment]
    port.observers.add(lambda it: opened.set() if it.state is PortState.IDLE else None)
    strangers = Strangers((ours,))
    assert strangers.guards

    def plugged() -> None:
        heard.set()
        port.wake()
        strangers.look()

    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(work)
            for work in (watch_devices(plugged), port.run(), strangers.run())
        ]
        await asyncio.sleep(0.1)
        for number in (OURS, STRANGE):
            bed.plug(number)
            bed.tell(number, "add")
        await until(heard)
        await until(opened)
        async with asyncio.timeout(PATIENCE):
            while not strangers.found:
                await asyncio.sleep(0.01)
        (stranger,) = strangers.found
        assert f"event{STRANGE}" in stranger, stranger
        assert [*strangers._held] == [f"/dev/input/event{STRANGE}"]
        bed.unplug(STRANGE)
        bed.tell(OURS, "change")
        async with asyncio.timeout(PATIENCE):
            while strangers.found:
                await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    with Testbed() as testbed:
        asyncio.run(scenario(testbed))
    print("done")
