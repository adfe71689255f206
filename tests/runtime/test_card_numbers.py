"""After a hundred payments whose far end sends each card's number in full, no file has one."""

import json
import logging
import re
from pathlib import Path

import pytest

from pos_driver_sim.card.machine import Act
from pos_driver_sim.card.wires import TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd
from pos_terminal.domain.events.payment import PaymentAnswered
from tests.conftest import run
from tests.support.shop import open_shop

PAYMENTS = 100
NUMBER = re.compile(rb"4111[ .-]?1111[ .-]?1111[ .-]?1111")
"""The card's number, however it is grouped. Runs of digits alone stand in hashes as well."""


def test_no_card_number_stands_in_journal_logs_or_any_other_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def body() -> None:
        async with TcpTerminal(ZvtEnd()) as end:
            table = "".join(f"{key} = {json.dumps(value)}\n" for key, value in end.settings.items())
            more = (
                f'\n[devices.card]\nclass = "payment-terminal"\n{table}'
                '\n[[terminals]]\ndevice = "card"\ntenders = ["CARD"]\n'
                '\n[[terminals]]\ndevice = "tpe"\ntenders = ["TR"]\n'
            )
            async with open_shop(tmp_path, more=more, plugins=["zvt"]) as shop:
                for number in range(PAYMENTS):
                    if number % 10 == 9:
                        end.machine.script(Act.REFUSE)
                        await shop.type("5 PLU CARD")
                        await shop.journaled(PaymentAnswered, number + 1)
                        await shop.type("C CASH")
                    else:
                        await shop.type("5 PLU CARD")
                        await shop.journaled(PaymentAnswered, number + 1)
                answered = await shop.journaled(PaymentAnswered, PAYMENTS)
            assert end.machine.card.number == "4111111111111111"
            assert sum(end.machine.moved) == 800 * (PAYMENTS - PAYMENTS // 10)
            assert answered[0].last_four == "1111"

    with caplog.at_level(logging.DEBUG):
        run(body())
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix.startswith(".db") or "journal" in path.name for path in written)
    assert [path.name for path in written if NUMBER.search(path.read_bytes())] == []
    assert NUMBER.search(caplog.text.encode()) is None
