"""Keys of a rush hour: a note given, a price asked, the total while ringing up."""

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.display.rules import DisplayRules
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.keyboard.keys import BANKNOTE_KEYS
from pos_terminal.domain.screen import Screen
from tests.support.bench import BAGUETTE, bench, goods


@pytest.mark.parametrize("note", BANKNOTE_KEYS)
def test_a_note_is_that_much_cash(note: str) -> None:
    quick, slow = bench(), bench()
    quick.press("5 PLU")
    step = quick.put_key(note)
    slow.press("5 PLU")
    assert step == slow.press(f"{note.removesuffix('EUR')}00 CASH")
    assert len(quick.of(SaleClosed)) == 1


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", faults.NOTHING_SOLD),
        ("1 PLU CASH", faults.NOTHING_SOLD),
        ("RF 5 PLU", faults.NOT_NOW),
        ("5 PLU 2", faults.NOT_NOW),
    ],
)
def test_where_no_note_is_given(typed: str, fault: Fault) -> None:
    till = bench()
    if typed:
        till.press(typed)
    before = len(till.events)
    till.put_key("20EUR")
    assert (till.fault, len(till.events)) == (fault, before)


@pytest.mark.parametrize(
    ("typed", "screen"),
    [
        ("1 PLU", Screen("TRADITION", "PRIX            1,30")),
        ("4 PLU", Screen("COMTE", "PRIX        24,90/kg")),
        ("7 PLU", Screen("OEUFS", "PRIX         20,00/5")),
    ],
)
def test_a_price_is_asked_and_nothing_sold(typed: str, screen: Screen) -> None:
    till = bench()
    till.press(f"2 PLU TARIF {typed}")
    assert till.shown == screen
    assert till.total == 100
    till.press("TARIF")
    till.scan(BAGUETTE)
    assert till.shown == Screen("BAGUETTE", "PRIX            1,00")
    till.press("TARIF 6 PLU")
    assert till.fault is faults.NO_PRICE
    till.press("C TARIF TARIF 2 PLU")
    assert till.total == 200, "pressed twice it is taken back"


def test_a_price_is_that_of_the_list_that_the_sale_is_at() -> None:
    till = bench(goods("plu,name,price,price_pro\n1,PAIN,1.30,1.10\n2,TARTE,3.20,2.90\n"))
    till.press("PRO 1 PLU TARIF 2 PLU")
    assert till.shown == Screen("TARTE", "PRIX            2,90")
    till.press("CASH TARIF 2 PLU")
    assert till.shown == Screen("TARTE", "PRIX            3,20"), "and the next customer's again"


def test_the_total_while_ringing_up() -> None:
    till = bench()
    till.decides(display=DisplayRules(running_total=True))
    till.press("2 x 2 PLU")
    assert till.shown == Screen("BAGUETTE          x2", "2,00      TOTAL 2,00")
    till.weigh("4", 480)
    assert till.shown == Screen("0,480kg x 24,90", "11,95    TOTAL 13,95")
