"""The printers' lane: papers one after the other, each with an end that is known, over restarts."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import NoReturn

from msgspec.structs import replace

from pos_terminal.devices.classes import Printer, PrinterStatus
from pos_terminal.devices.errors import DeviceError, DeviceRefused, DeviceTimeout, OutcomeUnknown
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaperDone, Trouble
from pos_terminal.domain.events.paper import ReceiptRequested
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.language import say
from pos_terminal.domain.receipt import Align, PrinterRole, Receipt, Text
from pos_terminal.runtime.port import Port
from pos_terminal.runtime.spool import Identity, Paper, Slip, Spool, of_sale
from pos_terminal.tasks.observers import Observers

log = logging.getLogger(__name__)

TRY_AGAIN = 30.0
"""Seconds after which a paper that must not be lost is tried again."""

LONGEST_QUEUE = 20
"""Receipts that may wait for a slow printer; one more is refused: nobody would wait for it."""

FOR_OTHERS = 4
"""Papers that may wait for somebody elsewhere."""

ANOTHER_ROLL = 10
"""Papers in a row of which none was near the roll's end: it is another one by then, and no sensor
that says now this and now that, as one does at its edge."""

MOST_KEPT = 500
"""Patient papers that may wait: a roll has fewer, and a key that is held down must fill no disk."""


def must_be_ready(status: PrinterStatus) -> None:
    """DeviceRefused where a printer says itself that it cannot print."""
    if fault := status.trouble:
        raise DeviceRefused(fault)


class PrinterLane:
    """Receipts one after the other; each ends as printed, refused or unknown, and says so.

    They wait in the `spool`, where a restart finds them under this `role`. Patient papers that
    were refused wait until nothing else has been printed for `again` seconds. `observers` are told
    of each paper that is asked for.
    """

    def __init__(
        self,
        port: Port[Printer] | None,
        put: Callable[[Input], None],
        spool: Spool,
        *,
        role: PrinterRole = PrinterRole.RECEIPT,
        again: float = TRY_AGAIN,
    ) -> None:
        self._port = port
        self._put = put
        self._spool = spool
        self._role = role
        self._again = again
        self.observers: Observers[Paper] = Observers()
        self._asked: asyncio.Queue[Paper] = asyncio.Queue()
        self._slips: deque[Slip] = deque()
        self._stirred = asyncio.Event()  # a paper has come, or the printer
        self._kept: deque[Slip] = deque()
        self._known: set[Identity | None] = set()
        self._since_low = ANOTHER_ROLL  # papers
        self._ended: dict[Identity, Slip] = {}  # papers of sales, until their outcome is on record
        self._settled: asyncio.Queue[ReceiptRequested] = asyncio.Queue()
        self._in_hand = 0  # papers between two of the above
        self._moved = asyncio.Event()  # from one of them to another
        self._awaited: dict[Slip, asyncio.Future[PaperDone]] = {}
        if port:
            # One that was switched on again is not left to wait for its papers.
            port.observers.add(lambda _: self._stirred.set())

    def print(self, paper: Paper) -> None:
        """Queue it; refused at once when the queue is full."""
        self.observers.tell(paper)
        ours = self.waiting - len(self._awaited)
        if ours >= (MOST_KEPT if paper.patient else LONGEST_QUEUE + len(self._kept)):
            self._put(PaperDone(paper.request, PrintOutcome.REFUSED, faults.PRINTER_BUSY))
        elif paper.identity is None or paper.identity not in self._known:
            self._known.add(paper.identity)
            self._asked.put_nowait(paper)

    def ask(self, receipt: Receipt) -> "asyncio.Future[PaperDone]":
        """Print it for somebody elsewhere, behind the counter's papers; how that ends is his to
        know, and nobody's at the counter. Given up, or the power gone, it is forgotten.
        """
        answer: asyncio.Future[PaperDone] = asyncio.get_running_loop().create_future()
        if len(self._awaited) >= FOR_OTHERS:
            answer.set_result(PaperDone(None, PrintOutcome.REFUSED, faults.PRINTER_BUSY))
            return answer
        slip = Slip(Paper(None, receipt), self._role)
        self.observers.tell(slip.paper)
        self._awaited[slip] = answer
        self._queue(slip)
        return answer

    def resume(self, slip: Slip) -> None:
        """Print what waited as the last till here ended."""
        self._known.add(slip.paper.identity)
        self._queue(slip)

    def _queue(self, slip: Slip) -> None:
        self._slips.append(slip)
        self._stirred.set()

    def ended(self, slip: Slip) -> None:
        """The till is told how this one ended; it is kept until that is on record."""
        if slip.paper.request:
            self._ended[of_sale(slip.paper.request)] = slip

    def settled(self, request: ReceiptRequested) -> None:
        """How the paper ended is on record: who asks for it again from here on is given it."""
        slip = self._ended.get(of_sale(request))
        if slip:
            self._known.discard(slip.paper.identity)
        self._settled.put_nowait(request)

    def taken_to(self, last: int) -> int:
        """The record up to which all that records ask for has been taken in.

        Where nothing is known of it, that is the `last` one: then it begins here.
        """
        taken = self._spool.taken(self._role)
        if taken is None:
            self._spool.has_taken(last, self._role)
        return last if taken is None else taken

    @property
    def waiting(self) -> int:
        """Papers that are not printed yet."""
        return self._asked.qsize() + len(self._slips) + len(self._kept)

    async def rested(self) -> None:
        """Wait until no paper is on its way; those that wait for a printer that refuses are not."""
        while self._asked.qsize() or self._slips or self._in_hand or self._ended:
            self._moved.clear()
            await self._moved.wait()

    async def run(self) -> NoReturn:
        """Print what is queued, for ever."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take_in())
            group.create_task(self._clear())
            await self._serve()

    async def _take_in(self) -> NoReturn:
        """Bring each to the disk at once, however long the printer takes over one before."""
        while True:
            paper = await self._asked.get()
            at_once = not (paper.patient or self._slips or self._in_hand)
            with self._holding():
                keep = partial(self._spool.keep, paper, self._role, sent=at_once)
                self._queue(await asyncio.to_thread(keep))

    @contextmanager
    def _holding(self) -> Iterator[None]:
        self._in_hand += 1
        try:
            yield
        finally:
            self._in_hand -= 1
            self._moved.set()

    async def _clear(self) -> NoReturn:
        while True:
            request = await self._settled.get()
            slip = self._ended.pop(of_sale(request), None)
            if slip:
                await self._remove(slip)
                self._moved.set()

    async def _serve(self) -> NoReturn:
        while True:
            if not self._slips:
                await self._rest()
            if not self._slips:
                await self._look_again()
                continue
            with self._holding():
                await self._work_off(self._next())

    def _next(self) -> Slip:
        """The oldest of the counter's; one that somebody elsewhere waits for where it has none."""
        slip = next((each for each in self._slips if each not in self._awaited), self._slips[0])
        self._slips.remove(slip)
        return slip

    async def _work_off(self, slip: Slip) -> None:
        if slip in self._awaited:
            await self._answer(slip)
            return
        done = await self._print(slip)
        # Refused alone: of an unknown one half may be on paper, and a second Z would be a
        # duplicate.
        if slip.paper.patient and done.outcome is PrintOutcome.REFUSED and self._port:
            self._kept.append(slip)
            await asyncio.to_thread(self._spool.unsend, slip)
            self._put(done)
        else:
            await self._end(slip, done)

    def _heed_roll(self, said: PrinterStatus | None) -> None:
        """Say that the roll is near its end, once a roll: the next one is fetched in a quiet moment
        then, and not with a ticket half printed. It is not asked for that: a printer that does not
        answer would hold up the next paper."""
        if said is None or not said.paper_low:
            self._since_low += 1
            return
        if self._since_low >= ANOTHER_ROLL:
            self._put(Trouble(faults.PAPER_LOW))
        self._since_low = 0

    async def _answer(self, slip: Slip) -> None:
        """Print what somebody elsewhere waits for; nothing, where he has given it up."""
        try:
            if not self._awaited[slip].done():
                done = await self._print(slip)
                if not self._awaited[slip].done():
                    self._awaited[slip].set_result(done)
        finally:
            del self._awaited[slip]

    async def _rest(self) -> None:
        """Wait for a paper, for the printer, or until it is time to try again."""
        # Without papers kept there is nothing to try again: the lane sleeps until it is asked.
        again = self._again if self._kept or self._troubled else None
        self._stirred.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(again):
                await self._stirred.wait()

    async def _end(self, slip: Slip, done: PaperDone) -> None:
        """Of a sale's paper the record comes first: one that is gone was printed, and a till that
        is killed in between would say that it was not."""
        if done.request:
            self.ended(slip)
        else:
            await self._remove(slip)
            self._known.discard(slip.paper.identity)
        self._put(done)

    async def _remove(self, slip: Slip) -> None:
        await asyncio.to_thread(self._spool.remove, slip)

    @property
    def _troubled(self) -> bool:
        return self._port is not None and self._port.troubled

    async def _look_again(self) -> None:
        """Ask a printer that could not print whether it could now: nobody may print for hours.

        If so, the oldest paper that was refused; it was said why, and is not said again.
        """
        if not self._kept:
            if self._troubled:
                with suppress(DeviceError):  # it stands in the port's status
                    await self._look()
            return
        slip = self._kept[0]
        with self._holding():  # it is on its way as any other is: a stop must not cut it off
            done = await self._print(slip)
            if done.outcome is PrintOutcome.REFUSED:
                await asyncio.to_thread(self._spool.unsend, slip)
            else:
                self._kept.popleft()
                await self._end(slip, done)

    async def _look(self) -> None:
        """Ask the printer how it is; DeviceError where it says, or shows, that it cannot print."""
        if self._port is None:
            return
        async with self._port.use() as printer:
            must_be_ready(await printer.status())

    async def _print(self, slip: Slip) -> PaperDone:
        paper = slip.paper
        if self._port is None:
            return PaperDone(paper.request, PrintOutcome.REFUSED, faults.PRINTER_OFFLINE)
        receipt = _possible_copy(paper.receipt) if paper.doubtful else paper.receipt
        try:
            if paper.patient:
                # It may wait for hours, and is told from one that may be on paper all the while.
                with suppress(DeviceTimeout):  # who says nothing of itself may print all the same
                    await self._look()
            if slip.kept:
                # Before a byte leaves: who finds it behind a power cut knows no more than that.
                await asyncio.to_thread(self._spool.send, slip)
            said = await self._port.do(lambda printer: printer.print(receipt))
        except OutcomeUnknown as error:
            log.warning("%s: %s", receipt.title, error)
            return PaperDone(paper.request, PrintOutcome.UNKNOWN, error.fault)
        except DeviceError as error:
            log.warning("%s: %s", receipt.title, error)
            # A driver's bug may have struck when half was on paper: that is not «refused».
            half = error.fault is faults.INTERNAL
            outcome = PrintOutcome.UNKNOWN if half else PrintOutcome.REFUSED
            return PaperDone(paper.request, outcome, error.fault)
        self._heed_roll(said)
        return PaperDone(paper.request, PrintOutcome.PRINTED)


def _possible_copy(receipt: Receipt) -> Receipt:
    """The paper, saying above all else that it may be a second one."""
    head = (
        Text(say("COPIE POSSIBLE"), Align.CENTRE, bold=True),
        Text(say("Peut-être déjà imprimé avant une coupure."), Align.CENTRE),
    )
    return replace(receipt, blocks=(*head, *receipt.blocks))
