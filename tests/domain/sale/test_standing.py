"""Sums over both signs: what of a sale stands once something went back, and what it costs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pos_terminal.domain.sale.promotions import Promotion
from tests.support.bench import goods
from tests.support.lookup import Remembering, remembering

GOODS = """plu,name,price,unit,vat,family
1,GRAND CRU,"40,00",,20,vin
2,BAGUETTE,"1,00",,5.5,pain
3,CAFE,"1,50",,10,bar
4,COMTE,"24,90",kg,5.5,fromage
5,CONSIGNE,"30,00",,0,consigne
23,CROISSANT,"1,20",,5.5,viennoiserie
"""
THREE_AND_ONE = Promotion("3+1", (frozenset({"viennoiserie"}),), count=4, free=1)
CHEESE = Promotion("FROMAGE", (frozenset({"fromage"}),), percent=1000)


@pytest.fixture
def till() -> Remembering:
    till = remembering()
    till.counter.desk.present = goods(GOODS)
    till.counter.desk.promotions = (THREE_AND_ONE, CHEESE)
    return till


def test_a_discount_beside_a_return_is_of_what_is_sold(till: Remembering) -> None:
    till.press("1 PLU RF 5 PLU ST 500 REMISE CASH")
    ticket = till.last
    assert ticket.total == 500
    assert [line.gross for line in ticket.lines] == [3500, -3000]
    assert [(rate.rate, rate.vat) for rate in ticket.vat] == [(0, 0), (2000, 583)]
    till.press("RF TICKET 1 PLU CARD")
    assert till.last.total == -3500


def test_a_discount_beside_a_return_is_of_what_is_sold_were_it_a_gram(till: Remembering) -> None:
    till.press("0,001 x 4 PLU RF 2 PLU ST 1 REMISE")
    assert till.total == 2 - 100 - 1


def test_nets_of_lines_are_their_own_beside_a_return(till: Remembering) -> None:
    till.press("1 PLU RF 3990 PRIX 1 PLU CASH")
    assert [line.net for line in till.last.lines] == [3333, -3325]
    assert [line.gross for line in till.last.lines] == [4000, -3990]


def test_what_went_back_in_its_own_sale_does_not_come_back_again(till: Remembering) -> None:
    till.press("2 x 2 PLU RF 2 PLU CASH")
    assert till.last.total == 100
    till.press("RF TICKET TICKET CASH")
    assert till.last.total == -100
    till.press("RF 1 TICKET")
    assert till.fault and till.fault.code == "S-205"


@pytest.mark.parametrize(
    ("typed", "back"),
    [
        ("2 x 2 PLU RF 90 PRIX 2 PLU", -110),
        ("2 x 2 PLU RF 250 PRIX 2 PLU 3 PLU", -150),
        ("2 PLU 2 PLU RF 1,5 x 2 PLU", -50),
        ("RF 5 PLU 5 PLU 210 PRIX 5 PLU", -210),
        ("2 PLU RF 3 x 2 PLU 5 PLU", -3000),
        ("2 PLU RF 3 PLU 5 PLU", -3100),
    ],
)
def test_no_more_than_its_price_less_what_went_back(
    till: Remembering, typed: str, back: int
) -> None:
    till.press(f"{typed} CARD RF TICKET TICKET")
    assert till.total == back


@pytest.mark.parametrize(
    ("typed", "total"),
    [
        ("4 x 23 PLU RF 23 PLU ST", 360),
        ("RF 23 PLU 4 x 23 PLU ST", 360),
        ("4 x 23 PLU ST RF 23 PLU", 360),
        ("5 x 23 PLU RF 23 PLU ST", 360),
        ("RF 4 x 23 PLU ST", -480),
        ("0,4 x 4 PLU RF 0,15 x 4 PLU ST", 623 - 62),
        ("4 x 2 PLU RF 2 PLU ST 10 %", 270),
        ("RF 2 PLU 4 x 2 PLU 10 %", 270),
    ],
)
def test_pieces_that_went_back_earn_nothing(till: Remembering, typed: str, total: int) -> None:
    till.press(typed)
    assert abs(till.total - total) <= 1  # a weight's parts are each rounded


TYPED = (
    "23 PLU", "2 x 23 PLU", "RF 23 PLU", "2 PLU", "RF 2 PLU", "1 PLU", "3 PLU", "4 x 23 PLU",
    "0,5 x 23 PLU", "1,5 x 23 PLU", "RF 0,5 x 23 PLU", "90 PRIX 23 PLU",
)  # fmt: skip
KEYS = st.lists(st.sampled_from(TYPED), min_size=1, max_size=7)


@settings(deadline=None)
@given(KEYS, st.randoms(use_true_random=False))
def test_any_order_of_the_same_keys_costs_the_same(typed: list[str], chance: object) -> None:
    costs = set()
    mixed = list(typed)
    for _ in range(3):
        till = remembering()
        till.counter.desk.present = goods(GOODS)
        till.counter.desk.promotions = (THREE_AND_ONE,)
        till.press(" ".join([*mixed, "ST"]))
        costs.add(till.total)
        chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert len(costs) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from("1235"), st.booleans(), st.integers(1, 4)),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.integers(1, 4000),
)
def test_a_discount_never_turns_a_line_round(
    sold: list[tuple[str, bool, int]], percent: bool, figure: int
) -> None:
    till = remembering()
    till.counter.desk.present = goods(GOODS)
    for plu, back, many in sold:
        till.press(f"{'RF ' if back else ''}{many} x {plu} PLU")
    sale = till.counter.desk.sale
    assert sale
    before = {line.line: line.gross for line in sale.live}
    till.press(f"ST {figure // 100},{figure % 100:02d} {'%' if percent else 'REMISE'}")
    assert till.counter.desk.sale
    for line in till.counter.desk.sale.live:
        had = before[line.line]
        assert min(0, had) <= line.gross <= max(0, had)
    kept = [line for line in till.counter.desk.sale.live if before[line.line] != line.gross]
    assert len({before[line.line] > 0 for line in kept}) <= 1
