"""The search for the best promotions: exact where it says so, and never worse than taking turns."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st

from bench.promotions import AT, MORE, ON, basket
from pos_terminal.domain.events.adjustment import PromotionsApplied
from pos_terminal.domain.sale.best_offers import search
from pos_terminal.domain.sale.branched_offers import branched
from pos_terminal.domain.sale.offers import Budget, Offer, OffersFound, Spent
from pos_terminal.domain.sale.planned_offers import Plan
from pos_terminal.domain.sale.promotions import Promotion, applied
from pos_terminal.domain.sale.turns import in_turns
from tests.support.bench import Bench, bench, goods

KINDS = 6


def kinds(few: int = KINDS) -> st.SearchStrategy[frozenset[int]]:
    return st.frozensets(st.integers(0, few - 1), min_size=1, max_size=4)


def offers(prices: Sequence[int]) -> st.SearchStrategy[Offer]:
    cents = st.integers(0, 900)
    return st.one_of(
        st.builds(Offer, st.tuples(kinds(), kinds()), price=cents),
        st.builds(Offer, st.tuples(kinds(), kinds(), kinds()), price=cents),
        st.builds(Offer, st.tuples(kinds()), count=st.integers(1, 4), price=cents),
        st.builds(
            lambda course, paid, free: Offer((course,), count=paid + free, free=free),
            kinds(), st.integers(1, 3), st.integers(1, 2),
        ),
        st.builds(
            lambda course, rate: Offer(
                (course,), rates={kind: prices[kind] * rate // 100 for kind in course}
            ),
            kinds(), st.integers(1, 60),
        ),
    )  # fmt: skip


Sale = tuple[list[int], dict[int, int], list[Offer]]


@st.composite
def sales(draw: st.DrawFn, most: int, pieces: int, rivals: int) -> Sale:
    """Prices with the dearest first, so many pieces at most, and offers for them."""
    some = st.lists(st.integers(1, 600), min_size=KINDS, max_size=KINDS)
    prices = sorted(draw(some), reverse=True)
    counts, left = {}, pieces
    for kind in range(KINDS):
        counts[kind] = min(left, draw(st.integers(0, most)))
        left -= counts[kind]
    return prices, counts, draw(st.lists(offers(prices), min_size=1, max_size=rivals))


def saved(prices: Sequence[int], offer: Offer, group: Sequence[int]) -> int:
    worth = [prices[kind] for kind in group]
    if offer.price is not None:
        return sum(worth) - offer.price
    return sum(sorted(worth)[: offer.free]) if offer.free else offer.rates[group[0]]


def fits(offer: Offer, group: Sequence[int]) -> bool:
    places = [course for course in offer.courses for _ in range(offer.count)]
    return len(group) == len(places) and any(
        all(kind in place for kind, place in zip(order, places, strict=True))
        for order in permutations(group)
    )


def by_trying_all(prices: Sequence[int], counts: Mapping[int, int], on: Sequence[Offer]) -> int:
    """The most that any sharing out saves, found without any cleverness."""

    @cache
    def most(left: tuple[int, ...]) -> int:
        if not left:
            return 0
        best = most(left[1:])
        for offer in on:
            size = offer.count * len(offer.courses)
            for others in set(combinations(left[1:], size - 1)):
                group = (left[0], *others)
                if fits(offer, group) and (cents := saved(prices, offer, group)) > 0:
                    rest = list(left)
                    for kind in group:
                        rest.remove(kind)
                    best = max(best, cents + most(tuple(rest)))
        return best

    return most(tuple(kind for kind in sorted(counts) for _ in range(counts[kind])))


def holds(sale: Sale, found: OffersFound) -> None:
    """Its groups are groups, of pieces that are there, and save what it says."""
    prices, counts, on = sale
    left, cents = dict(counts), 0
    for (number, group), many in found.groups.items():
        assert fits(on[number], group)
        assert saved(prices, on[number], group) > 0
        cents += many * saved(prices, on[number], group)
        for kind in group:
            left[kind] -= many
    assert min(left.values()) >= 0
    assert cents == found.saves


@settings(deadline=None, max_examples=150)
@given(sales(most=3, pieces=7, rivals=4))
def test_nothing_saves_more(sale: Sale) -> None:
    found = search(*sale)
    holds(sale, found)
    assert found.exact
    assert found.saves == by_trying_all(*sale)


CONTENDED: Sale = (
    [1] * KINDS,
    {0: 6, 1: 3, 2: 4, 3: 0, 4: 0, 5: 0},
    [
        Offer((frozenset({0, 1, 2}), frozenset({0, 1, 2, 3})), price=0),
        Offer((frozenset({0, 2}),), count=2, free=1),
        Offer((frozenset({0, 1, 4}), frozenset({0, 1})), price=0),
        Offer((frozenset({0}), frozenset({0, 2})), price=0),
    ],
)
"""Thirteen pieces, and a plan of millions of states: every course shares kinds with the others."""


@settings(deadline=None, max_examples=60)
@given(sales(most=30, pieces=90, rivals=5))
@example(CONTENDED)
def test_never_worse_than_taking_turns(sale: Sale) -> None:
    found = search(*sale)
    holds(sale, found)
    assert found.saves >= in_turns(*sale).saves


def the_same_by_both(sale: Sale, steps: int) -> None:
    """They share no idea: one remembers the best of each state, the other bounds what may come."""
    prices, counts, on = sale
    part = dict(enumerate(on))
    try:
        planned = Plan(prices, counts, part).best(Budget(steps))
    except Spent:
        reject()  # of offers that all want the same pieces there are more states than memory
    by_branches = branched(prices, counts, part)
    holds(sale, planned)
    assert planned.saves >= by_branches.saves
    if by_branches.exact:
        assert planned.saves == by_branches.saves


@settings(max_examples=40)
@given(sales(most=8, pieces=16, rivals=4))
def test_a_plan_and_a_search_by_branches_find_the_same(sale: Sale) -> None:
    the_same_by_both(sale, 10**6)


def test_what_may_still_come_is_bounded_closely_enough_to_end() -> None:
    """In hundreds of steps, where a bound by pieces and not by groups would want thousands."""
    courses = [(1, 4), (2, 1), (0, 4), (4, 5)]
    prices = [555, 532, 488, 315, 297, 120]
    counts = dict(enumerate([6, 9, 8, 6, 9, 7]))
    part = {
        number: Offer((frozenset({one}), frozenset({other})), price=price)
        for number, ((one, other), price) in enumerate(
            zip(courses, (171, 486, 228, 175), strict=True)
        )
    }
    found = branched(prices, counts, part)
    assert found.exact
    assert found.saves == Plan(prices, counts, part).best(Budget(10**6)).saves


@pytest.mark.slow
@settings(max_examples=300)
@given(sales(most=8, pieces=24, rivals=5))
def test_they_find_the_same_for_long(sale: Sale) -> None:
    the_same_by_both(sale, 10**6)


def test_seven_that_contend_for_sixty_pieces_are_exact() -> None:
    chance = Random(7)
    found = [applied(basket(chance, 60), (*ON, *MORE), AT) for _ in range(20)]
    assert all(each.exact for each in found)


def test_many_menus_of_articles_one_by_one_take_no_longer_than_there_is() -> None:
    """Courses that overlap in every way: of what must be looked at there are 2 ** 40."""
    chance, prices = Random(5), list(range(900, 500, -10))
    offers = [
        Offer(
            tuple(frozenset(chance.sample(range(40), 20)) for _ in range(2)),
            price=chance.randint(800, 1500),
        )
        for _ in range(30)
    ]  # fmt: skip
    sale = (prices, dict.fromkeys(range(40), 1), offers)
    found = search(*sale)
    holds(sale, found)
    assert not found.exact and found.saves >= in_turns(*sale).saves


def test_what_no_plan_has_steps_for_is_bounded_and_says_so() -> None:
    lines = basket(Random(3), 400)
    found = applied(lines, (*ON, *MORE), AT)
    alone = [applied(lines, [each], AT) for each in (*ON, *MORE)]
    assert not found.exact
    assert found.saves > max(each.saves for each in alone)


def shop(rows: str, *promotions: Promotion) -> Bench:
    till = bench(goods("plu,name,price,vat,family\n" + rows))
    till.counter.desk.promotions = promotions
    return till


def of(*names: str) -> frozenset[str]:
    return frozenset(names)


def test_the_courses_of_a_menu_are_matched() -> None:
    """Taken in their order, the dearest first, no piece would be left for the last course."""
    courses = (of("vienn", "fruit"), of("vienn", "boisson"), of("vienn", "boisson"))
    rows = '1,CROISSANT,"1,20",5.5,vienn\n2,FRUIT,"0,80",5.5,fruit\n3,CAFE,"1,10",10,boisson\n'
    till = shop(rows, Promotion("PTIT DEJ", courses, price=250))
    till.press("1 PLU 2 PLU 3 PLU ST")
    assert till.total == 250


@pytest.mark.parametrize("many", [200, 201, 300, 9999])
def test_no_limit_where_no_search_is_needed(many: int) -> None:
    rows = '23,CROISSANT,"1,20",5.5,vienn\n'
    till = shop(rows, Promotion("FIN DE JOURNEE", (of("vienn"),), percent=3000))
    till.press(f"{many} x 23 PLU ST")
    assert till.total == many * 84
    three = shop(rows, Promotion("3 POUR 3", (of("vienn"),), count=3, price=300))
    three.press(f"{many} x 23 PLU ST")
    assert three.total == many // 3 * 300 + many % 3 * 120
    free = shop(rows, Promotion("3+1", (of("vienn"),), count=4, free=1))
    free.press(f"{many} x 23 PLU ST")
    assert free.total == (many - many // 4) * 120
    for each in (till, three, free):
        assert [applied.exact for applied in each.of(PromotionsApplied)] == [True]


def test_groups_alike_are_one_line_on_the_ticket() -> None:
    rows = '23,CROISSANT,"1,20",5.5,vienn\n24,CHOCO,"1,40",5.5,vienn\n'
    till = shop(rows, Promotion("3+1", (of("vienn"),), count=4, free=1))
    till.press("9 x 23 PLU 4 x 24 PLU ST")
    (applied,) = till.of(PromotionsApplied)
    assert [(each.count, each.amount) for each in applied.reductions] == [(1, 140), (2, 240)]


CHEAP_OR_DEAR = [
    ("23 PLU 1 % 3 x 23 PLU ST", 360, (1,)),
    ("23 PLU 50 % 3 x 23 PLU ST", 360, (1,)),
    ("3 x 23 PLU ST 1 % 23 PLU ST", 360, (1,)),
    ("2 x 23 PLU 60 % 2 x 23 PLU ST", 480 - 144, ()),
    ("23 PLU 1 % 23 PLU 1 % 2 x 23 PLU ST", 360, (1, 2)),
    ("4 x 23 PLU ST 10 %", 324, ()),
    ("23 PLU 1 % 3 x 23 PLU ST VOID 23 PLU ST", 119, ()),
    ("2 PLU 1 % 4 x 23 PLU ST", 459, ()),
]


@pytest.mark.parametrize(("typed", "total", "waived"), CHEAP_OR_DEAR)
def test_a_discount_gives_way_where_a_promotion_saves_more(
    typed: str, total: int, waived: tuple[int, ...]
) -> None:
    rows = '2,BAGUETTE,"1,00",5.5,pain\n23,CROISSANT,"1,20",5.5,vienn\n'
    till = shop(rows, Promotion("3+1", (of("vienn"),), count=4, free=1))
    till.press(typed)
    assert till.total == total
    assert till.counter.desk.sale and till.counter.desk.sale.waived == frozenset(waived)
    till.press("CASH")
    assert till.counter.desk.sale is None


def test_a_discount_that_gave_way_can_still_be_taken_back() -> None:
    rows = '23,CROISSANT,"1,20",5.5,vienn\n'
    till = shop(rows, Promotion("3+1", (of("vienn"),), count=4, free=1))
    till.press("4 x 23 PLU 1 % ST CORR ST")
    assert till.total == 360
    sale = till.counter.desk.sale
    assert sale and (sale.discounts, sale.waived) == ((), frozenset())
