"""What each device is there for: a second printer has a role of its own, or is refused."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.runtime.settings import CashDrawer, DeviceSettings


class ScannerRole(StrEnum):
    """A reader of cards: all that it reads is a badge. Without a role a scanner reads goods."""

    BADGE = "badge"


class DisplayRole(StrEnum):
    """Who reads a display: customers alone, or the clerk. Without a role both do."""

    CUSTOMER = "customer"
    CLERK = "clerk"


WITH_ROLES = (DeviceClass.PRINTER, DeviceClass.DISPLAY, DeviceClass.SCANNER)


def misfits(
    devices: Sequence[DeviceSettings], drawers: Sequence[CashDrawer]
) -> Iterator[tuple[str, str]]:
    """The settings of devices that would be held and never used, each with its remedy."""
    yield from _of_printers([each for each in devices if each.device_class is DeviceClass.PRINTER])
    yield from _of_displays([each for each in devices if each.device_class is DeviceClass.DISPLAY])
    for each in devices:
        key = f"devices.{each.name}.role"
        if each.role and each.device_class not in WITH_ROLES:
            device_class = each.device_class
            text = say("role ne va pas avec {device_class} : l'enlever", device_class=device_class)
            yield key, text
        elif each.device_class is DeviceClass.SCANNER and each.role not in ("", ScannerRole.BADGE):
            role, known = each.role, repr(str(ScannerRole.BADGE))
            yield key, say("{role!r} n'est pas un rôle : l'un de {known}", role=role, known=known)
    scales = [each.name for each in devices if each.device_class is DeviceClass.SCALE]
    for name in scales[1:]:
        yield (
            f"devices.{name}",
            say("{text!r} pèse déjà, et une caisse a une balance", text=scales[0]),
        )
    listed = {each.device for each in drawers}
    boxes = [each.name for each in devices if each.device_class is DeviceClass.DRAWER]
    unlisted = [name for name in boxes if name not in listed] if drawers else boxes[1:]
    for name in unlisted:
        yield f"devices.{name}", say("rien ne l'ouvrirait : nommer chaque tiroir dans [[drawers]]")


def _of_displays(displays: Sequence[DeviceSettings]) -> Iterator[tuple[str, str]]:
    known = ", ".join(map(repr, map(str, DisplayRole)))
    for each in displays:
        if each.role and each.role not in list(DisplayRole):
            yield (
                f"devices.{each.name}.role",
                say("{role!r} n'est pas un rôle : l'un de {known}", role=each.role, known=known),
            )
    # A clerk who does not see what he types sells blindly.
    if displays and all(each.role == DisplayRole.CUSTOMER for each in displays):
        yield (
            f"devices.{displays[0].name}.role",
            say("il faut d'abord un afficheur que le vendeur voit : sans rôle, ou 'clerk'"),
        )


def _of_printers(printers: Sequence[DeviceSettings]) -> Iterator[tuple[str, str]]:
    known = ", ".join(map(repr, map(str, PrinterRole)))
    first: dict[str, str] = {}
    for each in printers:
        role = each.role or PrinterRole.RECEIPT
        key = f"devices.{each.name}.role"
        if role not in list(PrinterRole):
            yield key, say("{role!r} n'est pas un rôle : l'un de {known}", role=role, known=known)
        elif role in first:
            yield (
                key,
                say(
                    "{text!r} a déjà le rôle '{role}' : l'un de {known}",
                    text=first[role],
                    role=role,
                    known=known,
                ),
            )
        first.setdefault(role, each.name)
    if first and PrinterRole.RECEIPT not in first:
        name = next(iter(first.values()))
        yield (
            f"devices.{name}.role",
            say("il faut d'abord une imprimante du rôle '{receipt}'", receipt=PrinterRole.RECEIPT),
        )
