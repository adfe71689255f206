"""Two payment terminals at one till, which fail in turn: nobody waits, and their books tell."""

import json
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_driver_sim.terminal import Act, TerminalEnd
from pos_terminal.__main__ import main
from pos_terminal.channel import interface
from pos_terminal.channel.interface import Nothing
from pos_terminal.domain import faults
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentIntended,
    TerminalReckoned,
    TerminalSettled,
    TerminalTotals,
)
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.runtime.port import PortState
from tests.conftest import run
from tests.support.printed import papers
from tests.support.shop import Shop, open_shop
from tests.support.toys import until

MOBILE = """
[devices.mobile]
class = "payment-terminal"
driver = "sim"
port = {port}

[[terminals]]
device = "tpe"

[[terminals]]
device = "mobile"
"""


@asynccontextmanager
async def shop_with_two(folder: Path) -> AsyncIterator[tuple[Shop, TerminalEnd]]:
    async with TerminalEnd() as mobile:
        mobile.identity = "SIM00002"
        more = MOBILE.format(port=mobile.settings["port"])
        async with open_shop(folder, more=more) as shop:
            yield shop, mobile


def test_a_sale_is_paid_at_the_terminal_that_was_chosen_and_one_that_fails_stops_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def body() -> None:
        async with shop_with_two(tmp_path) as (shop, mobile):
            counter = shop.bench.terminal
            await shop.type("5 PLU 2 TPE")
            await shop.shows("TPE 2", "8,00", "mobile")
            mobile.forgetful = True
            mobile.script(Act.LOSE_AFTER)
            await shop.type("CARD")
            await shop.shows("CARTE : INCERTAIN", "M-105")
            await shop.type("C HOLD 5 PLU 5 PLU CARD")  # at the counter's own
            await shop.shows("TOTAL", "16,00")
            await shop.type("RECALL")
            await shop.shows("DEBITE ?")
            await shop.type("0 CARD")  # wrongly: the money has moved
            await shop.shows("RESTE", "8,00")
            await shop.type("CASH")
            await shop.shows("TOTAL", "8,00", "MERCI")
            await counter.unplug()
            await shop.type("1 PLU CARD")
            await shop.shows("CARTE SANS LIEN", "1,30")
            await shop.type("C 2 TPE")
            await shop.shows("TPE 2", "1,30")
            await shop.type("CARD")
            await shop.shows("TOTAL", "1,30", "MERCI")
            await shop.type("1 PLU CARD")
            await shop.shows("CARTE SANS LIEN", "1,30")
            await shop.type("445566 CARD")
            await shop.shows("TOTAL", "1,30", "MERCI")
            await shop.journaled(SaleClosed, 4)
            answered = await shop.journaled(PaymentAnswered, 5)
            asked = await shop.journaled(PaymentIntended, 5)
            # The mobile one has its own series, and what nobody could tell is its own.
            assert [each.ref[0] + each.terminal for each in asked] == [
                "Bmobile", "Atpe", "Atpe", "Bmobile", "Atpe",
            ]  # fmt: skip
            assert len({each.ref for each in asked}) == 5
            outcomes = Counter(each.outcome for each in answered)
            assert outcomes == {
                PaymentOutcome.UNKNOWN: 1, PaymentOutcome.PAID: 2, PaymentOutcome.REFUSED: 2,
            }  # fmt: skip
            assert (counter.bank.moved, mobile.bank.moved) == ([1600], [800, 130])
            await counter.replug()
            port = shop.app.equipment.ports["tpe"]
            await until(lambda: port.state is PortState.IDLE)
            await reconciled(shop)

    run(body())
    state = str(tmp_path / "state")
    assert main(["payments", "reconcile", "--state", state, "--json"]) == 0, "explained"
    found = json.loads(capsys.readouterr().out)["reckonings"]
    assert [each["terminal"] for each in found if each["settled"]] == ["mobile"]
    assert {each["terminal"]: (each["journal"], each["said"]) for each in found} == {
        "tpe": (1600, 1600),
        "mobile": (130, 930),
    }


async def reconciled(shop: Shop) -> None:
    """The terminals' days are looked at, and ended: the papers say which of them agrees."""
    await shop.type("TPE")
    await shop.shows("tpe", "16,00", "EN COURS")
    await shop.type("TPE")
    await shop.shows("mobile", "1,30", "EN COURS")
    await shop.type("TICKET")
    running = await papers(shop, "TERMINAUX DE PAIEMENT", "tpe", "mobile")
    assert "lire son ticket" in running
    assert "pris sans lien, auto 445566" in running
    assert "refusé (décidé au comptoir)" in running
    await shop.type("TPE")
    await shop.shows("EN COURS")
    await shop.type("Z")
    totals = await shop.journaled(TerminalTotals, 2)
    assert {each.terminal: each.identity for each in totals} == {
        "tpe": "SIM00001",
        "mobile": "SIM00002",
    }
    ends = "".join([await papers(shop, "TERMINAUX DE PAIEMENT") for _ in totals])
    assert ends.count("Pas d'écart") == ends.count("ECART") == 1
    assert re.search(r"ECART +8,00", ends)
    await shop.shows("TPE : ECART A LIRE", "M-129")
    await explained(shop)


async def explained(shop: Shop) -> None:
    """The difference stands in the status until somebody says that it is explained."""
    reckoned = await shop.journaled(TerminalReckoned, 2)
    assert {each.terminal: (each.said, each.journal) for each in reckoned} == {
        "tpe": (1600, 1600),
        "mobile": (930, 130),
    }
    assert [each.doubtful for each in reckoned if each.difference] == [("B000000101",)]
    assert await differing(shop) == ["mobile 8,00 €"]
    await shop.type("C TPE TPE")
    await shop.shows("mobile", "ECART", "8,00")
    await shop.type("CORR")
    await shop.shows("mobile", "8,00", "ECART EXPLIQUE")
    assert await shop.journaled(TerminalSettled) == [
        TerminalSettled(terminal="mobile", difference=800)
    ]
    assert await differing(shop) == []
    await shop.type("TPE TPE")
    await shop.shows("mobile", "EXPLIQUE", "8,00")
    await shop.type("CORR")
    await shop.shows("TPE, TICKET, Z OU C", "M-128")


async def differing(shop: Shop) -> list[str]:
    status = await shop.till.call(interface.STATUS, Nothing())
    told = faults.CARD_DAY_DIFFERS.code
    return [each.detail or "" for each in status.faults if each.code == told]
