"""`AUTOTEST` at a till that sells, and the self-test at its start."""

from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import RunSelfTest, SelfTestEnded, Sound
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Tone
from pos_terminal.runtime.selftests import SelfTests
from pos_terminal.testing.running import run
from tests.support.bench import bench
from tests.support.printed import papers
from tests.support.shop import open_shop


def test_a_key_has_everything_tried_and_printed_while_the_till_sells(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("AUTOTEST")
            await shop.shows("AUTOTEST", "EN COURS")
            await shop.type("2 PLU CASH")
            await shop.journaled(SaleClosed)
            await papers(shop, "AUTOTEST", "CE N'EST PAS UN TICKET", "Boîtier", "scale")

    run(body())


@pytest.mark.slow
def test_one_is_made_at_the_start_where_the_settings_say_so(tmp_path: Path) -> None:
    ended: list[SelfTestEnded] = []

    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            tests = SelfTests(shop.state, ended.append, at_start=True, settled=0)
            made = await tests.made()
            assert made.fault is None
            await papers(shop, "AUTOTEST")
            await shop.bench.scanner.unplug()
            assert await tests.made() == SelfTestEnded(well=False)

    run(body())


def test_without_a_till_that_answers_it_is_a_fault(tmp_path: Path) -> None:
    made = run(SelfTests(tmp_path, lambda _: None).made())
    assert made == SelfTestEnded(well=False, fault=faults.SELFTEST_FAILED)


def test_it_is_for_between_two_sales_and_says_how_it_ended() -> None:
    till = bench()
    assert RunSelfTest() in till.press("AUTOTEST").effects
    assert Sound(Tone.ACCEPTED) in till.put(SelfTestEnded(well=True)).effects
    assert Sound(Tone.REFUSED) in till.put(SelfTestEnded(well=False)).effects
    failed = till.put(SelfTestEnded(well=False, fault=faults.SELFTEST_FAILED))
    assert failed.effects[0] == Sound(faults.SELFTEST_FAILED.tone)
    till.press("C C 1 PLU AUTOTEST")
    assert till.fault is faults.NOT_NOW
