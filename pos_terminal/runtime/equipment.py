"""The devices of one terminal: its ports, and the lanes between them and the till."""

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from pos_terminal.devices.classes import DeviceClass, Drawer
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.counter.steps import Input
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.runtime.lanes import (
    DrawerLane,
    PrinterDrawer,
    PrinterLane,
    ScaleLane,
    read_keys,
    read_scans,
    show_screens,
    sound_tones,
)
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.runtime.outputs import Outputs
from pos_terminal.runtime.pins import PinLane
from pos_terminal.runtime.port import Port
from pos_terminal.runtime.settings import CashDrawer, DeviceSettings, PrinterDrawerSettings
from pos_terminal.tasks.latest import Latest


class Equipment:
    """Builds a port for every configured device, and knows which lane each belongs to."""

    def __init__(
        self,
        devices: tuple[DeviceSettings, ...],
        drivers: Drivers,
        keymap: KeyMap,
        put: Callable[[Input], None],
        lookups: LookupLane,
        *,
        drawers: tuple[CashDrawer, ...] = (),
    ) -> None:
        self.ports: dict[str, Port[Any]] = {}
        self.paths: dict[Path, Port[Any]] = {}
        for device in devices:
            self._add(device, drivers)
        self._keymap = keymap
        self._put = put
        self.outputs = Outputs(
            screen=Latest(),
            tone=Latest(),
            printer=PrinterLane(self._one(DeviceClass.PRINTER), put),
            drawer=DrawerLane(self._drawers(drawers), put),
            scale=ScaleLane(self._one(DeviceClass.SCALE), put),
            pins=PinLane(put),
            lookups=lookups,
        )

    def _add(self, device: DeviceSettings, drivers: Drivers) -> None:
        options = device.options
        if isinstance(options, PrinterDrawerSettings):
            opener: Callable[[], Any] = partial(_drawer_through, self.ports, options)
        else:
            driver = drivers.of(device.device_class).get(device.driver)
            opener = partial(driver.open, options)
        port: Port[Any] = Port(device.name, device.device_class, opener)
        self.ports[device.name] = port
        self.paths.update((path, port) for path in _nodes(options))

    def _of(self, device_class: DeviceClass) -> list[Port[Any]]:
        return [port for port in self.ports.values() if port.device_class is device_class]

    def _drawers(self, drawers: tuple[CashDrawer, ...]) -> list[Port[Any] | None]:
        """The ports of the drawers in their order; the first drawer's where none is listed."""
        if not drawers:
            return [self._one(DeviceClass.DRAWER)]
        return [self.ports.get(each.device) for each in drawers]

    def _one(self, device_class: DeviceClass) -> Port[Any] | None:
        return next(iter(self._of(device_class)), None)

    def tasks(self) -> list[Coroutine[Any, Any, NoReturn]]:
        """Everything that has to run for the devices to work."""
        screen, tone = self.outputs.screen, self.outputs.tone
        keymap, put = self._keymap, self._put
        displays = self._of(DeviceClass.DISPLAY)
        return [
            *(port.run() for port in self.ports.values()),
            *(read_scans(port, put) for port in self._of(DeviceClass.SCANNER)),
            *(read_keys(port, keymap, put) for port in self._of(DeviceClass.KEYPAD)),
            *(show_screens(port, screen) for port in displays),
            *(sound_tones(port, tone) for port in self._of(DeviceClass.TONE)),
            self.outputs.printer.run(),
            self.outputs.drawer.run(),
            self.outputs.scale.run(),
            self.outputs.pins.run(),
            self.outputs.lookups.run(),
        ]


def _nodes(options: object) -> Iterator[Path]:
    """The paths in a driver's settings, those of its line within: what a replug brings back."""
    if isinstance(options, str) and options.startswith("/"):
        yield Path(options)
    elif is_dataclass(options):
        for each in fields(options):
            yield from _nodes(getattr(options, each.name))


@asynccontextmanager
async def _drawer_through(
    ports: dict[str, Port[Any]], options: PrinterDrawerSettings
) -> AsyncIterator[Drawer]:
    yield PrinterDrawer(ports[options.printer], options.pin, options.open_when_high)
