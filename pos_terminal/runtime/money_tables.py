"""The settings' tables of what money goes through: `[[drawers]]` and `[[terminals]]`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain.language import say
from pos_terminal.domain.period.drawer import Drawers
from pos_terminal.domain.tender.terminals import Terminal, Terminals
from pos_terminal.runtime.settings import CashDrawer, DeviceSettings

T = TypeVar("T")


class Reader(Protocol):
    """Who reads the file, and collects what is wrong with it."""

    def bad(self, path: str, reason: str) -> None:
        """Note what is wrong with the key at this dotted path."""

    def convert(self, table: Mapping[str, Any], to: type[T], path: str) -> T | None:
        """The table as a struct; None, and problems noted, when it does not fit."""

    def check(self, path: str, make: Callable[[], T]) -> T | None:
        """What `make` returns; None, and the problem noted, when it refuses."""


def drawers_listed(
    reader: Reader, tables: Sequence[dict[str, Any]], devices: Sequence[DeviceSettings]
) -> tuple[CashDrawer, ...]:
    """The drawers in their order; each opened by a device that there is, and by no other's."""
    rows = [reader.convert(table, CashDrawer, f"drawers.{n}") for n, table in enumerate(tables, 1)]
    drawers = tuple(row for row in rows if row)
    reader.check("drawers", lambda: Drawers(tuple(each.clerks for each in drawers)))
    known = {each.name for each in devices if each.device_class is DeviceClass.DRAWER}
    for number, drawer in enumerate(drawers, 1):
        if drawer.device and drawer.device not in known:
            reader.bad(
                f"drawers.{number}.device",
                say("{device!r} n'est pas un tiroir d'ici", device=drawer.device),
            )
        if [each.device for each in drawers].count(drawer.device) > 1 and drawer.device:
            reader.bad(
                f"drawers.{number}.device",
                say("{device!r} ouvre deux tiroirs", device=drawer.device),
            )
    return drawers


def terminals_listed(
    reader: Reader,
    tables: Sequence[dict[str, Any]],
    devices: Sequence[DeviceSettings],
    *,
    without_drivers: bool,
) -> Terminals:
    """The payment terminals in their order; each device stands in one table, and no other does.

    `without_drivers`: what a broken plugin drives is not there, and its payments go by their slips.
    """
    rows = [reader.convert(table, Terminal, f"terminals.{n}") for n, table in enumerate(tables, 1)]
    known = {each.name for each in devices if each.device_class is DeviceClass.PAYMENT_TERMINAL}
    named = [row.device for row in rows if row and row.device]
    for number, row in enumerate(rows, 1):
        if row is None or not row.device or without_drivers:
            continue
        if row.device not in known:
            reader.bad(
                f"terminals.{number}.device",
                say("{device!r} n'est pas un terminal de paiement d'ici", device=row.device),
            )
        elif named.count(row.device) > 1:
            reader.bad(
                f"terminals.{number}.device",
                say("{device!r} est dans deux [[terminals]]", device=row.device),
            )
    for name in sorted(known - set(named)):
        reader.bad(
            f"devices.{name}", say("rien n'y passerait : nommer le terminal dans [[terminals]]")
        )
    return Terminals(tuple(row for row in rows if row))
