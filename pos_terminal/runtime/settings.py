"""The configuration: what a shop's TOML file may say, as frozen structs.

`docs/configuration.md` describes every key.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.codes.barcode import Pattern
from pos_terminal.domain.counter.rules import Rules
from pos_terminal.domain.faults.fault import Fault
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.domain.language import say
from pos_terminal.domain.staff.clerks import SignOnRules
from pos_terminal.runtime.evidence_tables import Witnesses


class DeviceSettings(Struct, frozen=True):
    """One `[devices.NAME]` table: class, driver, the driver's own settings object, and its role."""

    name: str
    device_class: DeviceClass
    driver: str
    options: object
    role: str = ""


class NightlyBackup(Struct, frozen=True, kw_only=True):
    """`[backup]`: into which folder each night's copy goes, from which hour on, how many stay."""

    directory: str
    hour: int = 3
    keep: int = 7

    def __post_init__(self) -> None:
        if not 0 <= self.hour <= 23:
            raise ValueError(say("hour {hour} : de 0 à 23", hour=self.hour))
        if self.keep < 2:
            raise ValueError(
                say(
                    "keep {keep} : deux copies au moins, la dernière pouvant être coupée",
                    keep=self.keep,
                )
            )

    def beside(self, file: Path) -> "NightlyBackup":
        """The same, its folder named from that of the settings' file."""
        return replace(self, directory=str(file.parent / self.directory))


class PrinterDrawerSettings(Struct, frozen=True, kw_only=True):
    """A drawer on a printer's connector: `driver = "printer"`.

    `printer` names the printer's table; `pin` is the connector's 2 or 5; `open_when_high` is the
    polarity of the drawer's sense switch, left out where there is none.
    """

    printer: str = "printer"
    pin: int = 2
    open_when_high: bool | None = None

    def __post_init__(self) -> None:
        if self.pin not in (2, 5):
            raise ValueError(say("pin {pin} : un tiroir tient à la broche 2 ou 5", pin=self.pin))


class InvoiceFolder(Struct, frozen=True, kw_only=True):
    """`[invoices]`: into which folder each invoice goes as a file."""

    directory: str

    def beside(self, file: Path) -> "InvoiceFolder":
        """The same, its folder named from that of the settings' file."""
        return replace(self, directory=str(file.parent / self.directory))


class CashDrawer(Struct, frozen=True, kw_only=True):
    """One `[[drawers]]` table: the device that opens it, empty for none, and whose it is."""

    device: str = ""
    clerks: tuple[int, ...] = ()


class Settings(Struct, frozen=True, kw_only=True):
    """Everything a terminal is told. `source` is the file's SHA-256, recorded at each start.

    `file` is the technician's, whether or not the shop has put others in its place.

    `faults` are what is wrong with files beside it for which the last good ones stand in.
    """

    source: str
    file: Path
    identity: Identity
    rules: Rules
    operator: int
    zone: ZoneInfo
    language: str
    catalog: Path
    patterns: tuple[Pattern, ...]
    keymap: KeyMap
    plugins: tuple[str, ...]
    plugin_settings: Mapping[str, object]
    devices: tuple[DeviceSettings, ...]
    clerks: SignOnRules = field(default_factory=SignOnRules)
    signer: str = ""
    witness: Path | None = None
    authorities: Path | None = None
    witnesses: Witnesses = field(default_factory=Witnesses)
    backup: NightlyBackup | None = None
    invoices: InvoiceFolder | None = None
    drawers: tuple[CashDrawer, ...] = ()
    others: tuple[str, ...] = ()
    promotions: Path | None = None
    faults: tuple[Fault, ...] = ()
    selftest_at_start: bool = False
    services: tuple[str, ...] = ()
    service_tables: dict[str, dict[str, Any]] = field(default_factory=dict)
