"""Money that is held pays for what is bought and no more; what is kept out of discounts."""

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.quantity import Price
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.tender.tender import TenderRules
from tests.support.bench import goods, label
from tests.support.lookup import Remembering, clerk, remembering

GOODS = """plu,name,price,vat,family,min,max,voucher,discount,returnable
1,GRAND CRU,"40,00",20,vin
2,BAGUETTE,"1,00",5.5,pain
5,VIN,"8,00",20,vin
7,DIVERS,,20,,"0,50","10,00"
8,JOURNAL,"2,00",2.1,presse,,,,no
9,CONSIGNE,"30,00",,,,,,,oui
90,BON CADEAU,,,,,,multi
92,CARTE PAIN,"20,00",5.5,,,,single
"""
EVERYTHING = Promotion("TOUT", (frozenset({"vin", "pain", "presse", "9"}),), percent=5000)


@pytest.fixture
def till() -> Remembering:
    till = remembering()
    till.counter.desk.present = goods(GOODS)
    return till


@pytest.mark.parametrize("off", ["VOID 5 PLU VOID 5 PLU", "ST 100 %", "VOID 5 PLU 2 PLU"])
def test_a_deposit_is_not_paid_out_without_the_right(till: Remembering, off: str) -> None:
    till.press("20 TAUX 1000 PRIX 7 ACOMPTE CASH")
    till.counter.desk.clerks = clerk(Right.VOID, Right.DISCOUNT)
    till.counter.desk.clerk = 7
    till.press(f"5 PLU 5 PLU 7 COMMANDE {off}")
    assert till.total < 0
    for key in ("CASH", "CARD", "AVOIR"):
        till.press(key)
        assert till.fault is faults.DEPOSIT_TOO_LARGE
        till.press("C")
    till.press("2 x 5 PLU CASH")
    assert till.last.total >= 0


def test_what_is_given_back_needs_the_right_and_goes(till: Remembering) -> None:
    till.press("1000 PRIX 7 ACOMPTE CASH")
    till.counter.desk.clerks = clerk(Right.VOID)
    till.counter.desk.clerk = 7
    till.press("RF 7 ACOMPTE")
    assert till.counter.desk.pending
    till.press("C C C")
    till.counter.desk.clerks = clerk(Right.RETURN)
    till.press("RF 7 ACOMPTE CASH")
    assert till.last.total == -1000


@pytest.mark.parametrize(
    ("sold", "fault", "due"),
    [
        ("2000 PRIX 90 PLU", faults.VOUCHER_FOR_ADVANCE, 2000),
        ("92 PLU", faults.VOUCHER_FOR_ADVANCE, 2000),
        ("1000 PRIX 7 ARRHES", faults.VOUCHER_FOR_ADVANCE, 1000),
        ("1000 PRIX 7 ACOMPTE", faults.VOUCHER_FOR_ADVANCE, 1000),
        ("2000 PRIX 90 PLU 5 PLU", None, 2000),
        ("5 PLU 1000 PRIX 7 ARRHES", None, 1000),
    ],
)
def test_a_voucher_buys_no_voucher_and_no_deposit(
    till: Remembering, sold: str, fault: Fault | None, due: int
) -> None:
    till.press("3000 PRIX 90 PLU CARD")
    till.press(sold)
    till.use(till.made[0])
    assert till.fault is fault
    assert till.counter.desk.sale and till.counter.desk.sale.due == due


@pytest.mark.parametrize(
    "sold",
    [
        "800 PRIX 90 PLU", "500 PRIX 90 PLU 2 PLU", "800 PRIX 7 ARRHES", "500 PRIX 92 PLU",
        "20 TAUX 800 PRIX 7 ACOMPTE", "9000 PRIX 90 PLU",
    ],
)  # fmt: skip
@pytest.mark.parametrize("back", ["RF TICKET TICKET RF", "RF 8 x 2 PLU"])
def test_what_comes_back_buys_no_voucher_and_no_deposit(
    till: Remembering, back: str, sold: str
) -> None:
    """Bread that meal vouchers paid would be cash behind an order, and a year's voucher two."""
    till.decides(tenders=TenderRules(meal_vouchers_every_day=True))
    till.press("8 x 2 PLU TR")
    assert till.last.tenders[0].tender == "TR"
    till.press(f"{back} {sold}")
    for key in ("CASH", "CARD", "TR"):
        till.press(key)
        assert till.fault is faults.VOUCHER_FOR_ADVANCE
        till.press("C")
    till.press("10 x 2 PLU CASH")
    assert till.fault is None and till.last.number == 2


def test_packaging_and_a_deposit_that_come_back_may_buy_one(till: Remembering) -> None:
    till.press("9 PLU CASH 1000 PRIX 7 ARRHES CASH")
    till.press("RF 9 PLU 2000 PRIX 90 PLU CASH")
    assert till.fault is None and till.last.total == -1000
    till.press("RF 7 ARRHES 800 PRIX 8 ARRHES CASH")
    assert till.fault is None and till.last.total == -200


def test_arrhes_buy_no_voucher(till: Remembering) -> None:
    till.press("1000 PRIX 7 ARRHES CASH 2000 PRIX 90 PLU 7 COMMANDE")
    assert till.fault is faults.VOUCHER_FOR_ADVANCE
    till.press("C 5 PLU 7 COMMANDE")
    assert till.counter.desk.sale and till.counter.desk.sale.due == 2000


def test_a_discounted_article_does_not_come_back_at_the_full_price(till: Remembering) -> None:
    till.press("4 x 2 PLU ST 10 % RF 2 PLU")
    assert till.fault is faults.RETURN_DISCOUNTED
    till.press("C CORR RF 2 PLU ST 10 %")
    assert till.total == 270


def test_what_bears_no_discount_bears_none(till: Remembering) -> None:
    till.counter.desk.promotions = (EVERYTHING,)
    till.press("8 PLU 9 PLU ST")
    assert till.total == 3200
    for typed in ("10 %", "C 100 REMISE"):
        till.press(typed)
        assert till.fault is faults.FIRM_PRICE
    till.press("C 1 PLU 5 PLU ST 10 %")
    assert till.total == 3200 + 2400 - 240


def test_packaging_is_held_and_no_meal(till: Remembering) -> None:
    till.press("9 PLU TR")
    assert till.fault is faults.MEAL_FOOD
    till.press("C CASH")
    assert (till.last.total, till.last.turnover, till.last.vat) == (3000, 0, ())
    till.press("RF 9 PLU CASH")
    assert (till.last.total, till.last.turnover, till.last.vat) == (-3000, 0, ())


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1 x 100 x 1000 PRIX 7 PLU", None),
        ("1000 PRIX 7 PLU", 1000),
        ("3 x 5 x 2500 PRIX 7 PLU", 1500),
        ("3 x 5 x 249 PRIX 7 PLU", None),
        ("1 x 0,1 x 200 PRIX 7 PLU", None),
        ("0,5 x 60 PRIX 7 PLU", 30),
    ],
)
def test_bounds_are_of_a_unit_however_the_price_is_said(
    till: Remembering, typed: str, cents: int | None
) -> None:
    till.press(typed)
    assert (till.fault, till.total) == (
        (None, cents) if cents else (faults.PRICE_OUT_OF_BOUNDS, 0)
    )


def test_bounds_are_of_a_label_s_price_as_well(till: Remembering) -> None:
    till.counter.desk.present = goods(GOODS)
    for cents, sold in ((49, 0), (50, 50), (1000, 1000), (1001, 0)):
        till.scan(label(f"2100007{cents:05d}"))
        assert (till.fault is None, till.total) == (bool(sold), sold)
        till.press("C" if till.fault else "CORR")


def test_bounds_are_exact() -> None:
    item = Item("1", "X", Dated(()), least=50, most=1000)
    assert item.within(Price(50)) and item.within(Price(149, 2980))
    assert not item.within(Price(149, 2981)) and not item.within(Price(1001))


@pytest.mark.parametrize(
    "row",
    [
        '9,CONSIGNE,"30,00",20,,,,,,yes',
        '9,CONSIGNE,"30,00",,,,,multi,,yes',
        '9,CONSIGNE,"30,00",,,,,,yes,yes',
        '9,CONSIGNE,"30,00",,,,,,perhaps,',
    ],
)
def test_a_deposit_on_packaging_is_nothing_else(row: str) -> None:
    _, problems = parse_catalog((GOODS.splitlines()[0] + "\n" + row).encode())
    assert [problem.key for problem in problems] in (["returnable"], ["discount"])


def test_an_option_of_a_return_needs_the_right_as_well(till: Remembering) -> None:
    till = remembering()
    till.press("RF 1 PLU")
    till.counter.desk.clerks = clerk(Right.VOID)
    till.counter.desk.clerk = 7
    till.press("50 PLU")
    pending = till.counter.desk.pending
    assert pending and pending.secret
