"""What is plugged into this box that a till could use, by what stays the same over a reboot.

Read from sysfs and from the names that udev gave (/dev/pos, /dev/input/by-id and their like), so
it needs no library, no rights, and no device to be opened.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

LINKS = ("pos", "input/by-id", "input/by-path", "serial/by-id", "serial/by-path", "usb")
"""Folders of /dev with names that stay; the till's own first, then those by serial number."""

LETTERS = sum(1 << code for code in range(16, 26))  # the row of Q, linux/input-event-codes.h
DIGITS = sum(1 << code for code in (*range(2, 12), *range(71, 83)))
"""Keys by which a keyboard, or what types like one, is told from a power button: a row of letters,
or of digits, on the keypad as well."""

PRINTER_CLASS = "07"
"""bInterfaceClass of printers (USB Device Class Definition for Printing Devices, 4.2.1)."""

USAGES = {0x8C: "scanner", 0x8D: "scale"}
"""HID usage pages of points of sale (USB HID Point of Sale Usage Tables)."""


class Kind(StrEnum):
    """What a node is to the kernel."""

    KEYBOARD = "keyboard"
    SOUNDER = "sounder"
    SERIAL = "serial"
    PRINTER = "printer"
    BARE_PRINTER = "bare-printer"
    HID_SCANNER = "hid-scanner"
    HID_SCALE = "hid-scale"


class Attached(Struct, frozen=True):
    """One thing that is plugged in, or soldered.

    `node` is its file, empty for a printer without one; `vendor` and `product` are USB's ids, four
    hexadecimal digits; `number` its serial number; `place` where it is plugged in («1-1.2:1.0»),
    and `controller` whose bus that is («0000:00:14.0»); `names` the links that lead to its node,
    the most lasting first. Empty: there is none.
    """

    kind: Kind
    node: str
    name: str = ""
    vendor: str = ""
    product: str = ""
    number: str = ""
    place: str = ""
    controller: str = ""
    names: tuple[str, ...] = ()

    @property
    def stable(self) -> str:
        """The name under which settings should know it."""
        return next(iter(self.names), self.node)

    @property
    def identity(self) -> str:
        """Which one it is, for people: ids, number, place."""
        ids = f"{self.vendor}:{self.product}" if self.vendor else ""
        return " ".join(filter(None, (ids, self.number, self.place)))


def attached(root: Path = Path("/")) -> list[Attached]:
    """All of it, in order of kind and node. `root` is a test's."""
    names = _links(root)
    found = [*_inputs(root, names), *_serial(root, names), *_printers(root, names)]
    found += _hid(root, names)
    taken = {each.place for each in found if each.kind is Kind.PRINTER}
    found += (each for each in _bare_printers(root) if each.place not in taken)
    return sorted(found, key=lambda each: (each.kind, each.node, each.place))


def _links(root: Path) -> dict[str, list[str]]:
    """By a node's own name: the links to it, as LINKS orders them, that lead to no other.

    A name that rules give to several devices, such as one for all of a maker's, leads to whichever
    came last: it stays no longer than until the next one is plugged in.
    """
    dev, found = root / "dev", dict[str, list[str]]()
    for folder in (dev / name for name in LINKS):
        for link in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = str(link.relative_to(dev))
            if link.is_symlink() and _claimed(root, name) <= 1:
                found.setdefault(link.resolve().name, []).append(f"/dev/{name}")
    return found


def _claimed(root: Path, name: str) -> int:
    """How many devices udev would give that name to: it keeps a file for each (udev-node.c)."""
    claims = root / "run/udev/links" / name.replace("/", "\\x2f")
    return sum(not each.name.startswith(".") for each in claims.iterdir()) if claims.is_dir() else 0


def _inputs(root: Path, names: dict[str, list[str]]) -> Iterator[Attached]:
    for entry in _class(root, "input", "event*"):
        device = entry / "device"
        keys, sounds = (_bits(device / "capabilities" / each) for each in ("key", "snd"))
        if keys & LETTERS == LETTERS or keys & DIGITS & (keys & DIGITS - 1):
            kind = Kind.KEYBOARD
        elif sounds:
            kind = Kind.SOUNDER
        else:
            continue
        vendor, product = _read(device / "id/vendor"), _read(device / "id/product")
        yield _described(
            kind, entry, f"/dev/input/{entry.name}", names,
            name=_read(device / "name"), vendor=vendor, product=product,
        )  # fmt: skip


def _serial(root: Path, names: dict[str, list[str]]) -> Iterator[Attached]:
    for entry in _class(root, "tty", "tty*"):
        # Consoles and pseudo-terminals have no device behind them; of the four ttyS that every PC
        # is given, those without a chip are of type 0 (serial_core, PORT_UNKNOWN).
        if (entry / "device").exists() and _read(entry / "type") != "0":
            yield _described(Kind.SERIAL, entry, f"/dev/{entry.name}", names)


def _printers(root: Path, names: dict[str, list[str]]) -> Iterator[Attached]:
    for entry in _class(root, "usbmisc", "lp*"):
        yield _described(Kind.PRINTER, entry, f"/dev/usb/{entry.name}", names)


def _bare_printers(root: Path) -> Iterator[Attached]:
    """Printers that no driver of the kernel has given a node."""
    for interface in sorted((root / "sys/bus/usb/devices").glob("*:*")):
        if _read(interface / "bInterfaceClass") == PRINTER_CLASS:
            yield _described(Kind.BARE_PRINTER, interface, "", {})


def _hid(root: Path, names: dict[str, list[str]]) -> Iterator[Attached]:
    for entry in _class(root, "hidraw", "hidraw*"):
        try:
            report = (entry / "device/report_descriptor").read_bytes()
        except OSError:
            continue
        # «Usage Page» with one byte comes first in a report descriptor (HID 1.11, 6.2.2.7).
        use = USAGES.get(report[1]) if report[:1] == b"\x05" else None
        if use:
            yield _described(Kind(f"hid-{use}"), entry, f"/dev/{entry.name}", names)


def _described(
    kind: Kind, entry: Path, node: str, names: dict[str, list[str]], *,
    name: str = "", vendor: str = "", product: str = "",
) -> Attached:  # fmt: skip
    """The same with what USB says of it, where it hangs on that."""
    here = entry.resolve()
    place, controller, usb = "", "", None
    for folder in (here, *here.parents):
        if not place and re.fullmatch(r"\d+-[\d.]+:\d+\.\d+", folder.name):
            place = folder.name
        if usb is None and (folder / "idVendor").exists():
            usb = folder
        if re.fullmatch(r"usb\d+", folder.name):  # the bus itself, as its first hub
            controller = folder.parent.name
            break
    if usb is not None:
        vendor, product = _read(usb / "idVendor"), _read(usb / "idProduct")
        name = " ".join(filter(None, (_read(usb / "manufacturer"), _read(usb / "product")))) or name
    return Attached(
        kind, node, name, vendor, product, _read(usb / "serial") if usb else "", place,
        controller, tuple(names.get(Path(node).name, ())),
    )  # fmt: skip


def _class(root: Path, name: str, pattern: str) -> list[Path]:
    return sorted((root / "sys/class" / name).glob(pattern))


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""


def _bits(path: Path) -> int:
    """A bitmap of the kernel's: words of its own width, the highest first (input.c)."""
    bits = 0
    for word in _read(path).split():
        bits = bits << 64 | int(word, 16)
    return bits
