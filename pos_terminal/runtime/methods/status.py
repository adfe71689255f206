"""Status: how the till fares, at a glance."""

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from pos_terminal.channel import interface
from pos_terminal.channel.errors import as_told
from pos_terminal.channel.interface import (
    Device,
    Head,
    Incident,
    Nothing,
    Queue,
    StandingGrant,
    Status,
    Task,
    Ticket,
)
from pos_terminal.channel.service import Peer
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain import faults
from pos_terminal.domain.events.numbers import number
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.notation import euros
from pos_terminal.domain.period import closing
from pos_terminal.journal.record import Running
from pos_terminal.journal.store import Journal
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.runtime.methods.terminal import Evidence, Terminal
from pos_terminal.runtime.port import PortState, PortStatus
from pos_terminal.tasks.supervise import TaskState

STALLED = 30.0
"""Seconds that a record may be on its way to disk before the till counts as not selling."""

STATM = Path("/proc/self/statm")
PAGE = os.sysconf("SC_PAGE_SIZE")

INPUTS = (DeviceClass.KEYPAD, DeviceClass.SCANNER)


class StatusBoard:
    """Says how the terminal fares. `evidence` is what the file said last."""

    def __init__(
        self,
        terminal: Terminal,
        grants: Callable[[], list[StandingGrant]],
        incidents: Callable[[], list[Incident]],
    ) -> None:
        self._grants = grants
        self._incidents = incidents
        self.evidence = Evidence()
        self._terminal = terminal
        self._since = terminal.clock.now().at

    def answer(self, peer: Peer, asks: Nothing) -> Status:
        """The status as of now."""
        return self.status()

    def status(self) -> Status:
        """The status as of now."""
        terminal, now = self._terminal, self._terminal.clock.now()
        journal = terminal.journal()
        ports = [port.status for port in terminal.equipment.ports.values()]
        against = self.against_selling()
        running = journal.running if journal else None
        return Status(
            version=terminal.identity.software,
            store=terminal.identity.store,
            terminal=terminal.identity.terminal,
            language=terminal.settings.language,
            simulated=terminal.identity.simulated,
            since=self._since,
            now=now.at,
            trust=now.trust.value,
            selling=not against,
            # An input without which nothing sells is among both.
            faults=[*dict.fromkeys([*against, *self._other_faults(ports, now)])],
            head=self._head(journal) if journal else None,
            last_ticket=_last_ticket(journal) if journal else None,
            last_closure=self.evidence.closure,
            open_sales=len(running.opened) if running else 0,
            operator=running.operator if running else 0,
            memory=int(STATM.read_text().split()[1]) * PAGE,
            devices=[
                _device(port, now, terminal.equipment.places.get(port.name, ())) for port in ports
            ],
            queues=[*self._queues()],
            plugins=[
                interface.Plugin(each.name, each.version, each.status.value, each.why)
                for each in terminal.plugins
                if each.status is not PluginStatus.DISABLED
            ],
            tasks=[
                Task(each.name, each.state.value, _at(each.since, now), each.restarts, each.error)
                for each in terminal.tasks
            ],
            grants=self._grants(),
            incidents=self._incidents(),
            last_backup=self.evidence.backup,
            key=self.evidence.key,
        )

    def against_selling(self) -> list[interface.Fault]:
        """Why nothing can be sold; empty where it can."""
        ports = self._terminal.equipment.ports.values()
        return [*self._against_selling([port.status for port in ports])]

    def _against_selling(self, ports: list[PortStatus]) -> Iterator[interface.Fault]:
        """Why nothing can be sold: no journal, nobody who may, nothing to key it in with."""
        trouble, till = self._terminal.trouble(), self._terminal.till()
        if trouble:
            yield as_told(trouble)
        elif till and till.stalled_for() >= STALLED:
            detail = say(
                "une écriture est en route vers le disque depuis {what:.0f} s",
                what=till.stalled_for(),
            )
            yield as_told(faults.JOURNAL_FAILED, detail)
        if till and till.nobody_may:
            yield as_told(faults.BAD_CLERKS)
        inputs = [port for port in ports if port.device_class in INPUTS]
        if inputs and all(port.state is not PortState.IDLE for port in inputs):
            yield from (as_told(fault, f"{port.name} {port.detail}")
                        for port in inputs[:1] if (fault := port.fault))  # fmt: skip

    def _other_faults(self, ports: list[PortStatus], now: Moment) -> Iterator[interface.Fault]:
        """What is wrong while selling goes on."""
        terminal, journal = self._terminal, self._terminal.journal()
        for port in ports:
            if port.fault:
                yield as_told(port.fault, f"{port.name} {port.detail}".rstrip())
        for stranger in terminal.equipment.strangers.found:
            yield as_told(faults.INPUT_STRANGER, stranger)
        if not ports:
            yield as_told(faults.NO_DEVICES)
        if journal:
            yield from self._undone(journal.running, now)
        unwitnessed = terminal.unwitnessed()
        if unwitnessed:
            yield as_told(faults.WITNESS_MISSING, unwitnessed)
        if terminal.plugins.stopped:
            names = (each.name for each in terminal.plugins if each.status is PluginStatus.STOPPED)
            yield as_told(faults.PLUGIN_STOPPED, ", ".join(names))
        if now.trust is Trust.UNVERIFIED:
            yield as_told(
                faults.CLOCK_DOUBTED,
                say("pas réglée par le réseau depuis que le boîtier a démarré"),
            )
        failed = [task.name for task in terminal.tasks if task.state is not TaskState.RUNNING]
        if failed:
            yield as_told(faults.INTERNAL, ", ".join(failed))
        yield from map(as_told, terminal.settings.faults)

    def _undone(self, running: Running, now: Moment) -> Iterator[interface.Fault]:
        """What the records say that somebody has to do."""
        due = closing.due(running.book, now, self._terminal.settings.rules.closing)
        if due:
            yield as_told(faults.Z_DUE, ", ".join(each.value for each in due))
        if running.setup.archive_due:
            yield as_told(faults.ARCHIVE_DUE)
        differing = [f"{name} {euros(by)} €" for name, by in running.setup.differing]
        if differing:
            yield as_told(faults.CARD_DAY_DIFFERS, ", ".join(differing))

    def _head(self, journal: Journal) -> Head:
        """The journal's end. Without a witness nobody can say of a tail that it is late."""
        running, exposed = journal.running, None
        if self._terminal.settings.witness or self._terminal.settings.witnesses.keys:
            exposed = max(0, running.seq - self.evidence.witnessed)
        return Head(running.seq, running.head.hex(), exposed)

    def _queues(self) -> Iterator[Queue]:
        """What waits: records for the disk, inputs for the till, papers for the printer."""
        till, outputs = self._terminal.till(), self._terminal.equipment.outputs
        yield Queue("records", till.pending if till else 0)
        yield Queue("papers", sum(printer.waiting for printer in outputs.lanes))


def _last_ticket(journal: Journal) -> Ticket | None:
    """It is among the records from which a restart rebuilds."""
    for record in reversed(journal.recent()):
        if isinstance(record.event, SaleClosed):
            return Ticket(number(record.envelope.terminal, record.event), record.envelope.at)
    return None


def _device(port: PortStatus, now: Moment, places: Sequence[str]) -> Device:
    return Device(
        name=port.name,
        kind=port.device_class.value,
        state=port.state.value,
        identity=port.identity,
        since=_at(port.since, now),
        good=None if port.good is None else _at(port.good, now),
        fault=as_told(port.fault, port.detail) if port.fault else None,
        last=as_told(port.last.fault, port.last.detail) if port.last else None,
        last_at=_at(port.last_at, now) if port.last else None,
        places=[*places],
    )


def _at(monotonic: float, now: Moment) -> str:
    """The local time of a moment of the monotonic clock, by what the wall clock says now."""
    ago = timedelta(seconds=now.mono / 1_000_000 - monotonic)
    return (now.local - ago).isoformat(timespec="seconds")
