"""A replay from beginning to end: a whole terminal with far ends, a clerk, a file of tickets."""

import asyncio
import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.events.sale import LineSold, Origin, SaleClosed
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.screen import Screen
from pos_terminal.journal import catalogs, state_directory
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.store import Journal
from pos_terminal.process.translation import set_language
from pos_terminal.replay.choices import with_choices
from pos_terminal.replay.clerk import SimulatedClerk
from pos_terminal.replay.display_reader import PATIENCE, DisplayReader, ReplayStopped
from pos_terminal.replay.keystrokes import KeysByFunction
from pos_terminal.replay.observer import Observer
from pos_terminal.replay.plan import Planned, Planner, answered, reconcile
from pos_terminal.replay.record_sums import RecordSums
from pos_terminal.replay.summary import ReplaySummary
from pos_terminal.replay.ticket_file import TicketFile
from pos_terminal.replay.tickets import FileTicket, Refusal, TicketRow
from pos_terminal.runtime import boot, far_ends
from pos_terminal.runtime.app import App
from pos_terminal.runtime.far_ends import Bench
from pos_terminal.runtime.simulated_clock import ReplayClock, instants

SCALE_PAUSE = 0.05
"""Seconds that the simulated scale wants between two commands; a real one wants 0.2."""

SETTINGS = """[shop]
name = "SIMULATION"

[terminal]
number = "1"
zone = {zone}
default_vat = {default_vat}
catalog = {catalog}
plugins = ["evdev", "serial-scanner", "toledo", "vfd", "escpos", "sim"]

[tenders]
legal_limits = false

[refunds]
cash_limit = 99999

"""


@dataclass(frozen=True, slots=True)
class Job:
    """What to replay, where, and how. `printer` is HOST:PORT of one on the network, or empty."""

    recorded: TicketFile
    catalog: Path
    state: Path
    zone: str = "Europe/Paris"
    default_vat: str = "5.5"
    printer: str = ""

    def settings(self, bench: Bench) -> bytes:
        """The terminal's configuration."""
        head = SETTINGS.format(
            zone=json.dumps(self.zone),
            default_vat=json.dumps(self.default_vat),
            catalog=json.dumps(str(self.catalog.absolute())),
        )
        tables = {"scale": {**bench.devices["scale"], "pause": SCALE_PAUSE}}
        if self.printer:
            host, _, port = self.printer.rpartition(":")
            tables["printer"] = {
                "class": "printer", "driver": "escpos", "host": host.strip("[]"), "port": int(port),
            }  # fmt: skip
        return (head + bench.toml(**tables)).encode()


async def replay(job: Job, observer: Observer) -> ReplaySummary:
    """Sell what is not sold yet; the summary covers the whole file as journaled.

    Raises BadConfiguration, JournalError (the state is in use, or is not a simulation's),
    ReplayStopped, NoFarEnds.
    """
    display = DisplayReader()

    def on_frame(screen: Screen) -> None:
        display.on_screen(screen)
        observer.on_screen(screen)

    with TemporaryDirectory(prefix="pos-terminal-") as wires:
        bench = far_ends.load()(Path(wires), on_frame=on_frame, on_print=observer.on_print)
        async with bench:
            source = job.settings(bench)
            state_directory.make(job.state)
            catalogs.keep(job.state, source)  # the start names it, and an archive needs its text
            booted = boot.read(Path("replay.toml"), source)
            set_language(booted.settings.language)
            session = _Session(job, booted, bench, display, observer)
            return await session.run()


class _Session:
    """One run over one file."""

    def __init__(
        self,
        job: Job,
        booted: boot.Booted,
        bench: Bench,
        display: DisplayReader,
        observer: Observer,
    ) -> None:
        self._job = job
        self._bench = bench
        self._display = display
        self._observer = observer
        self._tickets = job.recorded.tickets
        self._refused = list(self._tickets.refused)
        self._sold = bytearray(len(self._tickets))
        self._sums = RecordSums(job.recorded.sha256)
        self._caught_up = asyncio.Event()
        self._history = 0
        self._planners: dict[str, Planner] = {}
        settings = booted.settings
        times = (self._tickets.local(index) for index in range(len(self._tickets)))
        self._instants = array("q", instants(times, settings.zone))
        begin = last_instant(job.state) or next(iter(self._instants), 0)
        self._clock = ReplayClock(settings.zone, begin)
        self._app = App(settings, booted.plugins, job.state, self._clock, simulated=True)
        keyboard = KeysByFunction(settings.keymap)
        self._clerk = SimulatedClerk(bench, display, keyboard, self._sums, observer)

    async def run(self) -> ReplaySummary:
        """Sell, then stop the terminal as at the end of a day."""
        with _one_error():
            async with asyncio.TaskGroup() as group:
                group.create_task(self._app.run())
                await self._app.ready.wait()
                journal = self._app.journal
                if journal is None:
                    raise ReplayStopped("the journal cannot be written; see the log")
                self._history = journal.running.seq
                group.create_task(self._follow(journal))
                await self._caught_up.wait()
                await self._devices_are_open()
                await self._sell()
                self._app.stop()
        self._refused.sort(key=lambda refusal: refusal.line)
        return ReplaySummary.of(self._sums, self._refused, self._clerk.latencies)

    async def _follow(self, journal: Journal) -> None:
        """Take in every record: first those of earlier runs, then each as it becomes durable."""
        async for record in journal.records():
            closed = self._sums.take(record)
            if closed and closed.origin:
                self._closed(closed, closed.origin)
            if self._caught_up.is_set():
                self._observer.on_record(record)
            self._clerk.on_record(record)
            if record.seq >= self._history:
                self._caught_up.set()

    def _closed(self, closed: SaleClosed, origin: Origin) -> None:
        index = self._tickets.find(origin.date, origin.ticket)
        if index is None:
            return
        self._sold[index] = True
        if not self._caught_up.is_set():
            ticket = self._tickets[index]
            plans = self._planned_then(ticket, closed.catalog)
            reasons, _ = reconcile(plans, closed.lines)
            self._refuse(ticket, zip(ticket.rows, reasons, strict=True))

    async def _devices_are_open(self) -> None:
        """Wait for all far ends; a printer elsewhere may be away."""
        elsewhere = {DeviceClass.PRINTER, DeviceClass.DRAWER} if self._job.printer else set()
        for port in self._app.equipment.ports.values():
            if port.device_class not in elsewhere:
                try:
                    async with asyncio.timeout(PATIENCE), port.use(wait=True):
                        pass
                except TimeoutError:
                    raise ReplayStopped(f"{port.name} does not open: {port.error}") from None

    async def _sell(self) -> None:
        count = len(self._tickets)
        self._observer.on_begin(count, sum(self._sold))
        await self._finish_open_sale()
        if self._sums.wants_paper:
            await self._clerk.ask_for_receipt()
        for index in range(count):
            if not self._sold[index]:
                ticket = self._tickets[index]
                plans = self._current(ticket)
                if any(isinstance(plan, Planned) for plan in plans):
                    self._clock.stand(self._instants[index])
                await self._sell_rows(ticket, zip(ticket.rows, plans, strict=True))
                self._observer.on_ticket()
        await self._clerk.printing_is_over()

    async def _finish_open_sale(self) -> None:
        """A sale that an earlier run left open: go on behind its last line, at its own prices."""
        sale = self._sums.open
        if sale is None:
            return
        index = None
        if sale.origin and self._sums.is_ours(sale.origin):
            index = self._tickets.find(sale.origin.date, sale.origin.ticket)
        if index is not None:
            ticket = self._tickets[index]
            plans = self._current(ticket)
            reasons, met = reconcile(plans, sale.lines)
            if met == len(sale.lines):
                behind = max(at for at, reason in enumerate(reasons) if not reason) + 1
                self._clock.stand(self._instants[index])
                self._refuse(ticket, zip(ticket.rows[:behind], reasons, strict=False))
                last = plans[behind - 1]
                if isinstance(last, Planned):
                    await self._clerk.answer(last, _given(last, sale.lines))
                rest = zip(ticket.rows[behind:], plans[behind:], strict=True)
                await self._sell_rows(ticket, rest)
                self._observer.on_ticket()
                return
        origin = sale.origin
        whose = f"{origin.date} no. {origin.ticket}" if origin else "of unknown origin"
        self._observer.warn(
            f"the open sale ({whose}, {len(sale.lines)} lines) is of another file, "
            "or of this file before it was changed: it is abandoned"
        )
        await self._clerk.abandon()

    async def _sell_rows(
        self, ticket: FileTicket, rows: Iterable[tuple[TicketRow, Planned | str]]
    ) -> None:
        """Sell these rows of a ticket, have it paid, and ask for the receipt."""
        origin = Origin(
            file=self._job.recorded.sha256, date=ticket.day.isoformat(), ticket=ticket.number
        )
        self._desk.origin = origin
        for row, plan in rows:
            refusal = plan if isinstance(plan, str) else await self._clerk.sell(plan)
            if refusal:
                self._refuse(ticket, [(row, str(refusal))])
            await self._observer.pause()
        sale = self._sums.open
        if sale is None:
            return
        await self._clerk.printing_is_over()
        refusal = await self._clerk.cash()
        await self._observer.pause()
        if refusal:
            reasons, _ = reconcile(self._current(ticket), sale.lines)
            unpaid = [row for row, why in zip(ticket.rows, reasons, strict=True) if not why]
            self._refuse(ticket, [(row, str(refusal)) for row in unpaid])
            await self._clerk.abandon()
            return
        await self._clerk.ask_for_receipt()
        self._bench.forget()

    @property
    def _desk(self) -> Desk:
        if self._app.till is None:
            raise AssertionError("a terminal that is ready has a till")
        return self._app.till.counter.desk

    def _current(self, ticket: FileTicket) -> list[Planned | str]:
        """The ticket's rows by the catalogue now in force: an open sale's own, if there is one."""
        catalog = self._desk.catalog
        return self._plans(ticket, catalog.sha256, lambda: catalog)

    def _planned_then(self, ticket: FileTicket, sha256: str) -> list[Planned | str]:
        """The ticket's rows by the catalogue of that time, which is kept beside the journal."""
        return self._plans(
            ticket,
            sha256,
            lambda: parse_catalog(catalogs.load(self._job.state, sha256))[0],
        )

    def _plans(
        self, ticket: FileTicket, sha256: str, catalog: Callable[[], Catalog]
    ) -> list[Planned | str]:
        planner = self._planners.get(sha256)
        if planner is None:
            planner = self._planners[sha256] = Planner(catalog(), self._bench.scale.capacity)
        plans = [planner.plan(row, ticket.day) for row in ticket.rows]
        return with_choices(plans, planner.catalog, ticket.day)

    def _refuse(self, ticket: FileTicket, rows: Iterable[tuple[TicketRow, str]]) -> None:
        self._refused += [
            Refusal(row.line, ticket.number, reason) for row, reason in rows if reason
        ]


def _given(last: Planned, lines: Sequence[LineSold]) -> int:
    """How many of the answers behind the last row sold are in the open sale already."""
    for count in range(len(last.answers), 0, -1):
        if len(lines) > count and last.is_sold_as(lines[-1 - count]):
            return answered(last, lines[-count:])
    return 0


def last_instant(state: Path) -> int | None:
    """When the last record of the journal in `state` was made, if there is any: UTC microseconds.

    None as well where it cannot be read: what to make of that is for the terminal to say, which
    opens it right after.
    """
    try:
        with reading(state / NAME) as reader:
            last = reader.last()
            return reader.record(last).moment.utc if last else None
    except JournalError:
        return None


@contextmanager
def _one_error() -> Iterator[None]:
    """What a task raised comes out as it is, not in a group; what else was raised, as notes."""
    try:
        yield
    except BaseExceptionGroup as raised:
        first, *others = _leaves(raised)
        for other in others:
            first.add_note(f"besides: {other!r}")
        raise first from None


def _leaves(raised: BaseException) -> Iterator[BaseException]:
    if isinstance(raised, BaseExceptionGroup):
        for inner in raised.exceptions:
            yield from _leaves(inner)
    else:
        yield raised
