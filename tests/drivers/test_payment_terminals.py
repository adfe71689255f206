"""Payment terminals over real wires: the contract of their class, transports, and what they log."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from pos_driver_payments import caisse_ap, cashlogy, concert, zvt
from pos_driver_sim.bank import Card
from pos_driver_sim.card.caisse_ap import CaisseApEnd
from pos_driver_sim.card.cashlogy import CashlogyEnd
from pos_driver_sim.card.concert import ConcertEnd
from pos_driver_sim.card.machine import Act as Happens
from pos_driver_sim.card.machine import Machine
from pos_driver_sim.card.wires import PtyTerminal, TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd, ZvtSerialEnd
from pos_terminal.devices.errors import DeviceError, DeviceRefused, OutcomeUnknown
from pos_terminal.devices.payments import PaymentTerminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import (
    Ending,
    Order,
    Outcome,
    Reason,
    Scheme,
    Service,
    Stage,
)
from pos_terminal.domain.money import Cents
from pos_terminal.links.background import background
from pos_terminal.testing.hurried import run_hurried
from pos_terminal.testing.payment_contract import Act, PaymentContract, nobody, purchase
from pos_terminal.testing.payments import CREDENTIALS, Bench, Till, bench_of, explore
from pos_terminal.testing.running import PATIENCE
from pos_terminal.testing.timeless import run_timeless
from pos_terminal.testing.transports import FAITHFUL, Transport, link_pair

MODULES: dict[str, Any] = {
    "caisse-ap": caisse_ap, "cashlogy": cashlogy, "concert": concert, "zvt": zvt,
}  # fmt: skip
NAMES = (
    "caisse-ap", "cashdro", "cashlogy", "concert", "nexo", "nexo-sealed", "zvt", "zvt-serial",
)  # fmt: skip
CASH_MACHINES = ("cashdro", "cashlogy")


@pytest.fixture(autouse=True)
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unit's LoadCredential=, for the drivers that read a secret."""
    for name in NAMES:
        for credential, text in bench_of(name).secrets.items():
            (tmp_path / credential).write_text(text)
    monkeypatch.setenv(CREDENTIALS, str(tmp_path))


def settings_of(table: dict[str, object]) -> Any:
    """The driver's settings of a configuration table."""
    drivers = Drivers()
    MODULES[str(table["driver"])].pos_register_drivers(drivers)
    kind = drivers.payment_terminals.get(str(table["driver"])).settings
    return msgspec.convert({k: v for k, v in table.items() if k != "driver"}, kind)


class FarEnd:
    """A simulated terminal on a real wire, as the contract wants it."""

    tells_partial = True

    def __init__(self, end: TcpTerminal | PtyTerminal) -> None:
        self._end = end
        self.notices = isinstance(end, PtyTerminal)
        self.tells_abandoned = not isinstance(end.machine, (ConcertEnd, CashlogyEnd))
        self.machine = end.machine

    @property
    def booked(self) -> Sequence[int]:
        return self.machine.moved

    def then(self, *acts: Act) -> None:
        self.machine.script(*(Happens(act) for act in acts))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[PaymentTerminal]:
        module = MODULES[self.machine.driver]
        async with module.open_terminal(settings_of(self._end.settings)) as terminal:
            yield terminal

    async def unplug(self) -> None:
        await self._end.unplug()

    async def replug(self) -> None:
        await self._end.replug()


class TestCaisseAp(PaymentContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[FarEnd]:
        async with TcpTerminal(CaisseApEnd()) as end:
            yield FarEnd(end)

    def test_a_busy_terminal_takes_no_order(self) -> None:
        """What it says then is an answer to the order, as if somebody had pressed the button."""

        async def body() -> None:
            async with self.far_end() as end, end.open() as terminal, asyncio.timeout(PATIENCE):
                end.then(Act.BUSY)
                busy = await terminal.authorise(purchase(1), nobody)
                assert (busy.ending, list(end.booked)) == (Ending.ABANDONED, [])

        run_hurried(body())


class TestCashlogy(PaymentContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[FarEnd]:
        async with TcpTerminal(CashlogyEnd()) as end:
            yield FarEnd(end)


class TestConcert(PaymentContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[FarEnd]:
        with TemporaryDirectory() as folder:
            async with PtyTerminal(ConcertEnd(), Path(folder) / "terminal") as end:
                yield FarEnd(end)


class TestZvtTcp(PaymentContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[FarEnd]:
        async with TcpTerminal(ZvtEnd()) as end:
            await _seasoned(end)
            yield FarEnd(end)


class TestZvtSerial(PaymentContract):
    run = staticmethod(run_hurried)

    @asynccontextmanager
    async def far_end(self) -> AsyncIterator[FarEnd]:
        with TemporaryDirectory() as folder:
            line = Path(folder) / "terminal"
            async with PtyTerminal(ZvtSerialEnd(), line, nested=True) as end:
                await _seasoned(end)
                yield FarEnd(end)


async def _seasoned(end: TcpTerminal | PtyTerminal) -> None:
    """One payment of the past, so that there is a last one; the books are as new."""
    async with FarEnd(end).open() as terminal:
        await terminal.authorise(purchase(900), nobody)
        await terminal.end_of_day()
    end.machine.bank.bookings.clear()


@pytest.mark.parametrize("faithful", FAITHFUL, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_it_pays_over_every_faithful_transport(name: str, faithful: Transport) -> None:
    """Each message split, at every byte too, and delayed."""

    async def body() -> None:
        bench = bench_of(name)
        machine = card_machine(bench)
        near, far = link_pair(faithful)
        said: asyncio.Queue[bytes] = asyncio.Queue()

        async def hears() -> None:
            while True:
                machine.received(await far.receive())

        async def says() -> None:
            while True:
                await far.send(await said.get())

        machine.called(said.put_nowait, near.unplug)
        terminal = bench.over(lambda: nullcontext(near), bench.settings, near)
        async with background(hears()), background(says()), asyncio.timeout(PATIENCE):
            for number in (1, 2):
                outcome = await terminal.authorise(purchase(number), nobody)
                card = "" if name in CASH_MACHINES else "1111"
                assert (outcome.cents, outcome.last_four) == (1234, card)
        assert machine.moved == [1234, 1234]

    run_hurried(body())


def card_machine(bench: Bench) -> Machine:
    """The far end of a bench, with all that only this package's have."""
    machine = bench.machine()
    assert isinstance(machine, Machine)
    return machine


BAD = (Happens.GARBAGE, Happens.FOREIGN, Happens.OLDER, Happens.SILENT, Happens.LATE)


@pytest.mark.parametrize("act", BAD)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_answer_is_never_paid_and_never_refused(name: str, act: Happens) -> None:
    """Damaged, in dollars, another order's, none at all, too late: unknown; later it may be known,
    and then it is right."""

    async def body() -> None:
        till = Till(bench_of(name))
        machine = till.machine
        assert isinstance(machine, Machine)
        await till.give(await till.order(Service.PURCHASE))  # so that there is a payment before it
        machine.bank.bookings.clear()
        order = await till.order(Service.PURCHASE)
        machine.script(act)
        with pytest.raises(OutcomeUnknown) as unknown:
            await till.terminal().authorise(order, nobody)
        assert unknown.value.fault == faults.PAYMENT_UNKNOWN
        assert (await till.ask(order)).cents in (None, 1234)
        assert machine.moved == [1234]

    run_timeless(body())


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_comes_twice_is_one_and_never_the_next_orders(name: str) -> None:
    async def body() -> None:
        till = Till(bench_of(name))
        machine = till.machine
        assert isinstance(machine, Machine)
        machine.script(Happens.TWICE, Happens.REFUSE, Happens.APPROVE)
        views = [(await till.give(await till.order(Service.PURCHASE))).cents for _ in range(3)]
        assert views == [1234, 0, 1234]
        assert machine.moved == [1234, 1234]

    run_timeless(body())


@pytest.mark.parametrize("name", NAMES)
def test_more_and_less_than_asked_is_what_moved(name: str) -> None:
    async def body() -> None:
        till = Till(bench_of(name))
        machine = till.machine
        assert isinstance(machine, Machine)
        machine.approves = 1500
        assert (await till.give(await till.order(Service.PURCHASE))).cents == 1500
        machine.script(Happens.LESS)
        assert (await till.give(await till.order(Service.PURCHASE))).cents == 617

    run_timeless(body())


@pytest.mark.parametrize("name", NAMES)
def test_no_card_number_is_logged_or_said(name: str, caplog: pytest.LogCaptureFixture) -> None:
    """A hundred payments and their troubles, the far end sending the number in full."""
    said: list[str] = []

    async def body() -> None:
        till = Till(bench_of(name))
        machine = till.machine
        assert isinstance(machine, Machine)
        acts = [*BAD, Happens.TWICE, Happens.REFUSE, Happens.LOSE_AFTER, Happens.LOSE_DURING]
        for number in range(100):
            if number % 2:
                machine.script(acts[number // 2 % len(acts)])
            try:
                await till.terminal().authorise(await till.order(Service.PURCHASE), nobody)
            except DeviceError as error:
                said.append(repr(error) + repr(error.__cause__))

    with caplog.at_level(logging.DEBUG):
        run_timeless(body())
    assert len(said) >= 20
    assert re.search(r"\d{13,}", caplog.text + "".join(said)) is None


@pytest.mark.parametrize("name", ["zvt", "zvt-serial"])
def test_a_terminal_that_takes_back_what_was_not_acknowledged_is_believed(name: str) -> None:
    """The same at each byte: what it took back is no money, and is known to be none."""
    bench = bench_of(name)

    def takes_back() -> ZvtEnd:
        machine = bench.machine()
        assert isinstance(machine, ZvtEnd)
        machine.undoes = True
        return machine

    report = explore(name, Bench(takes_back, bench.over, bench.settings), every=43)
    assert (report.charged_twice, report.lost, report.failures) == (0, 0, [])
    assert report.known > report.unknown


@pytest.mark.parametrize("name", ["zvt", "zvt-serial"])
def test_a_terminal_says_its_own_number_before_it_is_paid_with(name: str) -> None:
    async def body() -> None:
        till = Till(bench_of(name))
        assert isinstance(till.machine, ZvtEnd)
        till.machine.terminal = "60000042"
        assert await till.terminal().identity() == "60000042"

    run_timeless(body())


def test_the_clerk_hears_how_far_it_is() -> None:
    async def body() -> list[Stage]:
        till, heard = Till(bench_of("zvt")), list[Stage]()
        await till.terminal().authorise(await till.order(Service.PURCHASE), heard.append)
        return heard

    assert run_timeless(body()) == [Stage.CARD, Stage.CARD, Stage.AUTHORISING]


def test_a_withdrawn_order_is_told_from_the_customers_no() -> None:
    async def body() -> None:
        till = Till(bench_of("zvt"))
        machine = till.machine
        assert isinstance(machine, Machine)
        machine.script(Happens.WAIT)
        terminal = till.terminal()
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(terminal.authorise(await till.order(Service.PURCHASE), nobody))
            await asyncio.sleep(60)
            with pytest.raises(DeviceRefused) as busy:
                await terminal.authorise(purchase(7), nobody)
            assert busy.value.fault == faults.TERMINAL_BUSY
            await terminal.cancel()
        ended = task.result()
        assert (ended.ending, ended.reason) == (Ending.ABANDONED, Reason.WITHDRAWN)

    run_timeless(body())


def test_meal_vouchers_on_a_card_and_slips_are_told() -> None:
    async def body() -> Outcome:
        till = Till(bench_of("caisse-ap"))
        machine = till.machine
        assert isinstance(machine, Machine)
        machine.card = Card(scheme=Scheme.CONECS, number="4111111111111111")
        order = Order(reference="A000000001", cents=Cents(1850))
        return await till.terminal().authorise(order, nobody)

    outcome = run_timeless(body())
    assert (outcome.scheme, outcome.contactless) == (Scheme.CONECS, True)
    assert outcome.customer_slip[-1] == "TICKET CLIENT"
    assert outcome.merchant_slip[-1] == "TICKET COMMERCANT"
