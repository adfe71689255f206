"""Cuts the dialogue with a payment terminal at each of its bytes, and compares two books.

    python -m pos_terminal.testing.payments --driver caisse-ap --json

For a purchase, a refund, a reversal and the question for an outcome: before each byte that is sent
and after each that is received our process is killed, the line dropped, the far end's power cut, or
the line falls silent. Then the till starts again, asks the terminal first, and where that says that
no money moved, the clerk tries once more. The bank's own book decides: the customer has been
charged once, or not at all, and what the till holds for certain is what the bank has.

A driver is explored over lines in memory and on a clock of their own (`timeless`), as its plug-in's
`over` builds it. Its far end is an entry point in the group `pos_terminal.far_ends`, by the name
that `--driver` takes.
"""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from pos_terminal.devices.errors import DeviceError, DeviceRefused, OutcomeUnknown
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.authorisation import Ending, Order, Original, Outcome, Service
from pos_terminal.domain.faults import TERMINAL_BUSY
from pos_terminal.domain.money import Cents
from pos_terminal.testing.payment_wire import Cut, Dialogue, Fault, Machine, Wire
from pos_terminal.testing.timeless import run_timeless

ASKED = 1234
SETTLED = 2 * 3600.0
"""Seconds after which the far end has done whatever it was still about to do."""

AGAIN = 10.0
"""Seconds between two questions to a terminal that is busy or away."""

GIVEN_UP = 60.0
"""Seconds from when the till has given an answer up until it asks for it: a start of its own."""

CREDENTIALS = "CREDENTIALS_DIRECTORY"
TRIES = 10
LEAST = 400
"""Points of an exploration that is worth the name."""


@dataclass(slots=True)
class Report:
    """What an exploration found. `known`: what the till held for certain; `failures`: faults."""

    driver: str
    points: int = 0
    charged_twice: int = 0
    lost: int = 0
    unknown: int = 0
    known: int = 0
    seconds: float = 0.0
    by_dialogue: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it may stand."""
        return self.points >= LEAST and not (self.charged_twice or self.lost or self.failures)


Over = Callable[..., PaymentTerminal]


@dataclass(frozen=True, slots=True)
class Bench:
    """A driver and the far end that it is explored with."""

    machine: Callable[[], Machine]
    over: Over
    settings: Any
    secrets: Mapping[str, str] = field(default_factory=dict)


def bench_of(name: str) -> Bench:
    """The driver whose far end has this name. KeyError when none has."""
    far_end: type[Machine] = _entry("pos_terminal.far_ends", name)
    module = _entry("pos_terminal.plugins", far_end.driver)
    drivers = Drivers()
    module.pos_register_drivers(drivers)
    kind = drivers.payment_terminals.get(far_end.driver).settings
    settings = convert(far_end().table | _place(far_end, name), kind)
    return Bench(far_end, module.over, settings, far_end.secrets)


@contextmanager
def credentials(secrets: Mapping[str, str]) -> Iterator[None]:
    """The unit's LoadCredential= for these, as long as the block runs (systemd.exec(5))."""
    if not secrets:
        yield
        return
    before = os.environ.get(CREDENTIALS)
    with TemporaryDirectory() as folder:
        for name, text in secrets.items():
            (Path(folder) / name).write_text(text)
        os.environ[CREDENTIALS] = folder
        try:
            yield
        finally:
            os.environ.pop(CREDENTIALS)
            if before is not None:
                os.environ[CREDENTIALS] = before


def _entry(group: str, name: str) -> Any:
    return entry_points(group=group)[name].load()


def _place(far_end: type[Machine], name: str) -> dict[str, object]:
    if not far_end.serial:
        return {"host": "memory"}
    return {"port": "memory"} if name == far_end.driver else {"serial": {"port": "memory"}}


class Till:
    """As much of a till as the seam asks for: writes an intent down, and settles what is open."""

    def __init__(self, bench: Bench) -> None:
        self.machine = bench.machine()
        self.machine.card_time, self.machine.bank_time = 20.0, 5.0
        self.wire = Wire(self.machine)
        self._bench = bench
        self._numbers = 0
        self._begins = 0

    @property
    def moved(self) -> Sequence[int]:
        """The cents that the bank has moved since `begin`."""
        return self.machine.moved[self._begins :]

    def begin(self) -> None:
        """What has moved so far is of the past."""
        self._begins = len(self.machine.moved)

    def terminal(self) -> PaymentTerminal:
        """The terminal, opened anew."""
        self.wire.restart()
        return self._bench.over(self.wire.dial, self._bench.settings)

    async def order(self, service: Service, original: Original | None = None) -> Order:
        """An order with a reference that was never used."""
        self._numbers += 1
        order = Order(reference=f"A{self._numbers:09}", cents=Cents(ASKED), service=service,
                      original=original)  # fmt: skip
        after = ""
        with suppress(DeviceError):
            after = await self.terminal().begin(order)
        return replace(order, after=after)

    async def give(self, order: Order) -> "View":
        """Give the order, and hold what became of it."""
        terminal = self.terminal()
        ended: list[View] = []

        async def ordered() -> None:
            try:
                ended.append(View.of(await terminal.authorise(order, lambda _: None)))
            except OutcomeUnknown:
                ended.append(View(None))
            except DeviceError:
                ended.append(View(0))

        async with asyncio.TaskGroup() as tasks:
            giving = tasks.create_task(ordered())
            killing = tasks.create_task(self._kill(giving))
            await asyncio.wait({giving})
            killing.cancel()
        view = ended[0] if ended else View(None)
        return view if view.cents is not None else await self.ask(order)

    async def _kill(self, giving: "asyncio.Task[Any]") -> None:
        await self.wire.struck.wait()
        if self.wire.cut and self.wire.cut.fault is Fault.KILLED:
            giving.cancel()

    async def ask(self, order: Order) -> "View":
        """What a start does with an open intent: ask the terminal, until it answers something."""
        for _ in range(TRIES):
            try:
                found = await self.terminal().outcome(order)
            except OutcomeUnknown:
                return View(None)
            except DeviceRefused as error:
                if error.fault is not TERMINAL_BUSY:
                    raise
            except DeviceError:
                pass
            else:
                return View(0) if found is None else View.of(found)
            await asyncio.sleep(AGAIN)
        return View(None)


@dataclass(frozen=True, slots=True)
class View:
    """What the till holds of an order: the cents that moved, or None where it does not know."""

    cents: int | None

    @staticmethod
    def of(outcome: Outcome) -> "View":
        """What an answer says."""
        return View(outcome.cents if outcome.ending is Ending.APPROVED else 0)


SERVICES = {
    Dialogue.PURCHASE: Service.PURCHASE, Dialogue.REFUND: Service.REFUND,
    Dialogue.REVERSAL: Service.REVERSAL, Dialogue.STATUS: Service.PURCHASE,
}  # fmt: skip

NEEDED = {Dialogue.REFUND: Ability.REFUND, Dialogue.REVERSAL: Ability.REVERSAL}
"""What a terminal may have no words for."""


class Explorer:
    """Explores one driver with one far end."""

    def __init__(self, name: str, bench: Bench) -> None:
        self.report = Report(name)
        self._bench = bench

    async def explore(self, every: int = 1) -> Report:
        """All points, or each `every`th of them."""
        began = time.perf_counter()
        abilities = Till(self._bench).terminal().abilities
        for dialogue in Dialogue:
            if (need := NEEDED.get(dialogue)) and need not in abilities:
                continue
            points = list(self._points(dialogue, *await self._lengths(dialogue)))[::every]
            for cut in points:
                await self._point(cut)
            self.report.by_dialogue[dialogue] = len(points)
        self.report.seconds = round(time.perf_counter() - began, 1)
        return self.report

    async def _lengths(self, dialogue: Dialogue) -> tuple[int, int]:
        """Bytes sent and received where nothing is cut; and that is known for certain."""
        till = Till(self._bench)
        view = await self._play(till, dialogue, None)
        if view.cents != ASKED and dialogue is not Dialogue.STATUS:
            self.report.failures.append(f"{dialogue}: uncut, and the till holds {view.cents}")
        return till.wire.sent, till.wire.received

    def _points(self, dialogue: Dialogue, sent: int, received: int) -> Iterator[Cut]:
        for fault in Fault:
            for at in range(sent):
                yield Cut(dialogue, True, at, fault)
            for at in range(1, received + 1):
                yield Cut(dialogue, False, at, fault)

    async def _play(self, till: Till, dialogue: Dialogue, cut: Cut | None) -> View:
        original = await self._paid(till)  # and no terminal is at its first payment ever
        service = SERVICES[dialogue]
        order = await till.order(service, original if service is not Service.PURCHASE else None)
        if dialogue is Dialogue.STATUS:
            return await self._asked(till, order, cut)
        till.wire.arm(cut)
        return await till.give(order)

    async def _paid(self, till: Till) -> Original:
        order = await till.order(Service.PURCHASE)
        paid = await till.terminal().authorise(order, lambda _: None)
        await asyncio.sleep(SETTLED)
        till.begin()
        return Original(reference=order.reference, cents=paid.cents, number=paid.number,
                        authorisation=paid.authorisation, last_four=paid.last_four)  # fmt: skip

    async def _asked(self, till: Till, order: Order, cut: Cut | None) -> View:
        """An order whose answer is lost, and then the question is cut."""
        till.machine.silence_next()
        with suppress(DeviceError):
            await till.terminal().authorise(order, lambda _: None)
        await asyncio.sleep(GIVEN_UP)
        till.wire.arm(cut)
        asking = till.ask(order)
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(asking)
            killing = tasks.create_task(till._kill(task))
            await asyncio.wait({task})
            killing.cancel()
        return await till.ask(order) if task.cancelled() else task.result()

    async def _point(self, cut: Cut) -> None:
        till = Till(self._bench)
        view = await self._play(till, cut.dialogue, cut)
        # Whatever the far end is still about to do belongs to this order, too.
        await asyncio.sleep(SETTLED)
        report = self.report
        report.points += 1
        sign = -1 if cut.dialogue in (Dialogue.REFUND, Dialogue.REVERSAL) else 1
        self._judge(cut, view, [sign * cents for cents in till.moved])
        if view.cents == 0 and cut.dialogue is Dialogue.PURCHASE:
            await self._again(cut, till)

    def _judge(self, cut: Cut, view: View, moved: Sequence[int]) -> None:
        report = self.report
        if len([cents for cents in moved if cents > 0]) > 1 and sum(moved) > ASKED:
            report.charged_twice += 1
            report.failures.append(f"{cut}: moved {list(moved)}")
        elif view.cents is None:
            report.unknown += 1
        elif view.cents != sum(moved):
            report.lost += 1
            report.failures.append(f"{cut}: the till holds {view.cents}, moved {list(moved)}")
        else:
            report.known += 1

    async def _again(self, cut: Cut, till: Till) -> None:
        """No money moved, says the till: so the clerk takes the card once more."""
        till.wire.arm(None)
        view = await till.give(await till.order(Service.PURCHASE))
        await asyncio.sleep(SETTLED)
        if sum(till.moved) > ASKED:
            self.report.charged_twice += 1
            self.report.failures.append(f"{cut}: then again, moved {till.moved}")
        elif view.cents is not None and view.cents != sum(till.moved):
            self.report.lost += 1
            self.report.failures.append(f"{cut}: then again, the till holds {view.cents}")


def explore(name: str, bench: Bench | None = None, every: int = 1) -> Report:
    """Explore the driver of this name, on a clock of its own."""
    bench = bench or bench_of(name)
    with credentials(bench.secrets):
        return run_timeless(Explorer(name, bench).explore(every))


def main(words: Sequence[str] | None = None) -> int:
    """Explore one driver; exit 1 where it fails."""
    parser = argparse.ArgumentParser(prog="python -m pos_terminal.testing.payments")
    parser.add_argument("--driver", required=True, help="a name in the group pos_terminal.far_ends")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(words)
    report = explore(chosen.driver)
    said: dict[str, Any] = {name: getattr(report, name) for name in report.__slots__}
    if chosen.json:
        print(json.dumps(said))
    else:
        for name, value in said.items():
            print(f"{name:14} {value if name != 'failures' else len(report.failures)}")
        for failure in report.failures:
            print(failure)
    return 0 if report.good else 1


if __name__ == "__main__":
    sys.exit(main())
