"""Options and forced choices, price lists, the place of consumption, open prices."""

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.display.rules import DisplayRules
from pos_terminal.domain.events.adjustment import PlaceChosen, PricesChosen
from pos_terminal.domain.events.sale import LineSold, LineVoided
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.printing.ticket import receipt
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.sale.terms import Terms
from pos_terminal.domain.screen import Screen
from tests.support.baskets import paid
from tests.support.bench import BAGUETTE, Bench, bench, goods, moment
from tests.support.options import GOODS
from tests.support.paper import TILL


@pytest.fixture
def till() -> Bench:
    return bench(goods(GOODS))


def lines(till: Bench) -> list[tuple[str, int, int, int]]:
    return [(x.plu, x.quantity, x.gross, x.parent) for x in till.of(LineSold)]


def test_an_option_follows_its_article_and_its_quantity(till: Bench) -> None:
    till.press("3 x 1 PLU 50 PLU")
    assert till.shown == Screen("+ COUPE", "                0,45")
    till.press("5 PLU 1 1 PLU 50 PLU RF 2 PLU 50 PLU")
    assert [each for each in lines(till) if each[0] == "50"] == [
        ("50", 3000, 45, 1), ("50", 1000, 15, 5), ("50", -1000, -15, 7),
    ]  # fmt: skip


def test_a_loaf_by_weight_is_sliced_once(till: Bench) -> None:
    till.weigh("4", 1_480)
    till.press("50 PLU")
    assert lines(till)[-1] == ("50", 1000, 15, 1)


def test_an_option_goes_with_its_article(till: Bench) -> None:
    till.press("1 PLU 50 PLU 53 PLU 2 PLU VOID 1 PLU")
    assert [(v.line, v.gross, v.how) for v in till.of(LineVoided)] == [
        (1, -130, "void"), (2, -15, "void"), (3, 0, "void"),
    ]  # fmt: skip
    assert till.shown == Screen("ANNULE TRADITION", "               -1,45")
    assert till.total == 100


def test_corr_takes_the_option_first(till: Bench) -> None:
    till.press("1 PLU 50 PLU CORR")
    assert till.total == 130
    till.press("50 PLU CORR CORR")
    assert till.total == 0


def test_a_choice_is_asked_for_and_answered_by_its_number(till: Bench) -> None:
    till.press("2 x 3 PLU")
    assert till.shown == Screen("TAILLE? 1-2", "1 PETIT 2 GRAND")
    till.press("2")
    assert till.shown == Screen("+ GRAND", "                1,00")
    assert lines(till)[-1] == ("52", 2000, 100, 1)
    till.press("ST")
    assert till.shown == Screen("SOUS-TOTAL  1 ART", "                4,00")


def test_with_an_option_the_running_total_is_the_whole_sales(till: Bench) -> None:
    till.decides(display=DisplayRules(running_total=True))
    till.press("1 PLU 2 x 3 PLU 2")
    assert till.shown == Screen("+ GRAND", "1,00      TOTAL 5,30")


def test_a_choice_is_answered_by_its_own_key(till: Bench) -> None:
    till.press("3 PLU")
    till.put_key("article 51")
    assert lines(till)[-1] == ("51", 1000, 0, 1)


def test_only_some_choices_where_only_some_suit(till: Bench) -> None:
    till.press("5 PLU")
    assert till.shown == Screen("TAILLE? 1-1", "1 GRAND")


def test_the_question_is_back_when_its_answer_is_taken_back(till: Bench) -> None:
    till.press("3 PLU 1 CORR")
    assert till.shown.line1.startswith("ANNULE PETIT")
    till.press("2")
    assert [each[0] for each in lines(till)] == ["3", "51", "52"]


def test_the_question_outlives_a_restart(till: Bench) -> None:
    till.press("3 PLU")
    again = bench(goods(GOODS))
    for event, when in till.events:
        again.counter.desk.apply(event, when)
    assert again.counter.desk.base() == Screen("TAILLE? 1-2", "1 PETIT 2 GRAND")
    again.press("2")
    assert again.of(LineSold)[0].plu == "52"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("3 PLU 3", faults.CHOICE_WANTED),
        ("3 PLU 0", faults.CHOICE_WANTED),
        ("3 PLU 00", faults.CHOICE_WANTED),
        ("3 PLU ST", faults.CHOICE_WANTED),
        ("3 PLU CASH", faults.CHOICE_WANTED),
        ("3 PLU PLU", faults.CHOICE_WANTED),
        ("3 PLU x", faults.CHOICE_WANTED),
        ("3 PLU PLACE", faults.CHOICE_WANTED),
        ("50 PLU", faults.OPTION_REFUSED),
        ("5 PLU 1 50 PLU", faults.OPTION_REFUSED),
        ("1 PLU CORR 50 PLU", faults.OPTION_REFUSED),
        ("3 PLU 1 52 PLU", faults.OPTION_REFUSED),
        ("1 PLU 2 x 50 PLU", faults.NOT_NOW),
        ("1 PLU 20 PRIX 50 PLU", faults.NOT_NOW),
        ("1 PLU 50 CASH 50 PLU", faults.TENDER_STARTED),
        ("1 PLU PERSO", faults.PRICES_FIRST),
        ("1 PLU 50 CASH PRO", faults.TENDER_STARTED),
        ("2 PERSO", faults.NOT_NOW),
        ("PLACE", faults.NOTHING_SOLD),
        ("1 PLU 50 CASH PLACE", faults.TENDER_STARTED),
        ("49 PRIX 6 PLU", faults.PRICE_OUT_OF_BOUNDS),
        ("1001 PRIX 6 PLU", faults.PRICE_OUT_OF_BOUNDS),
    ],
)
def test_refused(till: Bench, typed: str, fault: Fault) -> None:
    till.press(typed)
    assert till.fault is fault


def test_nothing_else_is_scanned_before_the_choice(till: Bench) -> None:
    till.press("3 PLU")
    till.scan(BAGUETTE)
    assert till.fault is faults.CHOICE_WANTED
    till.press("C")
    assert till.shown == Screen("TAILLE? 1-2", "1 PETIT 2 GRAND")


def test_staff_and_professional_prices(till: Bench) -> None:
    till.press("PERSO")
    assert till.shown == Screen("PRIX PERSONNEL", "")
    till.press("1 PLU 50 PLU 2 PLU")
    assert [(x.price, x.list_price) for x in till.of(LineSold)] == [
        (100, 130),
        (10, 15),
        (100, 100),
    ]
    till.press("CASH PRO 1 PLU CASH 1 PLU CASH")
    assert [x.price for x in till.of(LineSold)][-2:] == [90, 130]
    assert [x.prices for x in till.of(PricesChosen)] == ["staff", "pro"]


def test_the_same_key_goes_back_to_the_ordinary_prices(till: Bench) -> None:
    till.press("PERSO PERSO 1 PLU PRO")
    assert till.fault is faults.PRICES_FIRST
    till.press("C CORR PRO")
    assert till.shown == Screen("PRIX PRO", "")


def test_on_the_spot_changes_the_rate_of_what_has_two(till: Bench) -> None:
    till.press("3 PLU 2 3 PLU 1 54 PLU 2 PLU 50 PLU ST PLACE")
    assert till.shown == Screen("SUR PLACE", "TOTAL           4,95")
    till.press("3 PLU 1")
    ticket = paid(till)
    assert [(line.plu, line.vat) for line in ticket.lines] == [
        ("3", 1000), ("52", 1000), ("3", 1000), ("51", 1000), ("54", 2000), ("2", 550), ("50", 550),
        ("3", 1000), ("51", 1000),
    ]  # fmt: skip
    assert ticket.place == "on_spot"
    assert sum(rate.gross for rate in ticket.vat) == ticket.total
    paper = receipt(TILL, ticket, moment(), 0)
    assert "SUR PLACE" in [block.text for block in paper.blocks if isinstance(block, Text)]
    rows = [block.left for block in paper.blocks if isinstance(block, Row)]
    assert rows[1:6] == ["05/01/2026", "CAFE", "+ GRAND", "CAFE", "+ PETIT"]


def test_to_take_away_again(till: Bench) -> None:
    till.press("3 PLU 1 PLACE PLACE")
    assert till.shown == Screen("A EMPORTER", "TOTAL           1,50")
    assert [line.vat for line in paid(till).lines] == [550, 550]
    assert [x.place for x in till.of(PlaceChosen)] == ["on_spot", "take_away"]


def test_the_place_may_be_settled_by_the_shop() -> None:
    till = bench(goods(GOODS))
    till.decides(sales=Terms(place=Place.ON_SPOT))
    till.press("3 PLU 1")
    assert [line.vat for line in paid(till).lines] == [1000, 1000]


def test_st_still_counts_after_the_place(till: Bench) -> None:
    till.press("2 PLU 5 PLU 1 ST PLACE 10 %")
    assert till.total == 855


def test_a_direct_key_takes_an_open_price(till: Bench) -> None:
    till.press("250")
    till.put_key("article 6")
    assert lines(till) == [("6", 1000, 250, 0)]
    till.press("2 x 250")
    till.put_key("article 6")
    assert lines(till)[-1] == ("6", 2000, 500, 0)
    till.press("250")
    till.put_key("article 1")
    assert till.fault is faults.NOT_NOW


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ('1,A,1,!,,,', "option"),
        ('1,A,1,,pain,,', "option"),
        ('1,A,1,MUCH TOO LONG A NAME,,,', "option"),
        ('1,A,1,,,x,', "min"),
        ('1,A,1,,,,"1,001"', "max"),
    ],
)  # fmt: skip
def test_what_the_catalogue_refuses(row: str, column: str) -> None:
    _, problems = parse_catalog(f"plu,name,price,option,for,min,max\n{row}\n".encode())
    assert [problem.key for problem in problems] == [column]
