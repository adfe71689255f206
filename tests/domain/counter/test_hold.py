"""Sales on hold: parked, listed, recalled, and never lost."""

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import CatchUp, CloseDue, NewCatalog, Train
from pos_terminal.domain.events.sale import SaleClosed, SaleHeld, SaleOpened, SaleRecalled
from pos_terminal.domain.events.system import CatalogChanged
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.screen import Screen
from tests.support.bench import GOODS, bench, goods


def test_a_sale_waits_while_another_is_served() -> None:
    till = bench()
    till.press("1 PLU HOLD")
    assert till.shown == Screen("ATTENTE 1", "")
    till.press("2 PLU CASH")
    till.press("RECALL")
    assert till.shown == Screen("SOUS-TOTAL  1 ART", "                1,30")
    till.press("CASH")
    assert [sale.sale for sale in till.of(SaleClosed)] == [2, 1]
    assert [sale.number for sale in till.of(SaleClosed)] == [1, 2]


def test_the_last_or_the_nth_is_recalled() -> None:
    till = bench()
    for plu in (1, 2, 3):
        till.press(f"{plu} PLU HOLD")
    assert till.shown == Screen("ATTENTE 3", "")
    till.press("2 RECALL CASH RECALL CASH")
    assert [event.sale for event in till.of(SaleRecalled)] == [2, 3]
    assert till.counter.desk.base() == Screen("BONJOUR", "ATTENTE 1")


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("HOLD", faults.NOTHING_SOLD),
        ("1 PLU CORR HOLD", faults.NOTHING_SOLD),
        ("1 PLU 50 CASH HOLD", faults.TENDER_STARTED),
        ("1 PLU 5 HOLD", faults.NOT_NOW),
        ("RECALL", faults.NOTHING_HELD),
        ("1 PLU HOLD 2 PLU RECALL", faults.SALE_AT_HAND),
        ("1 PLU HOLD 2 RECALL", faults.BAD_NUMBER),
        ("1 PLU HOLD 0 RECALL", faults.BAD_NUMBER),
        ("1 PLU HOLD 1,5 RECALL", faults.BAD_NUMBER),
        ("1 PLU HOLD 3 x RECALL", faults.NOT_NOW),
    ],
)
def test_refused(keys: str, fault: Fault) -> None:
    till = bench()
    till.press(keys)
    assert till.fault is fault
    till.press("C")
    assert till.fault is None


def test_a_held_sale_keeps_its_prices() -> None:
    till = bench()
    till.press("1 PLU HOLD")
    till.put(NewCatalog(goods(GOODS.replace('"1,30"', '"1,40"'))))
    assert len(till.of(CatalogChanged)) == 1
    till.press("1 PLU")
    assert till.total == 140
    till.press("CASH RECALL 1 PLU")
    assert till.total == 260
    assert (
        till.counter.desk.sale and till.counter.desk.sale.catalog == till.of(SaleOpened)[0].catalog
    )
    till.press("CASH 1 PLU")
    assert till.total == 140


def test_exercises_wait_for_held_sales() -> None:
    till = bench()
    till.press("1 PLU HOLD")
    till.put(Train(1))
    assert till.fault is faults.SALES_OPEN


def test_what_is_held_does_not_stop_a_look_at_the_closures() -> None:
    till = bench()
    till.press("1 PLU HOLD")
    assert till.put(CloseDue()).effects == (CatchUp(),), "which closes nothing over an open sale"


def test_a_restart_has_the_held_sales_in_their_order() -> None:
    till, again = bench(), bench()
    till.press("1 PLU HOLD 2 PLU HOLD 3 PLU HOLD 2 RECALL HOLD")
    for event, when in till.events:
        again.counter.desk.apply(event, when)
    assert again.counter.desk.held == till.counter.desk.held
    assert list(again.counter.desk.held) == [1, 3, 2]
    assert [event.sale for event in till.of(SaleHeld)] == [1, 2, 3, 2]
    assert again.counter.desk.base() == Screen("BONJOUR", "ATTENTE 3")
