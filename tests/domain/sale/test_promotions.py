"""Promotions and set menus: what they find, what they never do, and what is left for VAT."""

import tomllib
from datetime import datetime
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.events.adjustment import PromotionsApplied
from pos_terminal.domain.events.sale import LineSold, LineVoided, Reduction, SaleClosed
from pos_terminal.domain.events.values import EntryMethod
from pos_terminal.domain.files.promotions import parse_promotions
from pos_terminal.domain.quantity import Unit
from pos_terminal.domain.sale.promotions import Promotion, applied
from pos_terminal.domain.screen import Screen
from tests.support.baskets import paid
from tests.support.bench import Bench, bench, goods
from tests.support.sums import half_away

NOON = datetime(2026, 1, 5, 12, 0)
GOODS = """plu,name,price,unit,family,vat,price_staff
1,JAMBON,"5,50",,sandwich,10,"4,00"
2,EAU,"2,00",,boisson,5.5
3,TARTE,"3,50",,dessert,5.5
4,CROISSANT,"1,20",,vienn,5.5
5,CHOCO,"1,40",,vienn,5.5
6,VIN,"4,00",,boisson,20
7,COMTE,"24,90",kg,fromage,5.5
8,COOKIE,"2,00",,dessert,5.5
"""
FILE = """
[[promotion]]
name = "FORMULE"
kind = "menu"
price = "9,50"
courses = [["sandwich"], ["boisson"], ["dessert"]]

[[promotion]]
name = "3+1"
kind = "free"
buy = 3
free = 1
articles = ["vienn"]

[[promotion]]
name = "3 COOKIES"
kind = "price"
quantity = 3
price = "5,00"
articles = ["8"]

[[promotion]]
name = "FROMAGE"
kind = "percent"
percent = "10"
articles = ["fromage"]
"""


def promotions(text: str = FILE) -> tuple[Promotion, ...]:
    return parse_promotions(tomllib.loads(text))


def shop(text: str = FILE) -> Bench:
    till = bench(goods(GOODS))
    till.counter.desk.promotions = promotions(text)
    return till


def test_a_menu_is_found_at_the_subtotal() -> None:
    till = shop()
    till.press("1 PLU 2 PLU 3 PLU")
    assert till.total == 1100
    till.press("ST")
    assert till.shown == Screen("SOUS-TOTAL  3 ART", "PROMO -1,50     9,50")
    (found,) = till.of(PromotionsApplied)
    assert [(r.name, r.amount) for r in found.reductions] == [("FORMULE", 150)]


def test_a_menu_is_found_at_tender_and_taxed_by_what_was_paid() -> None:
    till = shop()
    till.press("1 PLU 6 PLU 3 PLU CARD")
    (ticket,) = till.of(SaleClosed)
    assert (ticket.total, [line.gross for line in ticket.lines]) == (950, [402, 292, 256])
    for rate in ticket.vat:
        whole = sum(line.gross for line in ticket.lines if line.vat == rate.rate)
        assert rate.gross == whole
        assert rate.vat == half_away(whole - Fraction(whole) / (1 + Fraction(rate.rate, 10_000)))


@pytest.mark.parametrize(
    ("typed", "total"),
    [
        ("4 x 4 PLU", 360),
        ("3 x 4 PLU 5 PLU", 380),
        ("8 x 4 PLU", 720),
        ("7 x 4 PLU", 720),
        ("3 x 8 PLU", 500),
        ("4 x 8 PLU", 700),
        ("1 PLU 2 PLU 4 x 8 PLU", 550 + 200 + 200 + 500),
        ("1 PLU 2 PLU 3 PLU 3 x 8 PLU", 950 + 500),
        ("2 x 1 PLU 2 x 2 PLU 3 PLU 8 PLU", 950 + 950),
        ("0,5 x 7 PLU", 1245 - 125),
        ("4 x 100 PRIX 4 PLU", 400),
        ("RF 4 x 4 PLU", -480),
        ("4 x 2 x 4 PLU", 240),
        ("PERSO 1 PLU 2 PLU 3 PLU", 950),
    ],
)
def test_what_is_found(typed: str, total: int) -> None:
    till = shop()
    till.press(f"{typed} ST")
    assert till.total == total


def test_it_is_looked_for_again_when_lines_change() -> None:
    till = shop()
    till.press("1 PLU 2 PLU 3 PLU ST VOID 2 PLU")
    assert till.total == 900
    assert till.of(PromotionsApplied)[-1].reductions == ()
    till.press("2 PLU ST")
    assert till.total == 950


def test_never_after_tender() -> None:
    till = shop()
    till.press("1 PLU 2 PLU 3 PLU 100 CASH ST")
    assert (till.total, len(till.of(PromotionsApplied))) == (950, 1)


def test_a_discounted_line_enters_none() -> None:
    till = shop()
    till.press("1 PLU 2 PLU 3 PLU")
    till.press("4 x 4 PLU")
    till.press("CORR ST")
    assert till.total == 950
    alone = shop()
    alone.press("4 x 4 PLU 10 % ST")
    assert alone.total == 360 - 36


def test_a_discount_stands_on_what_promotions_left() -> None:
    till = shop()
    till.press("1 PLU 2 PLU 3 PLU ST 10 %")
    assert till.total == 855
    till.press("4 x 4 PLU ST")
    assert till.total == 855 + 360
    till.press("VOID 2 PLU ST")
    gone = till.of(LineVoided)[-1]
    assert till.total == 855 + 360 + gone.gross + (150 - 27)
    assert paid(till).total == till.of(LineSold)[0].gross + 350 - 48 - 30 + 360


def test_a_discount_that_gave_way_does_not_come_back_upon_the_promotion() -> None:
    """It would be added to that, at a second ST or at the payment."""
    till = shop()
    till.press("3 x 4 PLU ST 10 % 4 PLU ST")
    assert till.total == 360
    till.press("ST ST CASH")
    assert till.of(SaleClosed)[-1].total == 360


def test_of_many_discounts_not_every_choice_is_tried_and_the_record_says_so() -> None:
    till = shop()
    till.press("4 PLU 1 % 4 PLU 1 % 4 PLU 1 % ST 4 PLU ST")
    assert till.of(PromotionsApplied)[-1].exact
    till.press("4 PLU 1 % 7 x 4 PLU ST")
    assert not till.of(PromotionsApplied)[-1].exact


def test_the_ticket_says_it_by_name() -> None:
    till = shop()
    till.press("5 x 4 PLU")
    ticket = paid(till)
    assert [(r.scope, r.name, r.amount) for r in ticket.reductions] == [("promotion", "3+1", 120)]
    assert (ticket.lines[0].gross, ticket.lines[0].discount) == (480, 120)


def test_a_restart_keeps_what_was_found() -> None:
    till = shop()
    till.press("1 PLU 2 PLU 3 PLU ST")
    again = shop()
    for event, when in till.events:
        again.counter.desk.apply(event, when)
    assert again.total == 950
    again.press("ST")
    assert again.events == []


WHENS = [
    ('hours = [12:00:00, 13:00:00]', True),
    ('hours = [11:00:00, 12:00:00]', False),
    ('days = ["mon"]', True),
    ('days = ["tue", "sun"]', False),
    ("from = 2026-01-05", True),
    ("from = 2026-01-06", False),
    ("until = 2026-01-05", True),
    ("until = 2026-01-04", False),
]  # fmt: skip


@pytest.mark.parametrize(("when", "holds"), WHENS)
def test_when_it_holds(when: str, holds: bool) -> None:
    (one,) = promotions(
        f'[[promotion]]\nname="P"\nkind="percent"\npercent="50"\narticles=["1"]\n{when}\n'
    )
    assert one.when.holds(NOON) is holds


@pytest.mark.parametrize(
    "text",
    [
        "promotion = 3",
        "[other]",
        '[[promotion]]\nname="P"',
        '[[promotion]]\nname="P"\nkind="gift"',
        '[[promotion]]\nname=""\nkind="percent"\npercent="5"\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="0"\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="101"\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="0,1"\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent=0.1\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="free"\nbuy=true\nfree=1\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="menu"\nprice="0"\ncourses=[["1"],["2"]]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=[]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=[1]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles="1"',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\nprice="1"',
        '[[promotion]]\nname="P"\nkind="free"\nbuy=0\nfree=1\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="price"\nquantity=2\nprice="x"\narticles=["1"]',
        '[[promotion]]\nname="P"\nkind="menu"\nprice="5"\ncourses=[["1"]]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\ndays=["lun"]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\ndays=""',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\ndays=[]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\nhours=[1,2]',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\nfrom=1',
        '[[promotion]]\nname="P"\nkind="percent"\npercent="5"\narticles=["1"]\n' * 2,
    ],
)
def test_a_wrong_file(text: str) -> None:
    with pytest.raises(ValueError, match="promotion"):
        promotions(text)


FAMILIES = ["a", "b", "c"]
baskets = st.lists(
    st.tuples(
        st.sampled_from(FAMILIES), st.integers(0, 500), st.integers(1, 4),
        st.sampled_from([550, 1000, 2000]),
    ),
    min_size=1,
    max_size=7,
)  # fmt: skip
courses = st.frozensets(st.sampled_from([*FAMILIES, "1", "2"]), min_size=1, max_size=3)
offers = st.lists(
    st.one_of(
        st.builds(Promotion, st.just("M"), st.tuples(courses, courses), price=st.integers(0, 900)),
        st.builds(Promotion, st.just("P"), st.tuples(courses), count=st.integers(1, 4),
                  price=st.integers(0, 900)),
        st.builds(Promotion, st.just("F"), st.tuples(courses), count=st.integers(2, 4),
                  free=st.just(1)),
        st.builds(Promotion, st.just("%"), st.tuples(courses), percent=st.integers(1, 10_000)),
    ),
    max_size=4,
)  # fmt: skip
Basket = list[tuple[str, int, int, int]]


def lines(basket: Basket) -> list[LineSold]:
    kinds = sorted(set(basket))
    return [
        LineSold(
            sale=1, line=number, plu=str(kinds.index(one) + 1), name="", unit=Unit.PIECE,
            family=one[0], quantity=one[2] * 1000, price=one[1], per=1000, list_price=one[1],
            list_per=1000, vat=one[3], gross=one[1] * one[2], entry=EntryMethod.KEY,
        )
        for number, one in enumerate(basket, 1)
    ]  # fmt: skip


def off(found: tuple[Reduction, ...]) -> dict[int, int]:
    sums: dict[int, int] = {}
    for reduction in found:
        assert sum(share.amount for share in reduction.shares) == reduction.amount
        for share in reduction.shares:
            sums[share.line] = sums.get(share.line, 0) + share.amount
    return sums


@given(baskets, offers)
def test_no_line_costs_more_or_less_than_nothing(basket: Basket, on: list[Promotion]) -> None:
    sold = lines(basket)
    sums = off(applied(sold, on, NOON).reductions)
    for line in sold:
        assert 0 <= sums.get(line.line, 0) <= line.gross


@given(baskets, offers, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_saves_nothing(
    basket: Basket, on: list[Promotion], chance: Random
) -> None:
    mixed = list(basket)
    chance.shuffle(mixed)
    there, back = applied(lines(basket), on, NOON), applied(lines(mixed), on, NOON)
    assert there.saves == back.saves
    assert applied(lines(basket), on, NOON) == there


def test_thousands_of_pieces_keep_nobody_waiting() -> None:
    """Whatever the order of their lines, and never less than what was found since long."""
    basket: Basket = [("abc"[n % 3], 100 + n, 9999, 550) for n in range(30)]
    on = [
        Promotion("M", (frozenset("a"), frozenset("b"), frozenset("c")), price=300),
        Promotion("F", (frozenset("c"),), count=4, free=1),
        Promotion("%", (frozenset("abc"),), percent=500),
    ]
    there, back = applied(lines(basket), on, NOON), applied(lines(basket[::-1]), on, NOON)
    assert there.saves == back.saves > 200 * 5


@given(baskets, st.integers(1, 900))
def test_one_menu_of_two_saves_what_trying_all_pairs_finds(basket: Basket, price: int) -> None:
    menu = Promotion("M", (frozenset("a"), frozenset("b")), price=price)
    small = [(family, cents, 1, vat) for family, cents, _, vat in basket if cents]  # free: no part
    found = applied(lines(small), [menu], NOON).saves
    assert found == best_pairs(small, price)


def best_pairs(basket: Basket, price: int) -> int:
    """The most that pairs of an a and a b can save, found without any cleverness."""
    firsts = [cents for family, cents, _, _ in basket if family == "a"]
    seconds = [cents for family, cents, _, _ in basket if family == "b"]
    best = 0
    for size in range(1, min(len(firsts), len(seconds)) + 1):
        for mine in combinations(firsts, size):
            for yours in combinations(seconds, size):
                pairs = zip(sorted(mine), sorted(yours), strict=True)
                best = max(best, sum(max(0, one + other - price) for one, other in pairs))
    return best


@given(
    st.lists(st.tuples(st.integers(1, 8), st.integers(1, 5)), min_size=1, max_size=8),
    st.none() | st.integers(1, 99),
)
def test_tickets_with_promotions_agree_with_exact_fractions(
    sold: list[tuple[int, int]], percent: int | None
) -> None:
    till = shop()
    for plu, count in sold:
        till.press(f"{count} x {plu} PLU")
    till.press("ST")
    if percent:
        till.press(f"{percent} %")
    ticket = paid(till)
    assert ticket.total == sum(line.gross for line in ticket.lines)
    assert sum(line.discount for line in ticket.lines) == sum(r.amount for r in ticket.reductions)
    for rate in ticket.vat:
        whole = sum(line.gross for line in ticket.lines if line.vat == rate.rate)
        net = Fraction(whole) / (1 + Fraction(rate.rate, 10_000))
        assert (rate.gross, rate.vat) == (whole, half_away(whole - net))
