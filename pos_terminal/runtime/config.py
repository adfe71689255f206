"""Reading the configuration: TOML to `Settings`, every fault with its line, key and reason."""

import logging
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct, field

import pos_terminal
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import NOBODY, Identity, Seller, Shop, Support
from pos_terminal.domain.audit.inspection import InspectionRules
from pos_terminal.domain.codes.barcode import Pattern
from pos_terminal.domain.counter.rules import Rules
from pos_terminal.domain.display.rules import DisplayRules
from pos_terminal.domain.faults import Failure, Fault
from pos_terminal.domain.file_errors import reason
from pos_terminal.domain.files.cells import parse_vat
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.domain.period.drawer import Drawers
from pos_terminal.domain.printing.paper_rules import PaperRules
from pos_terminal.domain.sale.refunds import RefundRules
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.domain.staff.clerks import HIGHEST, SignOnRules
from pos_terminal.domain.tender.tender import AccountRules, TenderRules
from pos_terminal.domain.tender.terminals import Terminals
from pos_terminal.runtime.evidence_tables import (
    JournalTable,
    TimestampTable,
    Witnesses,
    WitnessTable,
)
from pos_terminal.runtime.keymaps import own_keymap
from pos_terminal.runtime.money_tables import drawers_listed, terminals_listed
from pos_terminal.runtime.network_table import NetworkTable
from pos_terminal.runtime.places import shared
from pos_terminal.runtime.roles import misfits
from pos_terminal.runtime.settings import (
    CashDrawer,
    DeviceSettings,
    InvoiceFolder,
    NightlyBackup,
    PrinterDrawerSettings,
    Settings,
)
from pos_terminal.runtime.toml_faults import broken_line, convert, line_of
from pos_terminal.storage import toml

log = logging.getLogger(__name__)

PRINTER_DRAWER = "printer"
T = TypeVar("T")


class BadConfiguration(Failure):
    """The file cannot be used; `problems` says where and why, `file` which."""

    def __init__(
        self, file: Path, problems: tuple[Problem, ...], fault: Fault = faults.BAD_CONFIGURATION
    ) -> None:
        super().__init__(fault, "\n".join(labelled(file, problem) for problem in problems))
        self.file = file
        self.problems = problems


class _TerminalTable(Struct, frozen=True, kw_only=True):
    store: str = "1"
    number: str = "1"
    operator: Annotated[int, msgspec.Meta(ge=1, le=HIGHEST)] = 1
    zone: str = "Europe/Paris"
    language: Literal["fr", "en"] = "fr"
    default_vat: str | float = "5.5"
    catalog: str
    keymap: str = "numeric"
    plugins: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    state: str = ""


class _SelfTestTable(Struct, frozen=True):
    at_start: bool = False


class _AgentTable(Struct, frozen=True):
    services: tuple[str, ...] = ()


class _File(Struct, frozen=True):
    shop: Shop
    terminal: _TerminalTable
    labels: tuple[dict[str, Any], ...] = ()
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    clerks: SignOnRules = field(default_factory=SignOnRules)
    closing: ClosingHours = field(default_factory=ClosingHours)
    journal: JournalTable = field(default_factory=JournalTable)
    timestamp: TimestampTable = field(default_factory=TimestampTable)
    witness: WitnessTable = field(default_factory=WitnessTable)
    backup: NightlyBackup | None = None
    invoices: InvoiceFolder | None = None
    tenders: TenderRules = field(default_factory=TenderRules)
    sales: Terms = field(default_factory=Terms)
    refunds: RefundRules = field(default_factory=RefundRules)
    accounts: AccountRules = field(default_factory=AccountRules)
    drawers: tuple[dict[str, Any], ...] = ()
    terminals: tuple[dict[str, Any], ...] = ()
    papers: PaperRules = field(default_factory=PaperRules)
    seller: Seller = field(default_factory=Seller)
    support: Support = field(default_factory=Support)
    display: DisplayRules = field(default_factory=DisplayRules)
    inspection: InspectionRules = field(default_factory=InspectionRules)
    plugin: dict[str, dict[str, Any]] = field(default_factory=dict)
    network: NetworkTable = field(default_factory=NetworkTable)
    selftest: _SelfTestTable = field(default_factory=_SelfTestTable)
    agent: _AgentTable = field(default_factory=_AgentTable)
    service: dict[str, dict[str, Any]] = field(default_factory=dict)

    def rules(
        self, default_vat: int, drawers: Sequence[CashDrawer], terminals: Terminals
    ) -> Rules:
        """What its tables say of the counter."""
        return Rules(
            default_vat=default_vat,
            tenders=self.tenders,
            sales=self.sales,
            papers=self.papers,
            refunds=self.refunds,
            accounts=self.accounts,
            drawers=Drawers(tuple(each.clerks for each in drawers)),
            terminals=terminals,
            closing=self.closing,
            display=self.display,
            inspection=self.inspection,
        )


class _Reader:
    """One file being read: collects problems, finds the lines they stand on."""

    def __init__(self, file: Path, source: bytes) -> None:
        self.file = file
        self.problems: list[Problem] = []
        try:
            self.text = source.decode("utf-8-sig")
            self.tables = toml.tables(self.text)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            problem = Problem(
                broken_line(source, error), "", say("ce n'est pas du TOML : {error}", error=error)
            )
            raise BadConfiguration(file, (problem,)) from None

    def bad(self, path: str, reason: str) -> None:
        """Note what is wrong with the key at this dotted path."""
        self.problems.append(Problem(line_of(self.text, path), path, reason))

    def convert(self, table: Mapping[str, Any], to: type[T], path: str) -> T | None:
        """The table as a dataclass; None, and problems noted, when it does not fit."""
        value, wrong = convert(table, to)
        for key, why in wrong:
            self.bad(f"{path}.{key}".strip("."), why)
        return value

    def check(self, path: str, make: Callable[[], T]) -> T | None:
        """What `make` returns; None, and the problem noted, when it refuses."""
        try:
            return make()
        except (ValueError, OSError, KeyError) as error:
            self.bad(path, str(error))
            return None

    def close(self) -> None:
        """Raise BadConfiguration when anything was wrong."""
        if self.problems:
            raise BadConfiguration(self.file, tuple(self.problems))


def load(file: Path) -> bytes:
    """The file's bytes; raises BadConfiguration when it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        problem = Problem(0, "", reason(error))
        raise BadConfiguration(file, (problem,), faults.FILE_UNREADABLE) from None


def state_named(file: Path) -> Path | None:
    """The state directory that the file names; None where it names none, or cannot be read.

    Whoever reads the whole of it says what is wrong.
    """
    try:
        terminal = toml.tables(file.read_text()).get("terminal")
    except (OSError, ValueError):
        return None
    named = terminal.get("state") if isinstance(terminal, dict) else None
    return file.absolute().parent / named if named and isinstance(named, str) else None


def plugins_named(file: Path, source: bytes) -> tuple[str, ...]:
    """The plugins that the file enables, so that their drivers can be known when it is read."""
    return _names(file, source, "terminal", "plugins")


def signer_named(file: Path, source: bytes) -> str:
    """The plugin in whose token new keys are made; empty for keys on the card."""
    found = _Reader(file, source).tables.get("journal")
    named = found.get("signer") if isinstance(found, dict) else ""
    return named if isinstance(named, str) else ""


def witnesses_named(file: Path, source: bytes) -> tuple[str, ...]:
    """The vkeys of the witnesses on the network."""
    return _names(file, source, "witness", "keys")


def services_named(file: Path, source: bytes) -> tuple[str, ...]:
    """The services that the file enables in the agent."""
    return _names(file, source, "agent", "services")


def _names(file: Path, source: bytes, table: str, key: str) -> tuple[str, ...]:
    found = _Reader(file, source).tables.get(table)
    names = found.get(key) if isinstance(found, dict) else None
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def indicators(
    file: Path, source: bytes, drivers: Drivers
) -> tuple[tuple[DeviceSettings, ...], Support]:
    """The displays and tones that can be made out in it, and whom to call, whatever else is wrong.

    BadConfiguration where it is no TOML.
    """
    reader = _Reader(file, source)
    tables = reader.tables.get("devices")
    wanted = (DeviceClass.DISPLAY, DeviceClass.TONE)
    found = {
        name: table
        for name, table in (tables.items() if isinstance(tables, dict) else ())
        if isinstance(table, dict) and table.get("class") in wanted
    }
    support = reader.convert(reader.tables.get("support") or {}, Support, "support")
    devices = tuple(_devices(reader, found, drivers, without_drivers=True))
    return devices, support or Support()


def read(
    file: Path,
    source: bytes,
    drivers: Drivers,
    tables: Mapping[str, type[Any]] = MappingProxyType({}),
    *,
    without_drivers: bool = False,
    kept: Path | None = None,
) -> Settings:
    """The settings in this file's bytes; raises BadConfiguration with all that is wrong.

    `drivers` and the structs of the `tables` are those of the enabled plugins; paths in the
    file are relative to its folder. `without_drivers` leaves out what a broken plugin would need.
    `kept` is the last good key map of the shop's own, which stands in for a bad one.
    """
    reader = _Reader(file, source)
    whole = reader.convert(reader.tables, _File, "")
    if whole is None:
        reader.close()
        raise AssertionError("a refused file has its problems noted")
    terminal = whole.terminal
    rate = reader.check("terminal.default_vat", lambda: parse_vat(str(terminal.default_vat)))
    zone = reader.check("terminal.zone", lambda: _zone(terminal.zone))
    own = partial(own_keymap, file.parent, terminal.keymap, kept)
    keymap = reader.check("terminal.keymap", own)
    number = reader.check("terminal.number", lambda: _short_code(terminal.number))
    store = reader.check("terminal.store", lambda: _short_code(terminal.store))
    patterns = tuple(_patterns(reader, whole.labels))
    devices = tuple(_devices(reader, whole.devices, drivers, without_drivers=without_drivers))
    drawers = drawers_listed(reader, whole.drawers, devices)
    terminals = terminals_listed(
        reader, whole.terminals, devices, without_drivers=without_drivers
    )
    for key, why in () if without_drivers else (*misfits(devices, drawers), *shared(devices)):
        reader.bad(key, why)
    _named_and_enabled(reader, whole)
    _complete(reader, whole)
    witnesses = reader.check("witness.keys", whole.witness.witnesses)
    told = dict(_plugin_settings(reader, whole, tables, without_drivers=without_drivers))
    reader.close()
    if rate is None or zone is None or keymap is None or number is None or store is None:
        raise AssertionError("a refused key has its problem noted")
    return Settings(
        source=sha256(source).hexdigest(),
        file=file,
        identity=Identity(
            store, number, pos_terminal.__version__, simulated=False, shop=whole.shop,
            seller=whole.seller, support=whole.support,
        ),
        rules=whole.rules(rate, drawers, terminals),
        operator=terminal.operator,
        zone=zone,
        language=terminal.language,
        catalog=file.parent / terminal.catalog,
        patterns=patterns,
        keymap=keymap.keys,
        plugins=terminal.plugins,
        plugin_settings=told,
        devices=devices,
        clerks=whole.clerks,
        signer=whole.journal.signer,
        witness=whole.witness.folder(file.parent),
        witnesses=witnesses or Witnesses(),
        authorities=whole.timestamp.file(file.parent),
        backup=whole.backup.beside(file) if whole.backup else None,
        invoices=whole.invoices.beside(file) if whole.invoices else None,
        drawers=drawers,
        others=terminal.others,
        promotions=file.parent / whole.sales.promotions if whole.sales.promotions else None,
        faults=(faults.BAD_KEYMAP,) if keymap.stands_in else (),
        selftest_at_start=whole.selftest.at_start,
        services=whole.agent.services,
        service_tables=whole.service,
    )  # fmt: skip


def _complete(reader: _Reader, whole: _File) -> None:
    """What the tables find wrong with themselves."""
    for name, table in (("shop", whole.shop), ("network", whole.network)):
        for key, why in table.problems():
            reader.bad(f"{name}.{key}", why)


def _named_and_enabled(reader: _Reader, whole: _File) -> None:
    """What the file names as somebody's must be of somebody who runs."""
    signer = whole.journal.signer
    if signer and signer not in whole.terminal.plugins:
        reader.bad(
            "journal.signer", say("{name!r} n'est pas dans plugins de [terminal]", name=signer)
        )
    for name in whole.service.keys() - set(whole.agent.services):
        reader.bad(
            f"service.{name}",
            say("{name!r} n'est pas dans services de [agent] : personne ne lit ceci", name=name),
        )


class ShopSettings(Struct, frozen=True):
    """What a command needs that keeps the books of a till which does not run."""

    shop: Shop
    store: str
    terminal: str
    zone: ZoneInfo
    language: str
    closing: ClosingHours
    count_first: bool
    seller: Seller = NOBODY
    quorum: int = 1

    @classmethod
    def plain(cls, store: str) -> "ShopSettings":
        """Those of a till of which nothing more is known; nobody has said that it counts first."""
        zone = ZoneInfo("Europe/Paris")
        return cls(Shop(store), store, "", zone, "fr", ClosingHours(), count_first=False)


def read_shop(file: Path, source: bytes) -> ShopSettings:
    """The shop's settings alone, without the plugins and devices; raises BadConfiguration."""
    reader = _Reader(file, source)
    whole = reader.convert(reader.tables, _File, "")
    terminal = whole.terminal if whole else None
    zone = reader.check("terminal.zone", lambda: _zone(terminal.zone)) if terminal else None
    reader.close()
    if whole is None or zone is None:
        raise AssertionError("a refused key has its problem noted")
    return ShopSettings(
        whole.shop,
        whole.terminal.store,
        whole.terminal.number,
        zone,
        whole.terminal.language,
        whole.closing,
        count_first=whole.tenders.count_first,
        seller=whole.seller,
        quorum=whole.witness.quorum,
    )


def _patterns(reader: _Reader, tables: Sequence[dict[str, Any]]) -> Iterator[Pattern]:
    read: dict[int, Pattern] = {}
    for number, table in enumerate(tables, 1):
        pattern = reader.convert(table, Pattern, f"labels.{number}")
        if pattern is None:
            continue
        before = next((other for other, each in read.items() if each.covers(pattern)), None)
        if before:
            reader.bad(
                f"labels.{number}",
                say("labels.{other} lit déjà toutes ses étiquettes, autrement", other=before),
            )
        read[number] = pattern
        yield pattern


def _devices(
    reader: _Reader,
    tables: Mapping[str, dict[str, Any]],
    drivers: Drivers,
    *,
    without_drivers: bool,
) -> Iterator[DeviceSettings]:
    classes = {str(each): each for each in DeviceClass}
    for name, table in tables.items():
        path = f"devices.{name}"
        options = dict(table)
        class_name, driver_name, role = (options.pop(k, None) for k in ("class", "driver", "role"))
        if not isinstance(class_name, str) or class_name not in classes:
            reader.bad(f"{path}.class", say("il faut l'un de : {what}", what=", ".join(classes)))
            continue
        device_class = classes[class_name]
        settings = _driver_settings(device_class, driver_name, drivers)
        if settings is None:
            if not without_drivers:
                reader.bad(f"{path}.driver", _no_driver(device_class, driver_name, drivers))
            continue
        converted = reader.convert(options, settings, path)
        if converted is not None:
            if isinstance(converted, PrinterDrawerSettings):
                other = tables.get(converted.printer, {})
                if other.get("class") != DeviceClass.PRINTER:
                    reader.bad(
                        f"{path}.printer",
                        say(
                            "{printer!r} n'est pas une imprimante d'ici", printer=converted.printer
                        ),
                    )
            yield DeviceSettings(name, device_class, str(driver_name), converted, str(role or ""))


def _plugin_settings(
    reader: _Reader,
    whole: _File,
    tables: Mapping[str, type[Any]],
    *,
    without_drivers: bool,
) -> Iterator[tuple[str, object]]:
    """What each plugin is told. Nobody's table is passed over: it would be taken to hold."""
    for name in whole.plugin:
        if name not in whole.terminal.plugins:
            remedy = say("le nommer dans plugins de [terminal], ou enlever cette table", name=name)
            reader.bad(f"plugin.{name}", say("ce module ne sert pas : {remedy}", remedy=remedy))
        elif name not in tables and not without_drivers:
            reason = say(
                "ce module n'a pas de réglages, ou ne se charge pas : voir pos-terminal plugins"
            )
            reader.bad(f"plugin.{name}", reason)
    for name, table in tables.items():
        settings = reader.convert(whole.plugin.get(name, {}), table, f"plugin.{name}")
        if settings is not None:
            yield name, settings


def _driver_settings(device_class: DeviceClass, name: object, drivers: Drivers) -> type[Any] | None:
    if device_class is DeviceClass.DRAWER and name == PRINTER_DRAWER:
        return PrinterDrawerSettings
    known = {driver.name: driver.settings for driver in drivers.of(device_class)}
    return known.get(name) if isinstance(name, str) else None


def _no_driver(device_class: DeviceClass, name: object, drivers: Drivers) -> str:
    offered = ", ".join(driver.name for driver in drivers.of(device_class)) or say("aucun")
    return say(
        "aucun module en service n'a de pilote {name!r} de {device_class} (il y a : {offered})",
        device_class=device_class,
        name=name,
        offered=offered,
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, KeyError, ValueError):
        raise ValueError(
            say("{name!r} n'est pas un fuseau horaire, comme Europe/Paris", name=name)
        ) from None


def _short_code(text: str) -> str:
    if not (text.isascii() and text.isalnum() and len(text) <= 12):
        raise ValueError(say("{text!r} : des lettres et des chiffres, 12 au plus", text=text))
    return text
