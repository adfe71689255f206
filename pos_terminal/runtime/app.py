"""The one composition root: settings, plugins, journal, lanes and till become a terminal."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import NoReturn

from msgspec import structs

from pos_terminal.acts.table import acts_over
from pos_terminal.domain import faults
from pos_terminal.domain.audit.clock import doubtful
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.counter import card_days, card_payments
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import Input, Trouble
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.system import PluginFound, ProgramFound, TillStopped
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.domain.sale.vouchers import Mint
from pos_terminal.journal import keyring
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Running
from pos_terminal.journal.store import Journal
from pos_terminal.process.clock import battery
from pos_terminal.process.plugins import PluginStatus
from pos_terminal.process.sd_notify import notify, watchdog_interval
from pos_terminal.runtime import card_slips, overdue_closures, retention, signing, voucher_key
from pos_terminal.runtime.catalogue import Loaded
from pos_terminal.runtime.catalogue_acts import catalogue_acts
from pos_terminal.runtime.clock import Clock, VouchedClock
from pos_terminal.runtime.customers import Customers
from pos_terminal.runtime.entropy import random_below
from pos_terminal.runtime.equipment import Equipment
from pos_terminal.runtime.exports import Exports
from pos_terminal.runtime.hotplug import RESCAN, watch
from pos_terminal.runtime.inspections import Inspections
from pos_terminal.runtime.integrity import Guard
from pos_terminal.runtime.invoice_acts import invoice_acts
from pos_terminal.runtime.invoice_files import InvoiceFiles
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.runtime.methods.channel import Channel
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.nightly_backup import Backups
from pos_terminal.runtime.overdue_closures import Closing
from pos_terminal.runtime.plugins import Plugins
from pos_terminal.runtime.promotions import Offers
from pos_terminal.runtime.reading_acts import reading_acts
from pos_terminal.runtime.running_till import RunningTill
from pos_terminal.runtime.selftests import SelfTests
from pos_terminal.runtime.settings import Settings
from pos_terminal.runtime.settings_acts import SettingsTrial
from pos_terminal.runtime.shop_files import ShopFiles
from pos_terminal.runtime.spool import SPOOL, Spool
from pos_terminal.runtime.staff import LoadedStaff, badge_of
from pos_terminal.runtime.start_records import at_start, last_moment
from pos_terminal.runtime.sticks import Sticks
from pos_terminal.runtime.ticket_acts import ticket_acts
from pos_terminal.runtime.till import Till
from pos_terminal.tasks.groups import forever, to_the_end
from pos_terminal.tasks.observers import Observers
from pos_terminal.tasks.supervise import SideTask, Supervisor, TaskState, TaskStatus

log = logging.getLogger(__name__)

RETRY = 2.0
"""Seconds between two attempts to take a failed journal up again."""

STALLED = 30.0
"""Seconds that a record may take to become durable before the watchdog is left to bite."""

WRONG_PLACE = (faults.JOURNAL_LOCKED, faults.JOURNAL_FOREIGN)
"""Faults of whoever started the program, not of the till: it ends with them."""


class App:
    """One terminal: `run` serves until `stop` is called.

    `program` makes the digest of the program's files, to be recorded; it may take its time.
    With a `socket` it answers there what other programs on the box ask; `acts` are what it does for
    them. `trial` and `returned` are as its start found the settings (runtime/boot). `again` is
    whether it has ended to be started anew at once.
    """

    def __init__(
        self,
        settings: Settings,
        plugins: Plugins,
        state: Path,
        clock: Clock,
        *,
        simulated: bool = False,
        vfs: str = "",
        socket: Path | None = None,
        program: Callable[[], str] | None = None,
        trial: int = 0,
        returned: str = "",
    ) -> None:
        self.settings = settings
        self.plugins = plugins
        self.journal: Journal | None = None
        self.till: Till | None = None
        self.ready = asyncio.Event()
        self._state = state
        self._clock = VouchedClock(clock, battery)
        self._vfs = vfs
        # What was never sold needs no key that cannot be copied.
        self._keyring = keyring.software if simulated else signing.of_till(settings, plugins)
        self._identity = structs.replace(settings.identity, simulated=simulated)
        self._inputs: asyncio.Queue[Input] = asyncio.Queue()
        self.inputs: Observers[Input] = Observers()
        put = self.put
        self.files = ShopFiles(
            settings, state, put, self._serving, lambda: self.keeper.is_changing_clerks
        )
        self.keeper = RunningTill(state, self._clock.now, self._serving, self.files.reload_clerks)
        self._guard = Guard(state, lambda: self.journal, self._record, put, vfs=vfs)
        customers = Customers(state, self._record)
        lookups = LookupLane(state, put, customers, self._guard.found, vfs=vfs)
        self.changes = SettingsTrial(
            settings, state, trial, returned, record=self._record, put=put,
            opened=self._has_opened, restart=self._start_anew,
        )  # fmt: skip
        rules = settings.rules
        self._exports = Exports(
            state, settings.identity.seller.siret, rules.closing.year_begins,
            rules.inspection.directory, self._clock.now,
        )  # fmt: skip
        self.acts = {
            **acts_over(self.keeper),
            **self.changes.acts(),
            **catalogue_acts(self.keeper.record, lambda: self.files),
            **ticket_acts(lookups.find, lambda: self.till if self.journal else None),
            **invoice_acts(lookups.find, lambda: self.till if self.journal else None),
            **reading_acts(lambda: self.till if self.journal else None),
            **self._exports.acts(self.keeper.record),
        }
        self.equipment = Equipment(
            settings.devices,
            plugins.drivers,
            settings.keymap,
            put,
            lookups,
            record=self._record,
            spool=Spool(state / SPOOL), drawers=settings.drawers, others=settings.others,
            badge=partial(badge_of, state),
        )
        self._stopping = asyncio.Event()
        self.again = False
        self._heard: Fault | None = None
        self._acknowledged: Running | None = None
        self.tasks = Supervisor()
        self.tasks.observers.add(self._on_side_task)
        self._failed: set[str] = set()
        self._program = program
        self.channel = self._channel(socket) if socket else None
        self.sticks = Sticks(socket.parent, self.put) if socket else None
        self.side = self._side_tasks()

    def stop(self) -> None:
        """Finish: what is decided is recorded, then `run` returns."""
        self._stopping.set()

    def _start_anew(self) -> None:
        self.again = True
        self.stop()

    def put(self, given: Input) -> None:
        """Give the till an input, behind those that wait."""
        self.inputs.tell(given)
        self._inputs.put_nowait(given)

    async def run(self) -> None:
        """Serve. JournalError when the state directory is in use, or is another till's."""
        journal = self._open_journal()
        self.plugins.on_stop = partial(self.put, Trouble(faults.PLUGIN_STOPPED))
        if self.plugins.stopped:
            self.plugins.on_stop()
        essential = [self._sell(journal), self._keep_watchdog(), *self.equipment.essential()]
        side = [self._supervise(name, task) for name, task in self.side.items()]
        try:
            with self.channel.log_kept() if self.channel else nullcontext():
                async with asyncio.TaskGroup() as group:
                    tasks = [group.create_task(task) for task in (*essential, *side)]
                    await self._stopping.wait()
                    if not self.again:  # else the service manager would have it end for good
                        notify("STOPPING=1")
                    # A paper that is cut off by an orderly stop would be an uncertain one.
                    await self.equipment.papers_out()
                    for task in tasks:
                        task.cancel()
                await self._say_goodbye()
        finally:
            if self.journal:
                await self.journal.close()
            self._keyring.release()

    def _open_journal(self) -> Journal | JournalError:
        try:
            self.journal = Journal.open(
                self._state,
                self._identity,
                vfs=self._vfs,
                signers=self._keyring,
                witness=self.settings.witness,
                quorum=self.settings.witnesses.quorum,
                since=self._acknowledged,
            )
        except JournalError as error:
            if error.fault in WRONG_PLACE:
                raise
            return error
        return self.journal

    async def _sell(self, journal: Journal | JournalError) -> NoReturn:
        """Serve the till; whenever its journal fails, stop selling visibly until it works again."""
        while True:
            if isinstance(journal, Journal):
                try:
                    await self._serve(journal)
                except JournalError as error:
                    self.journal, self._acknowledged = None, journal.running
                    await journal.close()
                    # Said and put down by whom it was met: the next opening may find nothing wrong.
                    self._guard.found(error)
                    self.equipment.outputs.lookups.reopen()
                    journal = error
            else:
                journal = await self._out_of_order(journal)

    async def _serve(self, journal: Journal) -> None:
        loaded, staff = self.files.catalogue.load(), self.files.staff.load()
        keyed = voucher_key.load(self._state, journal.running.setup.vouchers)
        offers = self.files.promotions.load(loaded.catalog)
        counter = self._counter(journal, loaded, offers, staff, Mint(keyed.key, random_below))
        last = last_moment(journal)
        self._clock.recall(last, journal.running.book.known)
        till = Till(
            counter,
            journal,
            self._clock,
            self.equipment.outputs,
            last=last,
        )
        self.till = till
        in_force = Setup(
            self._identity.software,
            self.settings.source,
            loaded.catalog.sha256,
            promotions=offers.source,
            company=self._identity.seller.identified(self._identity.shop.name),
        )
        now = self._clock.now()
        started = counter.start(now)
        found = (*keyed.found, *staff.found(journal.running.setup.clerks))
        ours = at_start(journal.running, in_force, now, last, journal.doubts)
        till.record((*ours, *found, *started.events))
        if doubtful(now, last):
            self.put(Trouble(faults.CLOCK_DOUBTED))
        if loaded.problems:
            self.put(Trouble(faults.BAD_CATALOGUE))
        if offers.problem:
            self.put(Trouble(faults.BAD_PROMOTIONS))
        for fault in (*self.settings.faults, *filter(None, [staff.fault, keyed.fault])):
            self.put(Trouble(fault))
        self.equipment.take_up([each.event for each in journal.recent()], till)
        for effect in card_payments.recalls(counter.desk):
            # Whatever was asked before this program began: the terminal is asked first.
            self.equipment.outputs.payments.release(effect)
        for asked in card_days.unreckoned(counter.desk, [each.event for each in journal.recent()]):
            self.equipment.outputs.release(asked)
        self._heard = None
        self.ready.set()
        await till.run(self._inputs)

    def _counter(
        self, journal: Journal, loaded: Loaded, offers: Offers, staff: LoadedStaff, mint: Mint
    ) -> Counter:
        """The counter as the journal says it stood. An open sale has its own catalogue back."""
        desk = Desk(
            loaded.catalog,
            self.settings.rules,
            self._identity,
            self.plugins.find_item,
            promotions=offers.promotions,
            promotions_source=offers.source,
            mint=mint,
        )
        counts = journal.running.counts
        earlier = self.till.counter.desk if self.till else None
        weighings, lookups = (earlier.weighings, earlier.lookups) if earlier else (0, 0)
        training = journal.running.book.training
        desk.resume(counts.sale, counts.tickets, weighings, lookups, training=training)
        recent = journal.recent()
        desk.resume_clerks(
            staff.clerks,
            recent[0].operator if recent else 0,
            journal.running.wrong,
            earlier.checks if earlier else 0,
            signed_on=journal.running.signed_on,
        )
        desk.terminals = dict(journal.running.setup.terminals)
        for record in recent:
            desk.apply(record.event, record.moment)
        desk.outage = journal.running.book.outage  # it may have begun before these records
        opened = (*desk.waiting, desk.sale) if desk.sale else desk.waiting
        for sha256 in {sale.catalog for sale in opened} - {loaded.catalog.sha256}:
            self._keep_prices(desk, sha256)
        return Counter(desk)

    def _keep_prices(self, desk: Desk, sha256: str) -> None:
        """Sell an open sale from its own catalogue to its end."""
        try:
            desk.kept[sha256] = self.files.catalogue.kept(sha256)
        except JournalError as error:  # its lines have their prices; what follows has today's
            log.error("%s", error)
            self.put(Trouble(faults.BAD_CATALOGUE))

    async def _out_of_order(self, error: JournalError) -> Journal | JournalError:
        """Refuse every input, loudly, until the journal was tried again; what came of that."""
        outputs, fault = self.equipment.outputs, error.fault
        outputs.screen.put(display.fault(fault))
        outputs.customer.put(display.signed_off())
        if fault is not self._heard:  # the alarm sounds once, and then at whatever is tried
            log.error("%s", advice(error))
            outputs.tone.put(fault.tone)
        self._heard = fault
        self.ready.set()
        async with asyncio.TaskGroup() as group:
            refusing = group.create_task(self._refuse(fault))
            await asyncio.sleep(RETRY)
            # Off the loop: a token that does not answer must not silence the counter meanwhile.
            journal = await to_the_end(self._open_journal)
            refusing.cancel()
        return journal

    async def _refuse(self, fault: Fault) -> NoReturn:
        while True:
            await self._inputs.get()
            self.equipment.outputs.tone.put(fault.tone)

    async def _say_goodbye(self) -> None:
        """Record that this end was meant."""
        if self.journal and self.till:
            try:
                reason = "settings" if self.again else "signal"
                await self.till.record((TillStopped(reason=reason),))
            except JournalError as error:
                log.error("%s", error)

    async def _keep_watchdog(self) -> NoReturn:
        """Tell the service manager that the till is ready, and then again and again that it lives.

        The sign of life stops with the event loop, and while a record is stuck on its way to disk.
        """
        await self.ready.wait()
        if self.channel:  # whoever waited for the unit asks it next
            await self.channel.opened()
        # A till that has started anew in its process was watched all the while, and «ready» is no
        # sign of life.
        status = f"STATUS={'selling' if self.journal else 'out of order'}"
        notify("READY=1", "WATCHDOG=1", status)
        interval = watchdog_interval()
        while True:
            await asyncio.sleep(interval or STALLED)
            stalled = self.till.stalled_for() if self.till else 0.0
            if interval and stalled < STALLED:
                notify("WATCHDOG=1")
            elif stalled >= STALLED:
                log.error("a record has been on its way to disk for %.0f s", stalled)

    def _channel(self, socket: Path) -> Channel:
        terminal = Terminal(
            settings=self.settings,
            plugins=self.plugins,
            equipment=self.equipment,
            tasks=self.tasks,
            clock=self._clock,
            identity=self._identity,
            state=self._state,
            vfs=self._vfs,
            unwitnessed=lambda: self._guard.unwitnessed,
            journal=lambda: self.journal,
            till=lambda: self.till,
            trouble=lambda: None if self.journal else self._heard,
            record=self._record,
            reload=self.files.reload,
            inputs=self.inputs,
        )
        files = self.files
        return Channel(
            terminal, socket, lambda: self.acts, self.put, lambda: files.catalogue,
            changes=self.changes, exports=self._exports,
        )  # fmt: skip

    def _side_tasks(self) -> dict[str, SideTask]:
        """What a sale goes on without, by name. A replay's days are those of its file."""
        tasks = {
            "files": SideTask(self._watch_files, silence=10 * RESCAN),
            "reloads": SideTask(self.files.run),
            "settings": SideTask(self.changes.run),
            **self.equipment.side(),
        }
        if self.sticks:
            tasks["sticks"] = SideTask(partial(self.sticks.run, self.equipment.outputs.sticks))
        if self.channel:
            tasks |= {name: SideTask(work) for name, work in self.channel.tasks().items()}
        if self._identity.simulated:
            return tasks
        settings, state, now, guard = self.settings, self._state, self._clock.now, self._guard
        closing = Closing(settings.rules.closing, self._running, now, self.put)
        watch_persons = partial(retention.watch, state, self._record, now, self.put, guard.found)
        tasks["closures"] = SideTask(closing.watch, silence=10 * overdue_closures.LOOK)
        tasks["persons"] = SideTask(watch_persons, silence=2 * retention.DAY)
        tasks["scrub"] = SideTask(guard.scrub_always)
        compare = partial(self.equipment.outputs.lookups.compare_always, guard.is_idle)
        tasks["comparison"] = SideTask(compare)
        tasks["findings"] = SideTask(guard.record_findings)
        if settings.backup:
            identity = self._identity
            name = f"caisse-{identity.store}-{identity.terminal}-"
            backups = Backups(settings.backup, state, name, self._record, self.put)
            tasks["backup"] = SideTask(partial(backups.watch, now))
        if settings.invoices:
            folder = Path(settings.invoices.directory)
            files = InvoiceFiles(folder, state, self._running, self.put)
            tasks["invoices"] = SideTask(files.watch)
        if settings.rules.inspection.directory:
            inspections = Inspections(
                Path(settings.rules.inspection.directory), state, self._identity.seller.siret,
                settings.rules.closing.year_begins, self.put,
            )  # fmt: skip
            asked = self.equipment.outputs.inspections
            tasks["inspections"] = SideTask(partial(inspections.run, asked, now))
        if self._program:
            tasks["program"] = SideTask(partial(self._identify, self._program))
        selftests = SelfTests(state, self.put, at_start=settings.selftest_at_start)
        tasks["selftests"] = SideTask(partial(selftests.run, self.equipment.outputs.selftests))
        if self.equipment.outputs.payments.lanes:
            slips = self.equipment.outputs.payments.slips
            keep_slips = partial(card_slips.keep, slips, state, self._record, now)
            tasks["card slips"] = SideTask(keep_slips)
        if settings.witness:
            tasks["witness"] = SideTask(partial(guard.be_witnessed, settings.witness, now))
        return tasks

    async def _identify(self, program: Callable[[], str]) -> NoReturn:
        """Record which program this is, where the last record has another, as soon as it can be."""
        digest = await asyncio.to_thread(program)
        enabled = [each for each in self.plugins if each.status is PluginStatus.ENABLED]
        plugins = tuple(PluginFound(each.name, each.version) for each in enabled)
        found = ProgramFound(version=self._identity.software, digest=digest, plugins=plugins)
        while (running := self._running()) is None or running.setup.program != digest:
            if running:
                with suppress(JournalError):
                    await self._record((found,))
            await asyncio.sleep(RETRY)
        await forever()

    async def _supervise(self, name: str, task: SideTask) -> NoReturn:
        """From the start on, and behind it."""
        await self.ready.wait()
        await self.tasks.supervised(name, task.work, silence=task.silence)

    def _on_side_task(self, status: TaskStatus) -> None:
        """Have the first failure of a side task said, and not each of them: its status has all."""
        failed = status.state in (TaskState.PAUSING, TaskState.HUNG)
        if failed and status.name not in self._failed:
            self._failed.add(status.name)
            self.put(Trouble(faults.TASK_FAILED))

    async def _record(self, events: Sequence[Event]) -> None:
        """Make events of the terminal's own durable; JournalError where it is out of order."""
        if self.till is None or self.journal is None:
            raise JournalError(faults.JOURNAL_FAILED, say("la caisse est hors service"))
        self.journal.running.must_take(events, self._clock.now())
        # Shielded: a side task that is cancelled must not cancel what effects of the sale wait for.
        await asyncio.shield(self.till.record(events))

    def _serving(self) -> tuple[Till, Journal] | None:
        return (self.till, self.journal) if self.till and self.journal else None

    def _has_opened(self) -> bool:
        return bool(self.journal and self.journal.running.opened)

    def _running(self) -> Running | None:
        return self.journal.running if self.journal else None

    async def _watch_files(self) -> NoReturn:
        """What is plugged in, and what is written anew: the catalogue and its like."""
        devices = {path: port.wake for path, port in self.equipment.paths.items()}
        await watch(devices | self.files.reactions())
