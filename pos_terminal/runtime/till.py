"""The till: one task takes every lane's input from one ordered queue, decides, records, releases.

Between taking an input and having applied its events nothing is awaited, so what follows in the
queue (CASH beside a slow scan) always meets the sale with that line in it. Appends pipeline: the
till goes on while the disk works, and what an input leads to is released when its record, and
with it every earlier one, is durable. A failed append stops the till.
"""

import asyncio
import dataclasses
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec.structs import replace

from pos_terminal.domain.audit.clock import doubtful, jump
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.steps import (
    CatchUp,
    CloseDay,
    CloseService,
    CountDrawer,
    Effect,
    Input,
    ListSales,
    Print,
    PrintClosure,
    PrintList,
    PrintReport,
    PrintVoucher,
    ReadDay,
    Show,
    Sound,
    Trouble,
)
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.cash import CashCounted
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import Form, ReceiptRequested
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodReported, ServiceClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import ClockJumped
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period import closing, drawer
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.domain.printing import papers, report, voucher
from pos_terminal.domain.printing import stock_lists as goods_paper
from pos_terminal.domain.printing.shop import Shop
from pos_terminal.domain.receipt import Receipt
from pos_terminal.journal.record import Record
from pos_terminal.journal.store import Journal
from pos_terminal.journal.witness import head_qr
from pos_terminal.runtime.clock import Clock
from pos_terminal.runtime.lanes import Paper
from pos_terminal.runtime.outputs import Outputs
from pos_terminal.tasks.groups import first

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
        shop: Shop,
        terminal: str,
        simulated: bool,
        hours: ClosingHours = closing.ORDINARY,
        last: Moment | None = None,
    ) -> None:
        self.counter = counter
        self._journal = journal
        self._clock = clock
        self._outputs = outputs
        self._papers = dataclasses.replace(counter.desk.rules.papers, shop=shop, terminal=terminal)
        self._head = shop, terminal
        self._simulated = simulated
        self._hours = hours
        self._last = last
        self._base = counter.desk.base()
        self._pending: dict[Appended, float] = {}
        self._newest: Appended | None = None
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
            await self._enter_period()
            self._take(given)

    async def _enter_period(self) -> None:
        """Before an input is decided: close what was over when it came (domain/closing.first).

        Nothing is closed by a clock that is surely wrong, nor between a tender and its ticket.
        """
        if self._simulated or self.counter.desk.engaged or not self._ended():
            return
        while self._newest:  # the book must be as of the last record
            await asyncio.wait((self._newest,))
            await asyncio.sleep(0)
        periods = self._ended()
        if periods:
            self.close(periods, automatic=True, carry=True)

    def _ended(self) -> tuple[Period, ...]:
        running, now = self._journal.running, self._clock.now()
        if doubtful(now, self._last):
            return ()
        return closing.first(running.book, now, self._hours, running.opened)

    def _take(self, given: Input) -> None:
        """Decide, apply and start recording one input. Nothing is awaited in here."""
        moment = self._clock.now()
        step = self.counter.handle(given, moment)
        if step.events:
            self._append(step.events, moment, step.effects)
        elif self._newest and any(not isinstance(effect, Sound) for effect in step.effects):
            self._newest.add_done_callback(lambda done: self._release_after(done, step.effects))
        else:
            self._release(step.effects)
        self._refresh(soon=bool(step.events))

    def record(self, events: Sequence[Event]) -> Appended:
        """Append events of the terminal's own (start, stop); a failure stops the till as well."""
        return self._append(events, self._clock.now(), ())

    def close(
        self, periods: Sequence[Period], *, automatic: bool, carry: bool = False, authority: int = 0
    ) -> tuple[PeriodClosed, ...]:
        """Close these periods, in this order, and say with what; durable when all before it is.

        Call it once all records are durable (as an effect): the book is the journal's. NotYet where
        there is nothing to close; OpenSales where sales are open and are not carried over.
        """
        moment = self._clock.now()
        book, seq = self._standing(moment)
        made = closing.closures(
            book,
            seq,
            moment,
            periods,
            year_begins=self._hours.year_begins,
            opened=self._journal.running.opened,
            carry=carry,
            automatic=automatic,
            authority=authority,
            services=self._hours.services,
        )
        appended = self._append(made, moment, ())
        appended.add_done_callback(lambda done: self._closed(done, loud=not automatic))
        return tuple(each for each in made if isinstance(each, PeriodClosed))

    def _standing(self, moment: Moment) -> tuple[Book, int]:
        """Where the book stands for a record of that moment, and the number of the one before."""
        running = self._journal.running
        jumped = self._jumped(moment)
        if not jumped:
            return running.book, running.seq
        seq = running.seq + 1  # the jump's record will be the one before
        return running.book.after(jumped, seq, moment.at), seq

    def _catch_up(self) -> None:
        """Close what is overdue now. A sale begun meanwhile goes first: it is asked again."""
        running = self._journal.running
        if not self._pending and not running.opened:
            periods = closing.due(running.book, self._clock.now(), self._hours)
            if periods:
                self.close(periods, automatic=True)

    def _append(
        self, events: Sequence[Event], moment: Moment, effects: Sequence[Effect]
    ) -> Appended:
        jumped = self._jumped(moment)
        self._last = moment
        appended = self._journal.append((jumped, *events) if jumped else events, moment)
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

    def stalled_for(self) -> float:
        """Seconds since the oldest append that is not durable yet; 0 when there is none."""
        oldest = next(iter(self._pending.values()), None)
        return 0.0 if oldest is None else time.monotonic() - oldest

    def _durable(self, appended: Appended, effects: Sequence[Effect]) -> None:
        self._pending.pop(appended, None)
        if appended is self._newest:
            self._newest = None
        self._release_after(appended, effects)

    def _release_after(self, appended: Appended, effects: Sequence[Effect]) -> None:
        error = None if appended.cancelled() else appended.exception()
        if appended.cancelled() or error:
            if error and not self._failure.done():
                self._failure.set_exception(error)
            return
        self._release(effects)
        self._refresh()

    def _release(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            match effect:
                case Show(screen):
                    self._base = screen
                case Print():
                    self._outputs.printer.print(self._paper(effect))
                case PrintReport(paper, patient):
                    self._outputs.printer.print(Paper(None, paper, patient=patient))
                case PrintList(listing):
                    self._print(goods_paper.paper, listing, listing.at)
                case PrintVoucher(made, at, copy):
                    article = self.counter.desk.present.plu(made.plu) if made.plu else None
                    name = article.name if article else ""
                    self._print(voucher.paper, made, at, name=name, copy=copy)
                case _:
                    self._keep_books(effect)

    def _keep_books(self, effect: Effect) -> None:
        """What needs the journal's book, or the paper of it; the rest is the devices'."""
        match effect:
            case CatchUp():
                self._catch_up()
            case ReadDay():
                self._read_day()
            case CountDrawer():
                self._count(effect)
            case CloseDay():
                self._close_day(effect)
            case CloseService():
                self._close_service(effect)
            case ListSales(sales):
                at = self._clock.now().at
                self._release((PrintReport(self._drawn(report.open_sales, sales, at)),))
            case PrintClosure():
                self._reprint(effect)
            case _:
                self._outputs.release(effect)

    def _once_durable(self, effect: Effect) -> bool:
        """Whether records are still on their way; then the effect follows the last of them."""
        if self._newest is None:
            return False
        self._newest.add_done_callback(lambda done: self._release_after(done, (effect,)))
        return True

    def _read_day(self) -> None:
        """Record and print what the running day adds up to."""
        book = self._journal.running.book
        moment = self._clock.now()
        reported = PeriodReported(session=book.session, totals=book.day.totals)
        paper = self._drawn(report.reading, reported, moment.at)
        self._append((reported,), moment, (PrintReport(paper),))

    def _count(self, counted: CountDrawer) -> None:
        """Record what was counted beside what should be there, and print the count alone."""
        moment = self._clock.now()
        should = drawer.expected(self._journal.running.book.day.totals, counted.drawer)
        event = CashCounted(
            counted=counted.counted,
            expected=should,
            pieces=counted.pieces,
            drawer=counted.drawer,
        )
        several = self.counter.desk.rules.drawers.number > 1
        paper = self._drawn(report.count, event, moment.at, several=several)
        self._append((event,), moment, (Show(display.counted()), PrintReport(paper)))

    def _close_service(self, effect: CloseService) -> None:
        """Close the running service with all that is on its way, and print it."""
        if self._once_durable(effect):
            return
        moment = self._clock.now()
        book, seq = self._standing(moment)
        count_first = self.counter.desk.rules.tenders.count_first
        fault = closing.service_refusal(book, count_first=count_first)
        if fault:
            self._take(Trouble(fault))
            return
        closed = book.service(seq + 1, self._hours.services, effect.authority)
        paper = self._drawn(report.service, closed, moment.at)
        shown = Show(display.service_closed(closed.name))
        self._append((closed,), moment, (shown, Sound(Tone.ACCEPTED), PrintReport(paper)))

    def _close_day(self, effect: CloseDay) -> None:
        """Close the day with all that is on its way; what stands against it is said."""
        if self._once_durable(effect):
            return
        running = self._journal.running
        fault = closing.refusal(
            running.book,
            running.opened,
            count_first=self.counter.desk.rules.tenders.count_first,
            carried=effect.carried,
        )
        if fault:
            self._take(Trouble(fault))
            return
        carry, authority = bool(effect.carried), effect.authority
        self.close((Period.DAY,), automatic=False, carry=carry, authority=authority)

    def _closed(self, appended: Appended, *, loud: bool) -> None:
        """Closures are durable: print them with the journal's head. A clerk's Z is shown, too."""
        if appended.cancelled() or appended.exception():
            return
        printed = loud or self._hours.print_automatic
        for record in appended.result():
            closed, at = record.event, record.envelope.at
            if isinstance(closed, ServiceClosed) and printed:
                self._print(report.service, closed, at)
            if isinstance(closed, PeriodClosed) and printed:
                head = head_qr(record.hash, record.seq, at)
                self._print(report.closure, closed, at, head=head)
            if isinstance(closed, PeriodClosed) and loud:
                self._release((Show(display.day_closed(closed.number)), Sound(Tone.ACCEPTED)))
        self._refresh()

    def _reprint(self, effect: PrintClosure) -> None:
        found = effect.found
        head = head_qr(found.hash, found.seq, found.at)
        self._print(report.closure, found.closed, found.at, head=head, copy=effect.copy)

    def _drawn(
        self, document: Callable[..., Receipt], what: object, at: str, **more: str | int
    ) -> Receipt:
        """What happened at that local time as this shop's paper."""
        return document(*self._head, what, at, simulated=self._simulated, **more)

    def _print(
        self, document: Callable[..., Receipt], what: object, at: str, **more: str | int
    ) -> None:
        """Print what must not be lost: it waits for a printer that is out of paper."""
        self._release((PrintReport(self._drawn(document, what, at, **more), patient=True),))

    def _paper(self, effect: Print) -> Paper:
        asked = replace(effect.asked, simulated=self._simulated)
        if asked.request.form is Form.QR and not asked.anchor:
            asked = replace(asked, anchor=self._anchor(asked.request))
        return Paper(asked.request, papers.paper(self._papers, asked))

    def _anchor(self, request: ReceiptRequested) -> str:
        """The record of the ticket, which is the last one: it is among the recent."""
        for record in reversed(self._journal.recent()):
            event = record.event
            if not isinstance(event, SaleClosed):
                continue
            if (event.series, event.number) == (request.series, request.number):
                return record.anchor
        return ""

    def _refresh(self, *, soon: bool = False) -> None:
        """Show what is typed at once; what is sold as soon as it is durable, and not before.

        With `soon` a new screen is about to follow: the display keeps what it shows, since the
        old screen in between would only flicker.
        """
        overlay = self.counter.desk.overlay
        if overlay:
            self._outputs.screen.put(overlay)
        elif not soon:
            self._outputs.screen.put(self._base)
