"""One flipped bit in an old ticket: who asks for it is told, support is called, the shop sells."""

import asyncio
from pathlib import Path

import pytest

from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.testing.running import PATIENCE, run
from tests.support.journaling import database, tamper_beside
from tests.support.shop import Shop, open_shop

FLIPPED = (
    "UPDATE journal SET rec = CAST(replace(CAST(rec AS TEXT), 'TRADITION', 'TRADITIOO') AS BLOB) "
    "WHERE seq = (SELECT min(seq) FROM journal WHERE kind = 'sale.closed')"
)


async def follows(shop: Shop, after: int, kind: type[Event]) -> Event:
    """The next event of that kind behind record `after`."""
    assert shop.app.journal
    async with asyncio.timeout(PATIENCE):
        async for record in shop.app.journal.records(after):
            if isinstance(record.event, kind):
                return record.event
    raise AssertionError(f"no {kind.kind} behind record {after}")


@pytest.mark.parametrize("asked_before", [True, False])
def test_a_flipped_bit_in_an_old_ticket(tmp_path: Path, *, asked_before: bool) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            for count in (1, 2, 3):
                await shop.type("1 PLU CASH")
                await shop.journaled(SaleClosed, count)
            if asked_before:  # then the projection has it already, and only the ticket is read
                await shop.type("1 TICKET")
                async with asyncio.timeout(PATIENCE):
                    await shop.bench.printer.next_paper()
            assert shop.app.journal
            before = shop.app.journal.running.seq
            await asyncio.to_thread(tamper_beside, database(shop.state), FLIPPED)
            for _ in range(2):
                await shop.type("1 TICKET")
                await shop.shows("JOURNAL ABIME", "J-104")
                await shop.type("C C")  # the error, and the notice of what was found
            await shop.type("2 PLU CASH")
            sold = await follows(shop, before, SaleClosed)
            assert isinstance(sold, SaleClosed) and sold.number == 4
            said = await follows(shop, before, TechnicalEvent)
            assert isinstance(said, TechnicalEvent) and said.code == jet.INTEGRITY
            assert said.detail.startswith("écriture ")

    run(body())
