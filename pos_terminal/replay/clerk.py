"""The clerk: keys, scans and weighs at the far ends, and goes on once the display has answered."""

import time
from array import array
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.screen import Screen
from pos_terminal.journal.record import Record
from pos_terminal.replay.display_reader import (
    DisplayReader,
    ReplayStopped,
    ShownError,
    shows_line,
    shows_paid,
    shows_prefix,
    shows_question,
)
from pos_terminal.replay.keystrokes import CASH, KeysByFunction, before, digits, spoken, strokes
from pos_terminal.replay.observer import Observer
from pos_terminal.replay.plan import Planned
from pos_terminal.replay.record_sums import RecordSums
from pos_terminal.runtime.far_ends import Bench

CLEAR = Key(Function.CLEAR)
TICKET = Key(Function.TICKET)
CANCEL = Key(Function.CANCEL)

WEIGHINGS = 3
"""How often the clerk has one article weighed before giving it up."""


@dataclass(slots=True)
class Latencies:
    """Seconds from the last byte of a line or a payment at the far end to what it led to.

    `display`: the screen has arrived at the display's far end. `durable`: whoever follows the
    journal has the record, which is on the disk then.
    """

    display: "array[float]" = field(default_factory=lambda: array("d"))
    durable: "array[float]" = field(default_factory=lambda: array("d"))


class SimulatedClerk:
    """Works one counter. Whoever follows the journal tells the sums, then `on_record`."""

    def __init__(
        self,
        bench: Bench,
        display: DisplayReader,
        keyboard: KeysByFunction,
        sums: RecordSums,
        observer: Observer,
    ) -> None:
        self.latencies = Latencies()
        self._bench = bench
        self._display = display
        self._keyboard = keyboard
        self._sums = sums
        self._observer = observer
        self._durable_at = 0.0
        self._scans = 0

    def on_record(self, record: Record) -> None:
        """A record has become durable, and the sums have it."""
        if isinstance(record.event, LineSold | SaleClosed):
            self._durable_at = time.monotonic()
        self._display.wake()

    async def sell(self, plan: Planned) -> ShownError | None:
        """Key or scan one line; the error where the terminal refused it.

        Where the scale was at a loss (W-...) the clerk tries again, as the display says.
        """
        refusal = await self._sell(plan)
        for _ in range(WEIGHINGS - 1):
            if refusal is None or not (plan.weighed and refusal.code.startswith("W-")):
                break
            refusal = await self._sell(plan)
        return refusal

    async def _sell(self, plan: Planned) -> ShownError | None:
        self._observer.on_keys(spoken(plan))
        if plan.weighed:
            self._bench.scale.grams = abs(plan.row.quantity)
        if plan.code and before(plan):
            refusal = await self._prefix(plan)
            if refusal:
                return refusal
        count = len(self._lines) + 1
        refusal = await self._record(
            self._scan(plan.code) if plan.code else self._press(*strokes(plan)),
            lambda screen: shows_line(screen, plan),
            lambda: len(self._lines) >= count,
            f"line {plan.row.line}",
        )
        if refusal is None and not plan.is_sold_as(self._lines[-1]):
            raise ReplayStopped(f"line {plan.row.line} was sold as {self._lines[-1]}")
        if refusal is None:
            await self.answer(plan)
        return refusal

    async def answer(self, plan: Planned, given: int = 0) -> None:
        """Make the forced choices behind a row for which there is no row; `given` are made."""
        for number, answer in enumerate(plan.answers[given:], given + 1):
            self._observer.on_keys(str(answer.digit))
            count = len(self._lines) + 1
            more = [each.group for each in plan.answers[number:]]
            refusal = await self._record(
                self._press(*digits(str(answer.digit))),
                self._answer_shown(more[0] if more else ""),
                partial(self._has_lines, count),
                f"the choice of {answer.group}",
            )
            if refusal or self._lines[-1].plu != answer.plu:
                raise ReplayStopped(f"line {plan.row.line}: {answer.group} was not chosen")

    def _answer_shown(self, group: str) -> Callable[[Screen], bool]:
        """Either the next question, or the option that was chosen."""
        if group:
            return lambda screen: shows_question(screen, group)
        return lambda screen: screen.line1.startswith("+ ") or "? 1-" in screen.line1

    def _has_lines(self, count: int) -> bool:
        return len(self._lines) >= count

    async def cash(self) -> ShownError | None:
        """Take exactly what is due, or pay it out; the error where the terminal refused it."""
        self._observer.on_keys("CASH")
        before_it = self._sums.closed
        total = sum(line.gross for line in self._lines)
        return await self._record(
            self._press(CASH),
            lambda screen: shows_paid(screen, total),
            lambda: self._sums.closed is not before_it,
            "the payment",
        )

    async def ask_for_receipt(self) -> None:
        """Press TICKET, and wait until the wish is on record; the printing goes on by itself."""
        self._observer.on_keys("TICKET")
        requests = self._sums.requests
        await self._press(TICKET)
        refusal = await self._answer(
            lambda: self._sums.requests > requests, "the request for a receipt"
        )
        if refusal:
            raise ReplayStopped(f"a receipt was refused: {refusal}")

    async def abandon(self) -> None:
        """Give the open sale up. ReplayStopped where the terminal refuses that."""
        self._observer.on_keys("CANCEL")
        await self._press(CANCEL)
        refusal = await self._answer(lambda: self._sums.open is None, "the abandoned sale")
        if refusal:
            raise ReplayStopped(f"an open sale could not be abandoned: {refusal}")

    async def printing_is_over(self) -> None:
        """Wait until the printer has nothing left to do, however its papers ended."""
        await self._answer(lambda: not self._sums.papers, "the end of a receipt")

    @property
    def _lines(self) -> list[LineSold]:
        return self._sums.open.lines if self._sums.open else []

    async def _prefix(self, plan: Planned) -> ShownError | None:
        """Key what goes before a scan, and see it: keypad and scanner are not one wire."""
        await self.printing_is_over()
        while True:
            await self._press(*before(plan))
            what = f"what was typed for line {plan.row.line}"
            await self._display.until(
                lambda: shows_prefix(self._display.screen, plan) or self._display.error is not None,
                what,
            )
            error = self._display.error
            if error is None:
                return None
            await self._clear(error)
            if not error.is_trouble:
                return error
            await self._press(CLEAR, CLEAR)  # whatever C has left of it is keyed anew

    async def _record(
        self,
        sending: Coroutine[Any, Any, None],
        shown: Callable[[Screen], bool],
        recorded: Callable[[], bool],
        what: str,
    ) -> ShownError | None:
        """Send, then wait for screen and record, and note how long both took."""
        display = self._display
        stood_there = shown(display.screen)  # then a frame proves nothing about when it was sent
        display.look_for(shown)
        await sending
        sent = time.monotonic()
        refusal = await self._answer(recorded, what)
        if refusal:
            return refusal
        await self._see(lambda: display.seen_at is not None or shown(display.screen), what)
        self.latencies.durable.append(self._durable_at - sent)
        if display.seen_at is not None and not stood_there:
            self.latencies.display.append(display.seen_at - sent)
        return None

    async def _answer(self, recorded: Callable[[], bool], what: str) -> ShownError | None:
        """Wait for the record; an error on the display is cleared with C, and returned.

        Trouble with something else (the printer, say) stays there until the record has come: C
        would take back a weighing under it.
        """

        def refused() -> bool:
            error = self._display.error
            return error is not None and not error.is_trouble

        await self._display.until(lambda: recorded() or refused(), what)
        error = self._display.error
        if recorded() or error is None:
            return None
        await self._clear(error)
        return error

    async def _see(self, seen: Callable[[], bool], what: str) -> None:
        """Wait for the screen, and clear away what covers it."""
        while not seen():
            await self._display.until(lambda: seen() or self._display.error is not None, what)
            error = self._display.error
            if error:
                self._observer.warn(str(error))
                await self._clear(error)

    async def _clear(self, error: ShownError) -> None:
        self._display.must_be_selling()
        while self._display.error == error:
            shown = self._display.frames
            await self._press(CLEAR)
            await self._display.frame_after(shown, "the answer to C")

    async def _press(self, *keys: Key) -> None:
        await self._bench.keyboard.press(*self._keyboard.of(*keys))

    async def _scan(self, code: str) -> None:
        """With one scanner and the other by turns."""
        self._scans += 1
        await (self._bench.scanner if self._scans % 2 else self._bench.wedge).scan(code)
