"""A till that cannot start says so where the clerk looks: its code on display and tone.

Only displays and tones are opened, each by itself and for a short while: whatever keeps one from
opening (another till that holds it, above all) keeps no other from it. A device that is in use is
left to who uses it.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AsyncExitStack

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.display import screens
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.screen import Screen
from pos_terminal.runtime.settings import DeviceSettings
from pos_terminal.tasks.contain import contained, one_line

log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that a device may take to open and show."""

HEARD = 1.5
"""Seconds for which it stays open at least: an alarm is three long tones."""


async def say(
    fault: Fault,
    devices: Iterable[DeviceSettings],
    drivers: Drivers,
    hold: float = HEARD,
    *,
    phone: str = "",
) -> int:
    """Show and sound `fault`, and keep it up for `hold` seconds; how many devices said it.

    `phone` is whom to call, where the settings say it.
    """
    screen = screens.out_of_service(fault, phone)
    async with asyncio.TaskGroup() as group:
        said = [group.create_task(_said(fault, screen, each, drivers, hold)) for each in devices]
    return sum(each.result() for each in said)


async def _said(
    fault: Fault, screen: Screen, device: DeviceSettings, drivers: Drivers, hold: float
) -> bool:
    if device.device_class not in (DeviceClass.DISPLAY, DeviceClass.TONE):
        return False
    with contained(lambda error: log.warning("%s: %s", device.name, one_line(error))):
        driver = drivers.of(device.device_class).get(device.driver)
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(PATIENCE):
                opened = await stack.enter_async_context(driver.open(device.options))
                if device.device_class is DeviceClass.DISPLAY:
                    await opened.show(screen)
                else:
                    await opened.sound(fault.tone)
            await asyncio.sleep(hold)
            return True
    return False
