"""The table of drivers: plugins add to it at start, the runtime opens devices from it.

A driver is a name, a function that opens a device, and the struct of its settings:

    drivers.scanners.add("evdev", open_scanner, EvdevSettings)

`open_scanner(settings)` returns an async context manager that yields the opened `Scanner`.
The settings class is a frozen `msgspec.Struct`; the configuration's table is checked against it,
so its fields, types and defaults are the driver's whole configuration.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from msgspec import Struct

from pos_terminal.devices.classes import (
    CustomerDisplay,
    Device,
    DeviceClass,
    Drawer,
    Keypad,
    Printer,
    Scale,
    Scanner,
    ToneIndicator,
)
from pos_terminal.devices.payments import PaymentTerminal

D_co = TypeVar("D_co", bound=Device, covariant=True)
S = TypeVar("S")


class Probe(Struct, frozen=True):
    """How a search tries a driver on a device that nobody knows, at a port: `scale detect`.

    `harm` orders them: what asks a stranger least comes first. `open` opens the device at a port
    so that one question to it changes nothing on any other make's.
    """

    harm: int
    open: Callable[[str], AbstractAsyncContextManager[Any]]


@runtime_checkable
class Checked(Protocol):
    """Settings that name more than a look at them can judge: a file, a model.

    `config check` asks them; a start does not, since each of these costs itself alone.
    """

    def problems(self) -> Iterable[tuple[str, str]]:
        """What does not serve: the key, and why. May take seconds."""


class Driver(Generic[D_co], Struct, frozen=True):
    """One way to open a device of one class.

    `measuring` names its legally relevant part, where it has one: version and checksum, as a person
    compares them. Status shows it.
    """

    name: str
    open: Callable[[Any], AbstractAsyncContextManager[D_co]]
    settings: type[Any]
    probe: Probe | None = None
    measuring: str = ""


class DriverTable(Generic[D_co]):
    """The drivers of one class of device, by name."""

    def __init__(self) -> None:
        self._drivers: dict[str, Driver[D_co]] = {}

    def add(
        self,
        name: str,
        open_device: "Callable[[S], AbstractAsyncContextManager[D_co]]",
        settings: type[S],
        *,
        probe: Probe | None = None,
        measuring: str = "",
    ) -> None:
        """Declare a driver. ValueError when the name is taken, TypeError without a struct."""
        # At start, where a person sees it: which of two drivers opened a scale must never depend on
        # the order of plugins.
        if name in self._drivers:
            raise ValueError(f"driver {name!r} is declared twice")
        if not (isinstance(settings, type) and issubclass(settings, Struct)):
            raise TypeError(f"driver {name!r}: settings must be a msgspec.Struct, not {settings!r}")
        self._drivers[name] = Driver(name, open_device, settings, probe, measuring)

    def get(self, name: str) -> Driver[D_co]:
        """The driver of this name; KeyError when no enabled plugin declares it."""
        return self._drivers[name]

    def __iter__(self) -> Iterator[Driver[D_co]]:
        return iter(self._drivers.values())


class Drivers:
    """What `pos_register_drivers` receives: one table per class of device."""

    def __init__(self) -> None:
        self.scanners: DriverTable[Scanner] = DriverTable()
        self.keypads: DriverTable[Keypad] = DriverTable()
        self.scales: DriverTable[Scale] = DriverTable()
        self.printers: DriverTable[Printer] = DriverTable()
        self.drawers: DriverTable[Drawer] = DriverTable()
        self.displays: DriverTable[CustomerDisplay] = DriverTable()
        self.tones: DriverTable[ToneIndicator] = DriverTable()
        self.payment_terminals: DriverTable[PaymentTerminal] = DriverTable()

    def of(self, device_class: DeviceClass) -> DriverTable[Any]:
        """The table of one class."""
        tables: dict[DeviceClass, DriverTable[Any]] = {
            DeviceClass.SCANNER: self.scanners,
            DeviceClass.KEYPAD: self.keypads,
            DeviceClass.SCALE: self.scales,
            DeviceClass.PRINTER: self.printers,
            DeviceClass.DRAWER: self.drawers,
            DeviceClass.DISPLAY: self.displays,
            DeviceClass.TONE: self.tones,
            DeviceClass.PAYMENT_TERMINAL: self.payment_terminals,
        }
        return tables[device_class]
