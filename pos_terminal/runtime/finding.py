"""Which driver would take what is plugged in, and why none would: facts for a person to decide by.

Nothing is opened. What a device *is* comes from its ids (devices/usb_devices.toml) and from what
the kernel made of it; where that leaves a choice, the choice is left.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import msgspec.structs

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.registry import Drivers, Probe
from pos_terminal.domain.language import say
from pos_terminal.links.attached import Attached, Kind, attached
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.storage import toml

TABLE = Path(__file__).parent.parent / "devices" / "usb_devices.toml"


class KnownDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table of USB devices; its head says what the fields are."""

    vendor: str
    name: str
    device_class: DeviceClass = msgspec.field(name="class")
    driver: str
    products: tuple[str, ...] = ()
    settings: dict[str, str | int | bool] = {}

    def is_it(self, device: Attached) -> bool:
        """Whether this row is about that device; ids alone decide."""
        return self.vendor == device.vendor and (
            not self.products or device.product in self.products
        )


@cache
def known_devices() -> tuple[KnownDevice, ...]:
    """The table, those of one product before those of a maker."""
    rows = msgspec.convert(toml.tables(TABLE.read_text()), dict[str, tuple[KnownDevice, ...]])
    return tuple(sorted(rows["device"], key=lambda row: not row.products))


class DriverFact(msgspec.Struct, frozen=True):
    """An installed driver: whose it is, its settings' struct, and how a search tries it."""

    device_class: DeviceClass
    name: str
    plugin: str
    settings: type[Any]
    probe: Probe | None = None


def installed_drivers() -> list[DriverFact]:
    """The drivers of all installed plug-ins, whatever the settings enable, by class and name."""
    listed = Plugins(())
    listed.find()
    drivers: list[DriverFact] = []
    for plugin in sorted(each.name for each in listed):
        alone = Plugins((plugin,))
        alone.load()
        drivers += _drivers_of(plugin, alone.drivers)
    return sorted(drivers, key=lambda each: ([*DeviceClass].index(each.device_class), each.name))


def _drivers_of(plugin: str, drivers: Drivers) -> Iterator[DriverFact]:
    for device_class in DeviceClass:
        for driver in drivers.of(device_class):
            yield DriverFact(device_class, driver.name, plugin, driver.settings, driver.probe)


def attached_here() -> list[Attached]:
    """What is plugged into this box."""
    return attached()


class Candidate(msgspec.Struct, frozen=True):
    """A driver that could take a device, as what, with which settings."""

    device_class: DeviceClass
    driver: str
    plugin: str
    settings: dict[str, Any]


class Found(msgspec.Struct, frozen=True):
    """What is plugged in, who could take it, and why that is not decided, or nobody can."""

    device: Attached
    candidates: tuple[Candidate, ...]
    why: str = ""


def found(device: Attached, drivers: Sequence[DriverFact]) -> Found:
    """What the ids and the kernel say of it."""
    known = next((row for row in known_devices() if row.is_it(device)), None)
    candidates = tuple(_candidates(device, known, drivers))
    if not candidates:
        return Found(device, (), _nobody(device, known))
    return Found(device, candidates, "" if len(candidates) == 1 else _undecided(device))


def _candidates(
    device: Attached, known: KnownDevice | None, drivers: Sequence[DriverFact]
) -> Iterator[Candidate]:
    wanted: list[tuple[DeviceClass, str]] = []
    match device.kind:
        case Kind.KEYBOARD if known and known.device_class is DeviceClass.SCANNER:
            wanted = [(DeviceClass.SCANNER, "evdev")]
        case Kind.KEYBOARD:
            wanted = [(DeviceClass.KEYPAD, "evdev"), (DeviceClass.SCANNER, "evdev")]
        case Kind.SOUNDER:
            wanted = [(DeviceClass.TONE, "evdev")]
        case Kind.PRINTER | Kind.BARE_PRINTER:
            wanted = [(DeviceClass.PRINTER, known.driver if known else "escpos")]
        case Kind.SERIAL if known:
            wanted = [(known.device_class, known.driver)]
        case Kind.HID_SCANNER:
            wanted = [(DeviceClass.SCANNER, "hid-pos")]
        case Kind.HID_SCALE:
            wanted = [(DeviceClass.SCALE, "hid-scale")]
    more = known.settings if known and device.kind is Kind.SERIAL else {}
    for fact in drivers:
        if (fact.device_class, fact.name) in wanted:
            place = placed(fact.settings, device)
            if place:
                yield Candidate(fact.device_class, fact.name, fact.plugin, place | more)


def placed(settings: type[Any], device: Attached) -> dict[str, Any]:
    """The settings that say where the device is; empty where this driver has none for it."""
    names = {each.name: each for each in msgspec.structs.fields(settings)}
    if device.kind is Kind.BARE_PRINTER:
        ids = {"vendor": int(device.vendor, 16), "product": int(device.product, 16)}
        return {"usb": ids} if "usb" in names and device.vendor else {}
    if device.kind is Kind.SERIAL and "serial" in names:
        return {"serial": {"port": device.stable}}
    # A network printer has a `port` with a default, which is a number and no place.
    port = names.get("port")
    if port and port.required:
        return {"port": device.stable}
    return {"device": device.stable} if "device" in names else {}


def _undecided(device: Attached) -> str:
    if device.kind is Kind.KEYBOARD:
        return say("clavier ou scanner : Linux ne les distingue pas, dire --class")
    return say("plusieurs pilotes vont : dire --driver")


def _nobody(device: Attached, known: KnownDevice | None) -> str:
    if known:
        return say("aucun module installé n'a le pilote {driver}", driver=known.driver)
    if device.kind is Kind.SERIAL:
        return say(
            "une ligne série ne dit pas ce qui y est branché : dire --class et --driver "
            "(une balance : pos-terminal scale detect)"
        )
    return say("aucun pilote ne prend cet appareil")


def by_hand(
    device: Attached, drivers: Sequence[DriverFact], *, device_class: str, driver: str
) -> list[Candidate]:
    """The drivers that fit what a person has said of it; either may be empty."""
    possible = found(device, drivers).candidates
    chosen = [each for each in possible if _fits(each, device_class, driver)]
    if chosen or not (device_class and driver):
        return chosen
    facts = (each for each in drivers if (each.device_class, each.name) == (device_class, driver))
    places = ((fact, placed(fact.settings, device)) for fact in facts)
    return [
        Candidate(fact.device_class, fact.name, fact.plugin, place)
        for fact, place in places
        if place
    ]


def _fits(candidate: Candidate, device_class: str, driver: str) -> bool:
    return device_class in ("", candidate.device_class) and driver in ("", candidate.driver)
