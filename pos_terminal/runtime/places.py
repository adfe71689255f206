"""Where devices are, by their settings: paths and addresses; and what of it can be wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain.language import say
from pos_terminal.runtime.settings import DeviceSettings, PrinterDrawerSettings

NO_PLACES = ("font", "logo", "profile")
"""Settings that may be a path and are no place."""


def places_of(options: object) -> Iterator[str]:
    """Where a device is, by its driver's settings and those of its line within: paths, hosts."""
    if not isinstance(options, Struct):
        return
    if place := getattr(options, "place", ""):  # one without a path of its own
        yield place
    if isinstance(options, PrinterDrawerSettings):
        yield say("la broche {pin} de {printer}", pin=options.pin, printer=options.printer)
    for name in options.__struct_fields__:
        value = getattr(options, name)
        if name in NO_PLACES:
            continue
        if isinstance(value, str) and value.startswith("/"):
            yield value
        elif name == "host" and value:
            yield f"{value}:{getattr(options, 'port', '')}"
        else:
            yield from places_of(value)


def shared(devices: Sequence[DeviceSettings]) -> Iterator[tuple[str, str]]:
    """Devices on a line that another one holds, as key and reason: the second would never open.

    A keyboard may have a beeper in it, which is another use of the same node.
    """
    taken: dict[tuple[str, bool], str] = {}
    for device in devices:
        tone = device.device_class is DeviceClass.TONE
        for place in places_of(device.options):
            # Two names of one node are one line.
            line = str(Path(place).resolve()) if place.startswith("/") else place
            other = taken.setdefault((line, tone), device.name)
            if other != device.name:
                yield (
                    f"devices.{device.name}",
                    say("{place} est déjà à {other!r}", place=place, other=other),
                )


def absent(devices: Sequence[DeviceSettings]) -> Iterator[str]:
    """What may be in order and is not there now, a sentence each; or that there is no device."""
    if not devices:
        yield say("Aucun appareil : rien ne peut être tapé, lu ni imprimé")
    for device in devices:
        for place in places_of(device.options):
            if place.startswith("/") and not Path(place).exists():
                yield say("[devices.{name}] : {place} n'est pas là", name=device.name, place=place)
