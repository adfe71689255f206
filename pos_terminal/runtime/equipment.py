"""The devices of one terminal: its ports, and the lanes between them and the till."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Protocol

from pos_terminal.devices.classes import DeviceClass, Drawer
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.counter.steps import Input
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import KeyMap
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.screen import Screen
from pos_terminal.persons.bridge import Append
from pos_terminal.runtime.absences import Absences
from pos_terminal.runtime.hotplug import watch_devices
from pos_terminal.runtime.lanes import (
    DrawerLane,
    PrinterDrawer,
    ScaleLane,
    read_keys,
    read_scans,
    show_screens,
    sound_tones,
)
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.runtime.outputs import Outputs
from pos_terminal.runtime.payment_lane import PaymentLanes
from pos_terminal.runtime.pin_lane import PinLane
from pos_terminal.runtime.places import places_of
from pos_terminal.runtime.port import Port, PortState
from pos_terminal.runtime.printing import PrinterLane
from pos_terminal.runtime.roles import DisplayRole, ScannerRole
from pos_terminal.runtime.settings import CashDrawer, DeviceSettings, PrinterDrawerSettings
from pos_terminal.runtime.spool import Paper, Slip, Spool, take_up
from pos_terminal.runtime.strangers import Strangers
from pos_terminal.tasks.latest import Latest
from pos_terminal.tasks.supervise import SideTask

log = logging.getLogger(__name__)

LAST_PAPERS = 2.0
"""Seconds that an orderly stop leaves to papers on their way: a receipt takes about one."""

LOOKUP_SILENCE = 600.0
"""Seconds that the look-ups may take over one thing: a step of a large projection, or a rest."""


class Reprinting(Protocol):
    """Who knows what a paper is drawn of."""

    def redrawn(self, paper: Paper) -> Paper:
        """A paper of the spool as it is printed. Refused: its key is not here."""

    def print_missed(self) -> None:
        """Have printed what records ask for and nobody has taken in."""


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
        record: Append,
        spool: Spool,
        drawers: tuple[CashDrawer, ...] = (),
        others: tuple[str, ...] = (),
        badge: Callable[[str], Awaitable[str]] | None = None,
    ) -> None:
        self.ports: dict[str, Port[Any]] = {}
        self.paths: dict[Path, Port[Any]] = {}
        self._roles = {device.name: device.role for device in devices}
        self.places: dict[str, tuple[str, ...]] = {}
        for device in devices:
            self._add(device, drivers)
        self.strangers = Strangers((each for all_ in self.places.values() for each in all_), others)
        self._spool: Spool | None = spool
        self._keymap = keymap
        self._put = put
        self._badge = badge
        self._absences = Absences(self.ports.values(), put)
        printers = {
            (role := PrinterRole(device.role or PrinterRole.RECEIPT)): PrinterLane(
                self.ports[device.name], put, spool, role=role
            )
            for device in devices
            if device.device_class is DeviceClass.PRINTER
        }
        self.outputs = Outputs(
            screen=Latest(),
            tone=Latest(),
            printer=printers.get(PrinterRole.RECEIPT) or PrinterLane(None, put, spool),
            printers=printers,
            drawer=DrawerLane(self._drawers(drawers), put),
            scale=ScaleLane(self._one(DeviceClass.SCALE), put),
            pins=PinLane(put),
            lookups=lookups,
            payments=PaymentLanes(
                {port.name: port for port in self._of(DeviceClass.PAYMENT_TERMINAL)}, put, record
            ),
        )

    def _add(self, device: DeviceSettings, drivers: Drivers) -> None:
        options = device.options
        identity = _identity(device)
        if isinstance(options, PrinterDrawerSettings):
            opener: Callable[[], Any] = partial(_drawer_through, self.ports, options)
        else:
            driver = drivers.of(device.device_class).get(device.driver)
            opener = partial(driver.open, options)
            if driver.measuring:
                identity += f", {say('métrologie')} {driver.measuring}"
        port: Port[Any] = Port(device.name, device.device_class, opener, identity=identity)
        self.ports[device.name] = port
        self.places[device.name] = places = tuple(places_of(options))
        self.paths.update((Path(place), port) for place in places if place.startswith("/"))

    def _of(self, device_class: DeviceClass) -> list[Port[Any]]:
        return [port for port in self.ports.values() if port.device_class is device_class]

    def _drawers(self, drawers: tuple[CashDrawer, ...]) -> list[Port[Any] | None]:
        """The ports of the drawers in their order; the first drawer's where none is listed."""
        if not drawers:
            return [self._one(DeviceClass.DRAWER)]
        return [self.ports.get(each.device) for each in drawers]

    def _box_of(self, display: Port[Any]) -> Latest[Screen]:
        """What a display shows: all of it, unless its role is the customers' alone."""
        own = self._roles[display.name] == DisplayRole.CUSTOMER
        return self.outputs.customer if own else self.outputs.screen

    def _badge_of(self, scanner: Port[Any]) -> Callable[[str], Awaitable[str]] | None:
        return self._badge if self._roles[scanner.name] == ScannerRole.BADGE else None

    def _one(self, device_class: DeviceClass) -> Port[Any] | None:
        return next(iter(self._of(device_class)), None)

    def essential(self) -> list[Coroutine[Any, Any, NoReturn]]:
        """What selling needs: each device's port, and the lanes of what is typed and given out."""
        keymap, put = self._keymap, self._put
        return [
            *(port.run() for port in self.ports.values()),
            *(
                read_scans(port, put, self._badge_of(port))
                for port in self._of(DeviceClass.SCANNER)
            ),
            *(read_keys(port, keymap, put) for port in self._of(DeviceClass.KEYPAD)),
            *(show_screens(port, self._box_of(port)) for port in self._of(DeviceClass.DISPLAY)),
            *(lane.run() for lane in self.outputs.lanes),
            *(lane.run() for lane in self.outputs.payments.lanes.values()),
            self.outputs.drawer.run(),
            self.outputs.scale.run(),
            self.outputs.pins.run(),
        ]

    def _plugged(self) -> None:
        """Something has come or gone: whatever is not open is tried at once, by any name."""
        for port in self.ports.values():
            if port.state is not PortState.IDLE:
                port.wake()
        self.strangers.look()

    async def papers_out(self) -> None:
        """Wait until no paper is on its way and how each ended is on record, for a while."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_PAPERS):
                for lane in self.outputs.lanes:
                    await lane.rested()

    def take_up(self, events: Sequence[Event], till: Reprinting) -> None:
        """Settle what printers owe from before this program began; later on their lanes know it.

        `events` are the recent records'. A role that is gone is the receipts'.
        """
        spool, self._spool = self._spool, None
        if spool is None:
            return
        found = take_up(spool, events)
        for slip in found.again:
            try:
                slip.paper = till.redrawn(slip.paper)
            except Refused as refused:  # a voucher whose key is not here: its file stays
                log.error("spool: %s is not printed: %s", slip.paper.kind, refused.fault)
                continue
            self._lane_of(slip).resume(slip)
        for slip in found.ended:
            self._lane_of(slip).ended(slip)
        for told in found.told:
            self._put(told)
        till.print_missed()

    def _lane_of(self, slip: Slip) -> PrinterLane:
        known = slip.role in list(PrinterRole)
        return self.outputs.prints(PrinterRole(slip.role)) if known else self.outputs.printer

    def side(self) -> dict[str, SideTask]:
        """What a sale goes on without, by name."""
        tone = self.outputs.tone
        tones = self._of(DeviceClass.TONE)
        return {
            "look-ups": SideTask(self.outputs.lookups.run, LOOKUP_SILENCE),
            "absences": SideTask(self._absences.run),
            "plugged": SideTask(partial(watch_devices, self._plugged)),
            **({"strangers": SideTask(self.strangers.run)} if self.strangers.guards else {}),
            **{f"tones {port.name}": SideTask(partial(sound_tones, port, tone)) for port in tones},
        }


def _identity(device: DeviceSettings) -> str:
    """Which device it is, for people: its driver, and the place or address in its settings."""
    options = device.options
    if isinstance(options, PrinterDrawerSettings):
        return f"{options.printer}, pin {options.pin}"
    return " ".join((device.driver, *places_of(options)))


@asynccontextmanager
async def _drawer_through(
    ports: dict[str, Port[Any]], options: PrinterDrawerSettings
) -> AsyncIterator[Drawer]:
    yield PrinterDrawer(ports[options.printer], options.pin, options.open_when_high)
