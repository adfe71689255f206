"""A till with a payment terminal over its driver: one order, one charge, whatever is cut."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_driver_sim.bank import Card
from pos_driver_sim.payment import SimTerminal
from pos_driver_sim.terminal import Act, TerminalEnd
from pos_terminal.__main__ import main
from pos_terminal.devices.classes import DeviceClass
from pos_terminal.devices.payments import PaymentTerminal, Told
from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import LONGEST_WORD, Ending, Order, Outcome, Stage, Totals
from pos_terminal.domain.counter.steps import (
    AskTerminal,
    Input,
    PaymentEnded,
    PaymentStage,
    RecallPayment,
    TerminalDayEnded,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentDecided,
    PaymentIntended,
    TerminalKnown,
    TerminalTotals,
)
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import PersonRecorded
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.links.faults import opened
from pos_terminal.links.tcp import tcp_link
from pos_terminal.runtime import card_slips
from pos_terminal.runtime.payment_lane import MOST_STAGES, PaymentLane, PaymentLanes
from pos_terminal.runtime.port import Port, PortState
from tests.conftest import run
from tests.support.shop import open_shop
from tests.support.toys import until

TERMINALS = '\n[[terminals]]\ndevice = "tpe"\ntenders = ["CARD", "TR"]\n'
INTENDED = PaymentIntended(sale=1, ref="A000000101", tender="CARD", amount=800, terminal="tpe")


class Lane:
    """A lane, its port, and all that it told."""

    def __init__(self, end: TerminalEnd, driver: type[SimTerminal]) -> None:
        self.end = end
        self.told: list[Input] = []
        self.recorded: list[Event] = []
        self.driver = driver
        self.port: Port[PaymentTerminal] = Port(
            "tpe", DeviceClass.PAYMENT_TERMINAL, self._open, stayed=0.0
        )
        self.lane = PaymentLane(
            self.port, self.told.append, self._record, again=0.02, long_enough=2.0
        )

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[PaymentTerminal]:
        port = self.end.settings["port"]
        assert isinstance(port, int)
        async with opened(tcp_link("127.0.0.1", port), faults.TERMINAL_OFFLINE) as link:
            yield self.driver(link, payment_time=0.5)

    async def _record(self, events: Sequence[Event]) -> None:
        self.recorded += events

    @property
    def ended(self) -> list[PaymentEnded]:
        return [each for each in self.told if isinstance(each, PaymentEnded)]


def served(
    body: Callable[[Lane], Awaitable[None]], driver: type[SimTerminal] = SimTerminal
) -> None:
    async def scenario() -> None:
        async with TerminalEnd() as end:
            lane = Lane(end, driver)
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(work) for work in (lane.port.run(), lane.lane.run())]
                await until(lambda: lane.port.state is PortState.IDLE)
                await body(lane)
                for task in tasks:
                    task.cancel()

    run(scenario())


def test_a_terminal_that_is_known_by_another_number_is_sent_nothing() -> None:
    async def body(lane: Lane) -> None:
        lane.lane.ask(INTENDED, "SIM00002")
        await until(lambda: len(lane.ended) == 1)
        assert lane.ended == [
            PaymentEnded(INTENDED.ref, fault=faults.TERMINAL_CHANGED, identity="SIM00001")
        ]
        assert not lane.end.bank.bookings
        lane.lane.ask(INTENDED, "SIM00001")
        await until(lambda: len(lane.ended) == 2)
        assert lane.end.bank.charged(INTENDED.ref) == (800,)

    served(body)


def test_an_order_is_carried_out_and_its_stages_are_told() -> None:
    async def body(lane: Lane) -> None:
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        stages = [each.stage for each in lane.told if isinstance(each, PaymentStage)]
        assert stages == [Stage.CARD, Stage.AUTHORISING]
        outcome = lane.ended[0].outcome
        assert outcome
        assert (outcome.ending, outcome.cents) == (Ending.APPROVED, 800)
        assert lane.recorded == []  # it finds an order by its reference: nothing else is needed

    served(body)


class Chatterbox(SimTerminal):
    """Tells of its progress without end."""

    async def authorise(self, order: Order, told: Told) -> Outcome:
        for _ in range(10_000):
            told(Stage.CARD)
        return await super().authorise(order, told)


def test_a_terminal_that_never_stops_telling_does_not_fill_the_tills_queue() -> None:
    async def body(lane: Lane) -> None:
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        assert len(lane.told) <= MOST_STAGES + 1
        assert lane.end.bank.charged(INTENDED.ref) == (800,)

    served(body, Chatterbox)


class Babbler(SimTerminal):
    """Calls its last payment by what commands a printer, and itself by a card, without end."""

    async def begin(self, order: Order) -> str:
        return "\x1bp7"

    async def end_of_day(self) -> Totals:
        said = await super().end_of_day()
        return replace(said, terminal="4974123456781234\x1b" + "x" * LONGEST_WORD)


def test_what_it_calls_itself_and_its_payments_is_kept_as_far_as_it_is_fit_to_be() -> None:
    async def body(lane: Lane) -> None:
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        assert lane.recorded == []
        lane.lane.end_day()
        await until(lambda: isinstance(lane.told[-1], TerminalDayEnded))
        (day,) = (each for each in lane.told if isinstance(each, TerminalDayEnded))
        assert day.totals
        assert day.totals.terminal == ("*" * 12 + "1234").ljust(LONGEST_WORD, "x")

    served(body, Babbler)


@pytest.mark.parametrize("act", [Act.LOSE_AFTER, Act.SILENT, Act.GARBAGE])
def test_a_lost_answer_is_asked_for_and_nothing_is_sent_again(act: Act) -> None:
    async def body(lane: Lane) -> None:
        lane.end.script(act)
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        outcome = lane.ended[0].outcome
        assert outcome
        assert outcome.cents == 800
        assert lane.end.bank.charged(INTENDED.ref) == (800,)
        assert len(lane.end.asked) == 1

    served(body)


def test_a_terminal_that_never_got_the_order_says_so_after_the_cut() -> None:
    async def body(lane: Lane) -> None:
        lane.end.script(Act.LOSE_BEFORE)
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        (ended,) = lane.ended
        assert (ended.unknown, ended.fault) == (False, faults.CARD_ABANDONED)
        assert lane.end.bank.bookings == []

    served(body)


def test_one_that_forgets_or_stays_away_leaves_it_to_a_person() -> None:
    async def body(lane: Lane) -> None:
        lane.end.forgetful = True
        lane.end.script(Act.LOSE_AFTER)
        lane.lane.ask(INTENDED)
        await until(lambda: len(lane.ended) == 1)
        await lane.end.unplug()
        lane.lane.recall(INTENDED)
        await until(lambda: len(lane.ended) == 2)
        assert all(each.unknown for each in lane.ended)

    served(body)


def test_away_before_the_order_left_is_known() -> None:
    async def body(lane: Lane) -> None:
        await lane.end.unplug()
        await until(lambda: lane.port.state is not PortState.IDLE)
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        assert lane.ended == [PaymentEnded(INTENDED.ref, fault=faults.TERMINAL_OFFLINE)]

    served(body)


def test_the_terminal_is_asked_to_give_up() -> None:
    async def body(lane: Lane) -> None:
        lane.end.script(Act.WAIT)
        lane.lane.ask(INTENDED)
        await until(lambda: lane.end.waiting is not None)
        lane.lane.cancel(INTENDED)
        await until(lambda: bool(lane.ended))
        outcome = lane.ended[0].outcome
        assert outcome
        assert outcome.ending is Ending.ABANDONED

    served(body)


def test_a_driver_that_fails_in_the_middle_says_nothing_of_the_money() -> None:
    class Faulty(SimTerminal):
        async def authorise(self, order: Order, told: Told) -> Outcome:
            await super().authorise(order, told)
            raise RuntimeError("a bug")

    async def body(lane: Lane) -> None:
        lane.lane.ask(INTENDED)
        await until(lambda: bool(lane.ended))
        outcome = lane.ended[0].outcome
        assert outcome
        assert outcome.cents == 800
        assert lane.end.bank.charged(INTENDED.ref) == (800,)

    served(body, Faulty)


def test_a_terminal_that_the_settings_have_no_more() -> None:
    told: list[Input] = []
    recorded: list[Event] = []

    async def record(events: Sequence[Event]) -> None:
        recorded.extend(events)

    lanes = PaymentLanes({}, told.append, record)
    lanes.release(AskTerminal(INTENDED))
    lanes.release(RecallPayment(INTENDED))
    assert told == [
        PaymentEnded(INTENDED.ref, fault=faults.TERMINAL_OFFLINE),
        PaymentEnded(INTENDED.ref, fault=faults.PAYMENT_UNKNOWN, unknown=True),
    ]


def test_a_whole_till_pays_by_card(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            await shop.type("5 PLU CARD")
            await shop.shows("TOTAL", "8,00", "MERCI")
            (ticket,) = await shop.journaled(SaleClosed)
            card = ticket.tenders[0].card
            assert card
            assert shop.bench.terminal.bank.charged(card.reference) == (800,)

    run(body())


def test_a_till_knows_its_terminal_again_behind_a_z_and_a_start_and_confirms_another(
    tmp_path: Path,
) -> None:
    """In the journal's running state: no record of today has the number."""

    async def body() -> None:
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            await shop.type("5 PLU CARD")
            (known,) = await shop.journaled(TerminalKnown)
            assert known == TerminalKnown(terminal="tpe", identity="SIM00001")
            # It is known before it is asked to pay: a Z that came meanwhile would be refused.
            await shop.journaled(SaleClosed)
            await shop.type("COMPTE " * 16)
            await shop.shows("COMPTAGE ENREGISTRE")
            await shop.type("Z")
            await shop.journaled(PeriodClosed)
        for _ in range(2):
            async with open_shop(tmp_path, more=TERMINALS) as shop:
                shop.bench.terminal.identity = "SIM00009"
                await shop.type("5 PLU CARD")
                await shop.shows("AUTRE TERMINAL ?")
                assert not shop.bench.terminal.bank.bookings
                await shop.type("C C CASH")
                await shop.shows("TOTAL", "8,00")
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            shop.bench.terminal.identity = "SIM00009"
            await shop.type("5 PLU CARD")
            await shop.shows("AUTRE TERMINAL ?")
            await shop.type("C 0009 CARD")
            assert (await shop.journaled(TerminalKnown, 2))[1].identity == "SIM00009"
            await shop.type("CARD")
            await shop.shows("TOTAL", "8,00", "MERCI")
            assert shop.bench.terminal.bank.moved == [800]

    run(body())


def test_a_start_asks_the_terminal_what_became_of_what_was_asked(tmp_path: Path) -> None:
    """Stopped while the card is read; approved meanwhile; nothing is charged twice."""

    async def body() -> None:
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            shop.bench.terminal.script(Act.WAIT)
            await shop.type("5 PLU CARD")
            await shop.shows("PRESENTER LA CARTE")
            await shop.journaled(PaymentIntended)
        # Another far end, that knows nothing of it: it is sure that no money moved.
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            (answered,) = await shop.journaled(PaymentAnswered)
            assert answered.outcome is PaymentOutcome.REFUSED
            await shop.type("C CARD")
            await shop.shows("TOTAL", "8,00")
            first, second = await shop.journaled(PaymentIntended, 2)
            assert first.ref != second.ref
            assert len(shop.bench.terminal.bank.bookings) == 1

    run(body())


def test_the_merchants_copy_is_sealed_and_found_by_its_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And no card's number is anywhere: the far end gives it whole."""

    async def body() -> None:
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            shop.bench.terminal.card = Card(number="4974123456781234")
            await shop.type("5 PLU CARD")
            await shop.journaled(PersonRecorded)
            # In a thread: the store waits for the journal, which is this loop's.
            while not await asyncio.to_thread(card_slips.found, shop.state, "A000000101"):
                await asyncio.sleep(0.01)

    run(body())
    command = ["payments", "find", "--slip", "--state", str(tmp_path / "state")]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "CB ************1234" in out
    assert "COMMERCANT" in out
    for path in (tmp_path / "state").rglob("*"):
        if path.is_file():
            assert b"4974123456781234" not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("paid", "last"),
    [
        (date(2026, 1, 31), date(2027, 2, 28)),
        (date(2026, 3, 29), date(2027, 4, 29)),
        (date(2026, 5, 31), date(2027, 6, 30)),
        (date(2026, 12, 5), date(2028, 1, 5)),
    ],
)
def test_a_slip_is_kept_as_long_as_its_payment_can_be_contested(paid: date, last: date) -> None:
    assert card_slips.last_day(paid) == last


def test_the_z_has_the_terminal_close_its_day(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=TERMINALS + "end_of_day = true\n") as shop:
            await shop.type("5 PLU CARD")
            await shop.shows("TOTAL", "8,00")
            await shop.type("COMPTE " * 16)
            await shop.shows("COMPTAGE ENREGISTRE")
            await shop.type("Z")
            (said,) = await shop.journaled(TerminalTotals)
            assert (said.terminal, said.known, said.identity) == ("tpe", True, "SIM00001")
            assert [(each.cents, each.count) for each in said.sums] == [(800, 1)]

    run(body())


def test_a_hanging_card_is_decided_by_its_slip(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=TERMINALS) as shop:
            shop.bench.terminal.forgetful = True
            shop.bench.terminal.script(Act.LOSE_AFTER)
            await shop.type("5 PLU CARD")
            await shop.shows("CARTE : INCERTAIN", "M-105")
            await shop.type("C")
            await shop.shows("DEBITE ?", "8,00")
            await shop.type("772211 CARD")
            await shop.shows("TOTAL", "8,00", "MERCI")
            (decided,) = await shop.journaled(PaymentDecided)
            assert decided.authorisation == "772211"

    run(body())
