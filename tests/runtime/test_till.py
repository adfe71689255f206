"""The till releases what is durable and nothing else; what is typed shows at once."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Identity, Shop
from pos_terminal.domain.counter.steps import Input, PaperDone, Scanned, Trouble, Weighed
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import LineSold, SaleClosed, SaleOpened
from pos_terminal.domain.events.system import TillStopped
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight
from pos_terminal.journal.errors import JournalError, JournalFailed
from pos_terminal.journal.record import Record, Running
from pos_terminal.journal.store import Journal
from pos_terminal.runtime.customers import Customers
from pos_terminal.runtime.lanes import DrawerLane, ScaleLane
from pos_terminal.runtime.lookup_lane import LookupLane
from pos_terminal.runtime.outputs import Outputs
from pos_terminal.runtime.payment_lane import PaymentLanes
from pos_terminal.runtime.pin_lane import PinLane
from pos_terminal.runtime.printing import PrinterLane
from pos_terminal.runtime.spool import Spool
from pos_terminal.runtime.till import Till
from pos_terminal.tasks.latest import Latest
from pos_terminal.testing.running import run
from tests.support.bench import BAGUETTE, counter_of, goods, keys, moment
from tests.support.toys import until

HERE = Identity("1", "2", "1.0", simulated=False, shop=Shop("Boulangerie"))


async def unheard(_: object) -> None:
    """A journal that nobody tells anything."""


class SlowJournal:
    """A journal at its boundary: appends become durable, or fail, when the test says so."""

    def __init__(self) -> None:
        self.appends: list[tuple[tuple[Event, ...], asyncio.Future[Any]]] = []
        self.done = 0
        self.running = Running(identity=HERE)

    def append(self, events: Sequence[Event], _: Moment) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.appends.append((tuple(events), future))
        return future

    def recent(self) -> tuple[Record, ...]:
        """No records: what is durable here has no hash that a paper could name."""
        return ()

    async def commit(self, count: int = 1) -> None:
        """The next `count` appends are on the disk."""
        await until(lambda: len(self.appends) >= self.done + count)
        for _, future in self.appends[self.done : self.done + count]:
            future.set_result(())
        self.done += count
        await asyncio.sleep(0)

    def fail(self) -> None:
        """All that wait fail, as the journal's do."""
        for _, future in self.appends[self.done :]:
            future.set_exception(JournalFailed(faults.DISK_FULL))

    @property
    def durable(self) -> list[Event]:
        return [event for events, _ in self.appends[: self.done] for event in events]


class FixedClock:
    def now(self) -> Moment:
        return moment()


@dataclass
class Counterside:
    """A till over a slow journal, with every effect it released."""

    journal: SlowJournal = field(default_factory=SlowJournal)
    inputs: asyncio.Queue[Input] = field(default_factory=asyncio.Queue)
    put: list[Input] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.printer = PrinterLane(None, self.put.append, Spool(Path("/nowhere/spool")))
        self.drawer = DrawerLane([None], self.put.append)
        self.scale = ScaleLane(None, self.put.append)
        self.pins = PinLane(self.put.append)
        self.screen: Latest[Screen] = Latest()
        self.tone: Latest[Tone] = Latest()
        nowhere, damage = Path("/nowhere"), list[JournalError]()
        lookups = LookupLane(nowhere, self.put.append, Customers(nowhere, unheard), damage.append)
        outputs = Outputs(
            self.screen, self.tone, self.printer, {}, self.drawer, self.scale,
            self.pins, lookups, PaymentLanes({}, self.put.append, unheard),
        )
        self.till = Till(
            counter_of(goods(), identity=HERE), cast(Journal, self.journal), FixedClock(), outputs,
        )  # fmt: skip

    @property
    def shown(self) -> str:
        """What the display says now, both lines."""
        value = self.screen._value
        return f"{value.line1}|{value.line2}" if value else ""

    def kicked(self) -> bool:
        return self.drawer._drawers[0][1].is_set()

    def papers(self) -> int:
        return self.printer.waiting

    async def type(self, text: str) -> None:
        for key in keys(text):
            await self.give(key)

    async def give(self, given: Input) -> None:
        self.inputs.put_nowait(given)
        while not self.inputs.empty():
            await asyncio.sleep(0)
        await asyncio.sleep(0)


def selling(test: Callable[[Counterside], Coroutine[Any, Any, None]]) -> None:
    """Run a test beside a till that serves."""

    async def body() -> None:
        side = Counterside()
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(side.till.run(side.inputs))
            await until(lambda: bool(side.shown))
            await test(side)
            serving.cancel()

    run(body())


def test_digits_echo_while_an_append_is_pending() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU")
        assert "TRADITION" not in side.shown
        await side.type("12")
        assert side.shown.endswith("12")
        await side.journal.commit()
        assert side.shown.endswith("12"), "what is typed stays in front"
        await side.type("C")
        assert side.shown.startswith("TRADITION")

    selling(test)


def test_an_older_key_that_was_accepted_does_not_cut_off_the_tone_of_a_refusal() -> None:
    async def test(side: Counterside) -> None:
        heard = list[Tone]()
        side.tone.observers.add(heard.append)
        await side.type("1 PLU CASH FACTURE")
        assert heard == [Tone.REFUSED]
        await side.journal.commit(2)
        assert heard == [Tone.REFUSED]
        await side.type("C 1 PLU")
        await side.journal.commit()
        assert heard == [Tone.REFUSED, Tone.ACCEPTED]

    selling(test)


def test_c_takes_digits_away_while_an_append_is_pending() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU 12 C")
        assert side.shown.startswith("BONJOUR")
        await side.journal.commit()
        assert side.shown.startswith("TRADITION")

    selling(test)


def test_cash_beside_a_scan_that_still_commits_has_its_line() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU")
        await side.give(Scanned(BAGUETTE))
        await side.type("CASH")
        assert side.journal.durable == []
        assert not side.kicked()
        assert "TOTAL" not in side.shown
        await side.journal.commit(2)
        assert not side.kicked()
        assert side.shown.startswith("BAGUETTE")
        await side.journal.commit()
        assert side.kicked()
        assert side.shown.startswith("TOTAL           2,30")
        (closed,) = [e for e in side.journal.durable if isinstance(e, SaleClosed)]
        assert [line.plu for line in closed.lines] == ["1", "2"]

    selling(test)


def test_what_no_record_backs_waits_for_what_came_before_it() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU ST")
        assert "SOUS-TOTAL" not in side.shown
        await side.journal.commit()
        assert side.shown.startswith("SOUS-TOTAL  1 ART")
        await side.type("4 PLU")
        assert "POSER SUR LA BALANCE" in side.shown

    selling(test)


def test_a_refusal_is_seen_and_heard_at_once() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU 99 PLU")
        assert side.shown.startswith("ARTICLE INCONNU")
        assert side.tone._value is Tone.REFUSED
        await side.type("C")
        assert "TRADITION" not in side.shown
        await side.journal.commit()
        assert side.shown.startswith("TRADITION")

    selling(test)


def test_a_ticket_is_printed_once_its_request_is_durable() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU CASH TICKET")
        await side.journal.commit(2)
        assert side.papers() == 0
        await side.journal.commit()
        assert side.papers() == 1

    selling(test)


def test_the_outcome_of_a_paper_is_recorded_and_its_fault_shown_at_once() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU CASH TICKET")
        await side.journal.commit(3)
        request = side.journal.appends[2][0][0]
        await side.give(PaperDone(request, "refused", faults.PAPER_OUT))  # type: ignore[arg-type]
        assert side.shown.startswith("PLUS DE PAPIER")
        await side.give(Trouble(faults.DRAWER_OFFLINE))
        assert side.shown.startswith("TIROIR NON OUVERT")

    selling(test)


def test_customers_read_what_is_sold_and_not_what_is_typed_refused_or_counted() -> None:
    async def test(side: Counterside) -> None:
        box = side.till._outputs.customer

        def read() -> str:
            return f"{box._value.line1}|{box._value.line2}" if box._value else ""

        assert read().startswith("BONJOUR")
        await side.type("1 PLU")
        await side.journal.commit()
        sold = read()
        assert sold.startswith("TRADITION")
        assert side.shown == sold
        await side.type("9999 PLU")
        assert (side.shown != sold, read()) == (True, sold), "refused"
        await side.type("C 500")
        assert (side.shown != sold, read()) == (True, sold), "typed"
        await side.type("C CASH")
        await side.journal.commit()
        paid = read()
        assert side.shown == paid != sold
        await side.type("#/NS")
        await side.journal.commit()
        assert (side.shown != paid, read()) == (True, paid), "the shop's own"

    selling(test)


def test_a_weight_is_asked_for_and_its_line_shown_when_durable() -> None:
    async def test(side: Counterside) -> None:
        await side.type("4 PLU")
        assert side.scale._wanted._value == 1
        await side.give(Weighed(1, Weight(480)))
        assert "0,480kg" not in side.shown
        await side.journal.commit()
        assert side.shown.startswith("0,480kg x 24,90")

    selling(test)


def test_a_failed_append_stops_the_till_and_nothing_of_it_is_released() -> None:
    async def body() -> None:
        side = Counterside()
        serving = asyncio.create_task(side.till.run(side.inputs))
        await until(lambda: bool(side.shown))
        await side.type("1 PLU")
        await side.journal.commit()
        tones = side.tone._version
        await side.type("2 PLU CASH TICKET")
        side.journal.fail()
        with pytest.raises(JournalFailed) as caught:
            await serving
        assert caught.value.fault is faults.DISK_FULL
        assert "BAGUETTE" not in side.shown and "TOTAL" not in side.shown
        assert side.tone._version == tones
        assert not side.kicked()
        assert side.papers() == 0

    run(body())


def test_how_long_a_record_has_been_on_its_way() -> None:
    async def test(side: Counterside) -> None:
        assert side.till.stalled_for() == 0
        await side.type("1 PLU 2 PLU")
        oldest = side.till.stalled_for()
        assert oldest > 0
        await side.journal.commit()
        assert side.till.stalled_for() > 0
        await side.journal.commit()
        assert side.till.stalled_for() == 0

    selling(test)


def test_events_of_the_terminals_own_are_recorded_behind_the_others() -> None:
    async def test(side: Counterside) -> None:
        await side.type("1 PLU")
        recorded = side.till.record((TillStopped(reason="signal"),))
        await side.journal.commit(2)
        await recorded
        kinds = [type(event) for event in side.journal.durable]
        assert kinds == [SaleOpened, LineSold, TillStopped]

    selling(test)
