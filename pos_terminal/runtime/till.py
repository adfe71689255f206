"""The till: one task takes every lane's input from one ordered queue, decides, records, releases.

Between taking an input and having applied its events nothing is awaited, so what follows in the
queue (CASH beside a slow scan) always meets the sale with that line in it. Appends pipeline: the
till goes on while the disk works, and what an input leads to is released when its record, and
with it every earlier one, is durable. A failed append stops the till.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.clock import jump
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.counter import printouts
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.printouts import Printout
from pos_terminal.domain.counter.steps import (
    AccessNews,
    BooksReady,
    ChangePeriod,
    Closing,
    Effect,
    Input,
    ListSales,
    Print,
    PrintClosure,
    PrintClosures,
    PrintList,
    PrintReport,
    PrintVoucher,
    Scanned,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import support
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import Form, ReceiptRequested
from pos_terminal.domain.events.period import Period, PeriodClosed, ServiceClosed
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import ClockJumped, CommandGiven
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.command_codes import is_command
from pos_terminal.domain.lookup.questions import Answer, ClosureFound, TicketFound, Wanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period import closing
from pos_terminal.domain.period.closing import Books, OpenSales
from pos_terminal.domain.printing import labels, papers, report
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import PrinterRole, Receipt
from pos_terminal.domain.screen import Screen
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal
from pos_terminal.journal.witness import head_qr
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.lookup_lane import Find
from pos_terminal.runtime.outputs import Outputs
from pos_terminal.runtime.spool import Paper
from pos_terminal.tasks.groups import first

log = logging.getLogger(__name__)

NO_ARTICLE = (faults.UNKNOWN_ARTICLE, faults.BAD_CHECK_DIGIT, faults.UNREADABLE)
"""What a code is refused with that is none of the shop's."""

ACCEPTED = Sound(Tone.ACCEPTED)

Appended = asyncio.Future[tuple[Record, ...]]


class Inputs(Protocol):
    """Where the till takes its inputs from."""

    async def get(self) -> Input:
        """The next input, in order."""


class Till:
    """Runs one counter over one journal. `last` is the moment of the journal's last record."""

    def __init__(
        self,
        counter: Counter,
        journal: Journal,
        clock: Clock,
        outputs: Outputs,
        *,
        last: Moment | None = None,
    ) -> None:
        self.counter = counter
        self._journal = journal
        self._clock = clock
        self._outputs = outputs
        self._identity = counter.desk.identity
        self._last = last
        self._base = counter.desk.base()
        self._customers = self._base
        outputs.customer.put(self._base)
        self._pending: dict[Appended, float] = {}
        self._newest: Appended | None = None
        self._overtaken: Appended | None = None
        """The append that was pending when something younger than it sounded at once."""
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, inputs: Inputs) -> None:
        """Serve until an append fails; then raise that failure (a JournalError)."""
        self._refresh()
        await first(self._serve(inputs), self._until_failure())

    async def _until_failure(self) -> None:
        await self._failure

    async def _serve(self, inputs: Inputs) -> None:
        while True:
            given = await inputs.get()
            # Before the input is decided: what is behind the end of a period belongs to the next.
            await self._enter_period()
            self._take(given)

    async def _enter_period(self) -> None:
        """Before an input is decided: close what was over when it came (domain/closing.first).

        Nothing is closed between a tender and its ticket.
        """
        if self._identity.simulated or self.counter.desk.engaged or not self._ended():
            return
        await self._all_durable()
        if self._ended():
            self._close(ChangePeriod())

    async def _all_durable(self) -> None:
        """Wait until the journal's state, its book above all, is as of the last event decided."""
        while self._newest:
            await asyncio.wait((self._newest,))
            # The append's callbacks come in the next turn of the loop: only then is `_newest` what
            # it says.
            await asyncio.sleep(0)

    def _ended(self) -> bool:
        books, now = self._journal.running.books, self._clock.now()
        return bool(closing.first(books.book, now, self.counter.desk.rules.closing, books.opened))

    def _take(self, given: Input, moment: Moment | None = None) -> None:
        """Decide, apply and start recording one input. Nothing is awaited in here."""
        moment = moment or self._clock.now()
        step = self.counter.handle(given, moment)
        if isinstance(given, Scanned):
            self._note(given)
        if isinstance(given, AccessNews):  # support comes or goes: also where nothing new is shown
            self._outputs.customer.put(self._marked(self._customers))
        if step.events:
            self._append(step.events, moment, step.effects)
        # Nothing to record, but the screen may show what is not durable yet: behind it, then. A
        # tone tells nothing and answers at once.
        elif self._newest and any(not isinstance(effect, Sound) for effect in step.effects):
            self._newest.add_done_callback(lambda done: self._release_after(done, step.effects))
        else:
            if step.effects:  # a tone, if anything is on its way
                self._overtaken = self._newest
            self._release(step.effects)
        # What is typed is no fact yet: it is shown before anything is durable.
        self._refresh(soon=bool(step.events))

    def _note(self, scanned: Scanned) -> None:
        """A code that was refused stands in the log, as a dump: a technician must see what came.

        Codes of the till's own do not: a badge is a secret.
        """
        fault = self.counter.desk.fault
        if fault in NO_ARTICLE and not is_command(scanned.text):
            log.info("%s %s %s", fault, scanned.aim, scanned.text.encode().hex(" "))

    def record(self, events: Sequence[Event]) -> Appended:
        """Append events of the terminal's own (start, stop); a failure stops the till as well."""
        return self._append(events, self._clock.now(), ())

    async def close_by_command(
        self, period: Period, before: Sequence[Event], *, carry: bool, early: bool
    ) -> Record:
        """Close a period that somebody asked for beside the counter; the closure's record.

        `before` is recorded in front of it. NotYet, OpenSales or Uncounted where it cannot be
        closed, or while a sale is being paid: then nothing is recorded.
        """
        await self._all_durable()
        desk, moment = self.counter.desk, self._clock.now()
        books = self._standing(moment)
        if not early:
            closing.must_be_over(books.book, period, moment, desk.rules.closing)
        if desk.engaged:
            raise OpenSales(books.opened)
        if desk.rules.tenders.count_first:
            closing.must_be_counted(books.book, period)
        for event in before:
            books = books.after(event, moment)
        made = closing.closures(books, moment, (period,), desk.rules.closing, carry=carry)
        step = self.counter.closed(made, moment)
        records = await asyncio.shield(self._append((*before, *step.events), moment, step.effects))
        return records[len(before) + len(made) - 1]

    async def read_by_command(self, command: CommandGiven) -> Record:
        """Read the running day beside the counter, on record and without a paper; its record."""
        await self._all_durable()
        moment = self._clock.now()
        step = self.counter.read(self._standing(moment), moment)
        records = await asyncio.shield(self._append((command, *step.events), moment, ()))
        return records[-1]

    async def reprint(self, command: CommandGiven, found: TicketFound) -> int:
        """Print another paper of that ticket beside the counter, on record; which copy it is."""
        moment = self._clock.now()
        step = self.counter.reprinted(found, moment)
        await asyncio.shield(self._append((command, *step.events), moment, step.effects))
        (asked,) = (each for each in step.events if isinstance(each, ReceiptRequested))
        return asked.copy

    async def invoice_month(
        self, command: CommandGiven, number: int, month: str, find: Find
    ) -> PaperAsked:
        """Make the invoice of a month beside the counter, on record, and print it; its paper.

        `month` is written «2026-02»; where all of it has its invoice, that is printed once more.
        Refused where there is none to be made; what `find` raises.
        """
        desk = self.counter.desk
        while True:
            await self._all_durable()
            tickets, last = dict(desk.tickets), desk.last
            found: tuple[tuple[Wanted, Answer | None], ...] = ()
            # The counter sells on. What was found before it closed or invoiced a ticket, or had
            # the last one's means of payment corrected, holds no more: a ticket has one invoice.
            while (tickets, last) == (desk.tickets, desk.last):
                moment = self._clock.now()
                step = self.counter.invoiced(number, month, found, moment)
                if isinstance(step, Step):
                    records = self._append((command, *step.events), moment, step.effects)
                    await asyncio.shield(records)
                    (printed,) = (each for each in step.effects if isinstance(each, Print))
                    return printed.asked
                found = (*found, (step, await find(step)))

    def _close(self, asked: Closing) -> None:
        """Have the counter decide what needs the books, behind all that is on its way."""
        if self._newest:
            # The books are the journal's: asked now, they would lack what is still on its way.
            self._newest.add_done_callback(lambda done: self._release_after(done, (asked,)))
            return
        moment = self._clock.now()
        self._take(BooksReady(asked, self._standing(moment)), moment)

    def _standing(self, moment: Moment) -> Books:
        """The books for a record of that moment: behind a jump of the clock, if there is one."""
        books, jumped = self._journal.running.books, self._jumped(moment)
        return books.after(jumped, moment) if jumped else books

    def _append(
        self, events: Sequence[Event], moment: Moment, effects: Sequence[Effect]
    ) -> Appended:
        jumped = self._jumped(moment)
        # Even where the append fails: the next jump is told from the last moment that was decided.
        self._last = moment
        appended = self._journal.append((jumped, *events) if jumped else events, moment)
        # For the watchdog: a disk that takes no record for long ends this process (stalled_for).
        self._pending[appended] = time.monotonic()
        self._newest = appended
        appended.add_done_callback(lambda done: self._durable(done, effects))
        return appended

    def _jumped(self, moment: Moment) -> ClockJumped | None:
        return jump(self._last, moment) if self._last else None

    @property
    def pending(self) -> int:
        """Appends that are not durable yet."""
        return len(self._pending)

    @property
    def nobody_may(self) -> bool:
        """Whether its clerks cannot be known, so that nobody may sign on."""
        return self.counter.desk.clerks.closed

    def shelf_labels(self, plus: Sequence[str], families: Sequence[str]) -> tuple[Receipt, ...]:
        """See `Selling.shelf_labels`."""
        catalog, day = self.counter.desk.present, self._clock.now().day
        chosen = list[Item]()
        for plu in plus:
            item = catalog.plu(plu)
            if item is None:
                raise KeyError(plu)
            chosen.append(item)
        for family in families:
            of_family = [item for item in catalog.items if item.family == family]
            if not of_family:
                raise KeyError(family)
            chosen += of_family
        return tuple(labels.shelf(item, day) for item in chosen)

    def stalled_for(self) -> float:
        """Seconds since the oldest append that is not durable yet; 0 when there is none."""
        oldest = next(iter(self._pending.values()), None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    def _durable(self, appended: Appended, effects: Sequence[Effect]) -> None:
        self._pending.pop(appended, None)
        if appended is self._newest:
            self._newest = None
        if appended is self._overtaken:  # once all that waits for this append has been released
            asyncio.get_running_loop().call_soon(self._nothing_overtaken, appended)
        self._release_after(appended, effects)

    def _nothing_overtaken(self, appended: Appended) -> None:
        if appended is self._overtaken:
            self._overtaken = None

    def _release_after(self, appended: Appended, effects: Sequence[Effect]) -> None:
        error = None if appended.cancelled() else appended.exception()
        if appended.cancelled() or error:
            # The first failure counts: those behind it failed because of it.
            if error and not self._failure.done():
                self._failure.set_exception(error)
            return
        if self._overtaken:
            # What was keyed later has sounded. It was refused, since what is accepted shows
            # something: an older key's short tone would cut that off, and nobody would hear it.
            effects = [effect for effect in effects if effect != ACCEPTED]
        self._release(effects, appended.result())
        self._refresh()

    def _release(self, effects: Sequence[Effect], records: Sequence[Record] = ()) -> None:
        """Set the effects going; `records` are those that they are effects of."""
        for effect in effects:
            match effect:
                case Show(screen, private):
                    self._base = screen
                    if not private:
                        self._customers = screen
                        self._outputs.customer.put(self._marked(screen))
                case Print():
                    self._outputs.prints(_role(effect)).print(self._paper(effect))
                case PrintReport(paper, patient, role):
                    self._outputs.prints(role).print(Paper(None, paper, patient=patient))
                case PrintClosures():
                    self.print_closures(records)
                case ListSales() | PrintClosure() | PrintList() | PrintVoucher():
                    self._print(effect, records)
                case _ if isinstance(effect, Closing):
                    self._close(effect)
                case _:
                    self._outputs.release(effect)

    def print_closures(self, records: Sequence[Record]) -> None:
        """The papers of the closures among the records."""
        for record in records:
            closed, moment = record.event, record.moment
            if isinstance(closed, PeriodClosed):
                found = ClosureFound(closed, moment, record.seq, record.hash)
                self._print(PrintClosure(found, 0), records)
            elif isinstance(closed, ServiceClosed):
                paper = report.service(self._identity, closed, moment)
                self._outputs.prints(PrinterRole.REPORT).print(
                    Paper(None, paper, patient=True, record=record.seq, kind="service")
                )

    def print_missed(self) -> None:
        """What recent records ask for, where an end came before their papers were taken in.

        Papers of sales are not among them: each has its request on record (spool.take_up).
        """
        last = self._journal.running.seq
        vouchers = self._outputs.printer.taken_to(last)
        closures = self._outputs.prints(PrinterRole.REPORT).taken_to(last)
        automatic = self.counter.desk.rules.closing.print_automatic
        for record in self._journal.recent():
            event = record.event
            if isinstance(event, VoucherMoved) and event.amount > 0 and record.seq > vouchers:
                with suppress(Refused):  # its key is not here, and the till says so
                    self._print(PrintVoucher(event, record.moment), (record,))
            elif record.seq > closures and (automatic or not getattr(event, "automatic", True)):
                self.print_closures((record,))

    def _print(self, effect: Printout, records: Sequence[Record]) -> None:
        """Print what must not be lost: it waits for a printer that is out of paper."""
        head, exposed, record, copy = "", 0, 0, 0
        if isinstance(effect, PrintClosure):
            found, journal = effect.found, self._journal
            head = head_qr(found.hash, found.seq, found.moment.at, journal.running.key)
            exposed = max(0, found.seq - journal.witnessed)
            record, copy = found.seq, effect.copy
        elif isinstance(effect, PrintVoucher):
            record = next((each.seq for each in records if each.event == effect.made), 0)
            copy = effect.copy
        paper = printouts.drawn(self.counter.desk, effect, self._clock.now(), head, exposed)
        kind = type(effect).__name__
        voucher = effect if isinstance(effect, PrintVoucher) else None
        role = PrinterRole.RECEIPT if voucher else PrinterRole.REPORT
        asked = Paper(None, paper, True, record, kind, copy, voucher=voucher)
        self._outputs.prints(role).print(asked)

    def redrawn(self, paper: Paper) -> Paper:
        """A paper of the spool as it is printed: a voucher's is kept without its number."""
        if paper.voucher is None:
            return paper
        receipt = printouts.drawn(self.counter.desk, paper.voucher, paper.voucher.moment)
        return replace(paper, receipt=receipt)

    def _paper(self, effect: Print) -> Paper:
        asked = effect.asked
        record = None if asked.anchor else self._recent_ticket(asked.closed)
        if record:
            asked = replace(asked, anchor=record.anchor, operator=record.operator)
        return Paper(asked.request, papers.paper(self._identity, asked))

    def _recent_ticket(self, ticket: SaleClosed) -> Record | None:
        """The record of the ticket that was not looked up: the last one, among the recent."""
        # From the end: it is the last ticket, or close to it.
        for record in reversed(self._journal.recent()):
            event = record.event
            if not isinstance(event, SaleClosed):
                continue
            if (event.series, event.number) == (ticket.series, ticket.number):
                return record
        return None

    def _refresh(self, *, soon: bool = False) -> None:
        """Show what is typed at once; what is sold as soon as it is durable, and not before.

        With `soon` a new screen is about to follow: the display keeps what it shows, since the
        old screen in between would only flicker.
        """
        overlay = self.counter.desk.overlay
        if overlay:
            self._outputs.screen.put(self._marked(overlay))
        elif not soon:
            self._outputs.screen.put(self._marked(self._base))

    def show(self, message: Screen) -> bool:
        """Show it in place of what awaits the next customer, until anything else is shown.

        False while somebody is served, or types, or is asked something.
        """
        desk = self.counter.desk
        if desk.sale or desk.overlay:
            return False
        for box in (self._outputs.screen, self._outputs.customer):
            box.put(self._marked(message))
        return True

    def end_show(self, message: Screen) -> None:
        """Show again what a message has replaced, where it is still there."""
        outputs, message = self._outputs, self._marked(message)
        for box, before in ((outputs.screen, self._base), (outputs.customer, self._customers)):
            if box.value == message:
                box.put(self._marked(before))

    def _marked(self, screen: Screen) -> Screen:
        """Whoever reads any screen reads there that support is in, for as long as it is."""
        return support.marked(screen) if self.counter.desk.access.support else screen


def _role(effect: Print) -> PrinterRole:
    """Who prints a paper of a sale."""
    invoice = effect.asked.request.form == Form.INVOICE
    return PrinterRole.INVOICE if invoice else PrinterRole.RECEIPT
