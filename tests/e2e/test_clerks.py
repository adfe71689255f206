"""Clerks in a whole shop: over a restart, on disk, in the log, and when their file is spoilt."""

import asyncio
import logging
from pathlib import Path

import pytest

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.staff import OperatorLocked, OperatorRefused, OperatorSignedOn
from pos_terminal.journal.database import NAME as JOURNAL
from pos_terminal.persons import clerks_file as clerks
from pos_terminal.persons.clerks_file import write
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import Shop, open_shop
from tests.support.shop_staff import hire, signed_on
from tests.support.staff import BADGES, LEA, PINS, SAM


async def operators(shop: Shop) -> list[tuple[str, int]]:
    """What is in the journal, with the operator of each record."""
    journal = shop.app.journal
    assert journal
    found = []
    async for record in journal.records():
        found.append((record.kind, record.operator))
        if record.seq == journal.running.seq:
            break
    return found


def test_open_and_held_sales_and_who_stands_there_outlive_the_till(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await signed_on(shop)
            await shop.type("1 PLU HOLD")
            await shop.shows("ATTENTE 1")
            await shop.type("2 PLU")
            await shop.shows("BAGUETTE")
            await shop.bench.scanner.scan(BADGES[SAM])
            await shop.shows("BONJOUR 13")
            await shop.type("5 PLU")
            await shop.shows("VIN ROUGE")
        async with open_shop(tmp_path) as shop:
            await shop.shows("SOUS-TOTAL", "8,00")
            await shop.type("CASH")
            await shop.shows("TOTAL", "8,00")
            await shop.bench.scanner.scan(BADGES[LEA])
            await shop.shows("SOUS-TOTAL", "1,00")
            await shop.type("CASH RECALL")
            await shop.shows("SOUS-TOTAL", "1,30")
            await shop.type("CASH")
            tickets = await shop.journaled(SaleClosed, 3)
            assert [(ticket.number, ticket.total) for ticket in tickets] == [
                (1, 800), (2, 100), (3, 130),
            ]  # fmt: skip
            by = [operator for kind, operator in await operators(shop) if kind == "sale.closed"]
            assert by == [SAM, LEA, LEA]

    run(body())


def test_a_lock_outlives_the_till(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await hire(shop)
            await shop.shows("CAISSE FERMEE")
            for count, said in ((1, "CODE FAUX"), (2, "CODE FAUX"), (3, "CODE BLOQUE")):
                await shop.type("12 CLERK 9999 CLERK")
                await shop.shows(said)
                await shop.journaled(OperatorRefused, count)
                await shop.type("C")
                await shop.shows("CAISSE FERMEE")
            await shop.journaled(OperatorLocked)
        async with open_shop(tmp_path) as shop:
            await shop.shows("CAISSE FERMEE")
            await shop.type("12 CLERK")
            await shop.shows("CODE BLOQUE")

    run(body())


def test_no_pin_and_no_badge_is_on_the_disk_or_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Distinct digits, so that no number of the shop's own can look like them."""
    for name in ("pos_terminal", "pos_driver_evdev", "pos_driver_serial_scanner", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    pin = "48217305"

    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await hire(shop)
            await shop.shows("CAISSE FERMEE")
            await shop.type(f"12 CLERK {pin} CLERK")
            await shop.shows("CODE FAUX")
            await shop.type("C")
            await shop.type(f"12 CLERK {PINS[LEA]}")
            await shop.shows("VENDEUR 12", "CODE ****")
            await shop.type("CLERK")
            await shop.shows("BONJOUR LEA")
            await shop.bench.scanner.scan(BADGES[SAM])
            await shop.journaled(OperatorSignedOn, 3)
            frames = [f"{screen.line1}{screen.line2}" for _, screen in shop.bench.display.frames]
            assert frames
            assert not [frame for frame in frames if pin[:4] in frame]

    run(body())
    assert (tmp_path / "state" / JOURNAL).exists()
    written = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    for content in (path.read_bytes() for path in written):
        assert pin.encode() not in content
        assert BADGES[SAM].encode() not in content
    assert pin not in caplog.text
    assert BADGES[SAM] not in caplog.text


def test_a_spoilt_file_leaves_those_in_force_and_locks_the_next_start(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await hire(shop)
            await shop.shows("CAISSE FERMEE")
            (shop.state / clerks.NAME).write_text("[[clerk]")
            await shop.shows("VENDEURS ILLISIBLES")
            await shop.bench.scanner.scan(BADGES[LEA])
            await shop.shows("BONJOUR LEA")
        async with open_shop(tmp_path) as shop:
            await shop.shows("VENDEURS ILLISIBLES")
            await shop.type("C 1 PLU")
            await shop.shows("PAS DE VENDEUR")

    run(body())


def test_without_clerks_the_operator_of_the_settings_is_back(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await signed_on(shop)
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
            write(shop.state, [])
            async with asyncio.timeout(PATIENCE):
                while shop.app.till and shop.app.till.counter.desk.clerks:
                    await asyncio.sleep(0.01)
            await shop.type("CASH")
            await shop.shows("TOTAL", "1,30")
            assert (await operators(shop))[-1] == ("sale.closed", 7)

    run(body())
