"""The udev rule that gives one device its name below /dev/pos, over reboots and among equals."""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pos_terminal.links.attached import Attached, Kind

SUBSYSTEMS = {
    Kind.KEYBOARD: 'SUBSYSTEM=="input", KERNEL=="event*", ENV{ID_INPUT_KEYBOARD}=="1"',
    Kind.SOUNDER: 'SUBSYSTEM=="input", KERNEL=="event*"',
    Kind.SERIAL: 'SUBSYSTEM=="tty"',
    Kind.PRINTER: 'SUBSYSTEM=="usbmisc", KERNEL=="lp[0-9]*"',
    Kind.HID_SCANNER: 'SUBSYSTEM=="hidraw"',
    Kind.HID_SCALE: 'SUBSYSTEM=="hidraw"',
}
"""Where udev meets each kind of node; the others have none that it could name."""

RAW = ('GROUP="input"', 'MODE="0660"')
"""A raw node is root's alone until it is given to those who may read keyboards."""

ABOVE = 'OPTIONS+="link_priority=1"'
"""Who was adopted under a name keeps it also where a maker's rule gives it to another (udev(7))."""

_WHOLE = re.compile(r"[A-Za-z0-9_.-]+")
"""A serial number that udev takes as it is; in others it replaces characters."""

_PLACE = re.compile(r"\d+-([\d.]+):(\d+)\.(\d+)")
"""sysfs names an interface bus-port.port:configuration.interface."""


def rule(device: Attached, name: str, others: Sequence[Attached]) -> str:
    """The line; empty where nothing of it stays the same, or udev does not name it.

    By its serial number where it is the only one of its kind with that; else by the socket that it
    is plugged into, which two equal devices never share.
    """
    subsystem = SUBSYSTEMS.get(device.kind)
    told = [*_told(device, others)]
    if subsystem is None or not told:
        return ""
    given = RAW if device.kind in (Kind.HID_SCANNER, Kind.HID_SCALE) else ()
    return ", ".join((subsystem, *told, *given, ABOVE, f'SYMLINK+="pos/{name}"'))


def _told(device: Attached, others: Sequence[Attached]) -> Iterator[str]:
    found = _PLACE.fullmatch(device.place)
    if _WHOLE.fullmatch(device.number) and not _has_twin(device, others):
        yield f'ENV{{ID_VENDOR_ID}}=="{device.vendor}"'
        yield f'ENV{{ID_MODEL_ID}}=="{device.product}"'
        yield f'ENV{{ID_SERIAL_SHORT}}=="{device.number}"'
        if found:  # one device may have several nodes
            yield f'ENV{{ID_USB_INTERFACE_NUM}}=="{int(found[3]):02x}"'
    elif found:
        yield f'ENV{{ID_PATH}}=="{place_of(device)}"'


def _has_twin(device: Attached, others: Sequence[Attached]) -> bool:
    """Whether another device, in another socket, says the same of itself."""
    return any(
        (each.vendor, each.product, each.number) == (device.vendor, device.product, device.number)
        and each.place.partition(":")[0] != device.place.partition(":")[0]
        for each in others
    )


def place_of(device: Attached) -> str:
    """ID_PATH's end, by which a socket is known: it names controller and port, and not the bus,
    whose number is given anew at each boot. Each controller counts its ports from one.
    """
    found = _PLACE.fullmatch(device.place)
    whose = f"-{device.controller}-" if device.controller else ""
    return f"*{whose}usb-0:{found[1]}:{found[2]}.{found[3]}" if found else ""


def named(device: Attached, name: str) -> Attached:
    """The device as it is once the rule holds."""
    return replace(device, names=(f"/dev/pos/{name}", *device.names))
