"""A payment terminal in strange hands: it lies, floods and injects, and the till keeps selling.

The bank's book is true, whatever the terminal says; and each card's number that it ever sent is
looked for in all that the till has written, logged, printed and shown.
"""

import asyncio
import json
import logging
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_driver_sim.card.machine import Act, Machine
from pos_driver_sim.card.wires import PtyTerminal, TcpTerminal
from pos_terminal.domain.authorisation import LONGEST_LINE, MOST_LINES
from pos_terminal.domain.events.payment import PaymentAnswered, PaymentDecided
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.runtime import card_slips
from pos_terminal.runtime.payment_lane import LONG_ENOUGH
from tests.conftest import run
from tests.support.hostile import (
    HostileCaisseAp,
    HostileCashlogy,
    HostileConcert,
    HostileZvt,
    Noise,
)
from tests.support.shop import Shop, open_shop
from tests.support.toys import until

PRICE = 800
Hostile = HostileZvt | HostileCaisseAp | HostileConcert | HostileCashlogy
SEPARATORS = re.compile(rb"[ .\xa0-]+")


@asynccontextmanager
async def shop_with(folder: Path, machine: Machine) -> AsyncIterator[Shop]:
    wires = folder / "wires"
    wires.mkdir()
    line = PtyTerminal(machine, wires / "card") if machine.serial else TcpTerminal(machine)
    async with line as end:
        settings = end.settings | {"payment_time": 10.0}
        table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        more = (
            f'\n[devices.card]\nclass = "payment-terminal"\n{table}'
            '\n[[terminals]]\ndevice = "card"\n'
            '\n[[terminals]]\ndevice = "tpe"\ntenders = ["TR"]\n'
            "\n[papers]\ncard_slip = true\n"
        )
        async with open_shop(folder, more=more, plugins=[machine.driver]) as shop:
            yield shop


class Clerk:
    """Sells by card, does what the till asks for, and reads the bank's book where nobody knows."""

    def __init__(self, shop: Shop, machine: Machine) -> None:
        self.shop, self.machine = shop, machine
        self.sold = 0
        self.cash = 0
        self.unknown = 0

    async def sell(self) -> None:
        """One sale, which ends paid by the card, or in cash."""
        before = len(self.machine.moved)
        await self.shop.type("5 PLU CARD")
        self.sold += 1
        answered = (await self.shop.journaled(PaymentAnswered, self.sold, 2 * LONG_ENOUGH))[-1]
        moved = self.machine.moved[before:]
        if answered.outcome is PaymentOutcome.UNKNOWN:
            self.unknown += 1
            await self.shop.type("C C")
            await self.shop.type("772211 CARD" if moved else "0 CARD")
            await self.shop.journaled(PaymentDecided, self.unknown)
        else:
            assert (answered.outcome is PaymentOutcome.PAID) == bool(moved)
            assert answered.amount == sum(moved)
        if not moved:
            self.cash += 1
            await self.shop.type("C C C CASH")
        ticket = (await self.shop.journaled(SaleClosed, self.sold))[-1]
        assert sum(each.amount for each in ticket.tenders if each.card) == sum(moved)
        await self.shop.type("C")


def of_cards(noise: Noise, *texts: bytes) -> list[str]:
    """The numbers that stand in one of the texts, however they are grouped there."""
    plain = [SEPARATORS.sub(b"", text) for text in texts]
    return [each for each in noise.numbers if any(each.encode() in text for text in plain)]


def attacked(
    folder: Path,
    caplog: pytest.LogCaptureFixture,
    machine: Hostile,
    body: Callable[[Clerk], Awaitable[None]],
) -> None:
    """What the body has sold leaves no number anywhere, and kicks no drawer but for cash."""
    shown: list[bytes] = []

    async def scenario() -> None:
        async with shop_with(folder, machine) as shop:
            clerk = Clerk(shop, machine)
            await body(clerk)
            for each in await shop.journaled(PaymentAnswered, clerk.sold):
                slip = await asyncio.to_thread(card_slips.found, shop.state, each.ref)
                lines = slip.splitlines()
                assert len(lines) <= MOST_LINES
                assert all(x.isprintable() and len(x) <= LONGEST_LINE for x in lines)
            await shop.type("1 PLU CASH")
            await shop.shows("TOTAL", "1,30")
            await until(lambda: len(shop.bench.printer.pulses) == clerk.cash + 1)
            papers = [line.text for each in shop.bench.printer.papers for line in each.lines]
            shown.append("\n".join(papers).encode())

    with caplog.at_level(logging.DEBUG):
        run(scenario())
    written = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert machine.noise.numbers
    assert of_cards(machine.noise, *written, *shown, caplog.text.encode()) == []


@pytest.mark.parametrize(
    "kind",
    [
        HostileZvt,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (HostileConcert, HostileCashlogy)),
    ],
)
def test_a_terminal_that_floods_and_injects_stops_nobody(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    kind: type[HostileZvt | HostileConcert | HostileCashlogy],
) -> None:
    machine = kind(Noise(1))

    async def body(clerk: Clerk) -> None:
        await clerk.sell()
        machine.script(Act.WAIT)
        await clerk.shop.type("5 PLU CARD")
        clerk.sold += 1
        await until(lambda: machine.waiting is not None)
        for said in machine.floods():  # and nobody waits for it
            machine._send(said)
            await asyncio.sleep(0)
        await clerk.shop.type("HOLD 1 PLU CASH")
        await clerk.shop.shows("TOTAL", "1,30")
        clerk.cash += 1
        machine.decide(Act.APPROVE)
        await clerk.shop.shows("CARTE OK : RAPPEL", "M-122")
        await clerk.shop.type("C RECALL")
        await clerk.shop.journaled(SaleClosed, 3)
        assert machine.moved == [PRICE, PRICE]

    attacked(tmp_path, caplog, machine, body)


@pytest.mark.deep
@pytest.mark.parametrize("kind", [HostileZvt, HostileCaisseAp, HostileConcert, HostileCashlogy])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_it_says_the_journal_has_the_banks_book(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    kind: type[Hostile],
    seed: int,
) -> None:
    machine = kind(Noise(seed))
    machine.breaks = 0.1
    chance = random.Random(seed)

    async def body(clerk: Clerk) -> None:
        for _ in range(60):
            machine.script(chance.choice(ACTS))
            await clerk.sell()
        assert sum(machine.moved) == PRICE * (clerk.sold - clerk.cash)

    attacked(tmp_path, caplog, machine, body)


ACTS = (
    *(Act.APPROVE,) * 6, Act.REFUSE, Act.ABANDON, Act.LOSE_AFTER, Act.LOSE_DURING, Act.TWICE,
    Act.OLDER, Act.FOREIGN, Act.GARBAGE,
)  # fmt: skip
