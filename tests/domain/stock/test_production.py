"""What to make, beside a reckoning of its own: plain loops over dates, no code in common."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.lookup.questions import DaySold
from pos_terminal.domain.printing import stock_lists as goods_paper
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.stock.production import FARTHEST, Proposed, propose
from tests.support.bench import goods

SHOP = goods(
    "plu,name,price,family,stock,made,part_of,part,unit\n"
    "1,PAIN,1,pain,yes,yes\n"
    "2,DEMI,1,pain,,,1,1/2\n"
    "3,TARTE,3,dessert,,yes\n"
    "4,VIN,8,vin,yes\n"
    "5,VRAC,9,pain,yes,yes,,,kg\n"
)
TODAY = date(2026, 3, 11)  # a Wednesday


def day(back: int, **sold: int) -> DaySold:
    """What was sold so many days ago, in thousandths."""
    quantities = {plu.lstrip("p"): quantity for plu, quantity in sold.items()}
    return DaySold((TODAY - timedelta(back)).isoformat(), quantities)


def row(rows: tuple[Proposed, ...], plu: str) -> Proposed:
    (found,) = (each for each in rows if each.plu == plu)
    return found


def test_the_same_weekday_less_what_was_sold_and_what_there_is() -> None:
    past = [day(0, p1=12_000), day(7, p1=40_000), day(14, p1=50_000), day(6, p1=99_000)]
    proposal = propose(SHOP, past, {"1": Fraction(5)}, TODAY)
    bread = row(proposal.rows, "1")
    assert (bread.days, bread.expected, bread.sold, bread.stock) == (2, 45, 12, 5)
    assert bread.make == 45 - 12 - 5
    assert proposal.opened == 3


def test_parts_are_parts_of_what_is_made() -> None:
    past = [day(7, p1=10_000, p2=5_000)]
    bread = row(propose(SHOP, past, {}, TODAY).rows, "1")
    assert bread.expected == Fraction(25, 2)
    assert bread.make == 13


def test_a_later_day_has_what_today_leaves() -> None:
    past = [day(0, p1=4_000), day(7, p1=10_000), day(6, p1=20_000)]
    tomorrow = propose(SHOP, past, {"1": Fraction(9)}, TODAY, 1)
    bread = row(tomorrow.rows, "1")
    assert tomorrow.day == date(2026, 3, 12)
    assert (bread.days, bread.expected) == (1, 20)
    assert bread.make == 20 - (9 - 6)  # six more will be sold today


def test_nothing_is_proposed_where_no_day_compares() -> None:
    past = [day(1, p1=10_000), day(31, p1=50_000)]
    bread = row(propose(SHOP, past, {}, TODAY).rows, "1")
    assert (bread.days, bread.expected, bread.make) == (0, None, None)


def test_an_article_has_no_days_before_its_first() -> None:
    past = [day(7, p1=1_000, p3=8_000), day(14, p1=1_000), day(21, p1=1_000)]
    rows = propose(SHOP, past, {}, TODAY).rows
    assert (row(rows, "3").days, row(rows, "3").expected) == (1, 8)
    assert (row(rows, "1").days, row(rows, "1").expected) == (3, 1)


def test_a_day_of_which_nothing_was_sold_counts() -> None:
    past = [day(7, p3=8_000), day(14, p1=1_000), day(21, p3=4_000)]
    assert row(propose(SHOP, past, {}, TODAY).rows, "3").expected == 4


def test_several_services_are_one_day() -> None:
    past = [day(7, p1=10_000), day(7, p1=30_000), day(0, p1=1_000), day(0, p1=2_000)]
    bread = row(propose(SHOP, past, {}, TODAY).rows, "1")
    assert (bread.days, bread.expected, bread.sold) == (1, 40, 3)


def test_weights_are_rounded_up_to_the_gram_and_pieces_to_the_piece() -> None:
    past = [day(7, p5=1_000, p1=1_000), day(14, p5=1_000, p1=1_000), day(21, p5=500)]
    rows = propose(SHOP, past, {}, TODAY).rows
    assert row(rows, "5").make == Fraction(834, 1000)
    assert row(rows, "1").make == 1


def test_what_sells_more_than_it_did_asks_for_no_less_than_nothing() -> None:
    past = [day(0, p1=90_000), day(7, p1=40_000)]
    assert row(propose(SHOP, past, {"1": Fraction(-7)}, TODAY).rows, "1").make == 0


def test_the_paper_says_how_many_days_stand_behind_each_row() -> None:
    past = [day(0, p1=12_000), day(7, p1=40_000), day(14, p1=51_000)]
    listing = goods_paper.production(propose(SHOP, past, {"1": Fraction(5)}, TODAY))
    head = listing.blocks[0]
    assert isinstance(head, Text)
    assert (head.text, head.bold) == ("mercredi 11/03/2026", True)
    assert Row("PAIN", "29", bold=True) in listing.blocks
    assert Text("  moyenne 45,5 (2 j), vendu 12, stock 5") in listing.blocks
    assert Row("TARTE", "?", bold=True) in listing.blocks
    empty = goods_paper.production(propose(goods("plu,name,price\n1,A,1\n"), [], {}, TODAY))
    assert Text("Aucun article n'est dit fabriqué au catalogue") in empty.blocks


Sales = Mapping[int, Mapping[str, int]]


def by_hand(sales: Sales, stock: int, ahead: int) -> int | None:
    """Pieces of bread to make, one date after the other."""

    def bread(back: int) -> Fraction:
        sold = sales.get(back, {})
        return Fraction(sold.get("1", 0), 1000) + Fraction(sold.get("2", 0), 2000)

    first = max((back for back in sales if bread(back)), default=0)

    def average(wanted: date) -> Fraction | None:
        same = []
        for back in range(1, 31):
            when = TODAY - timedelta(back)
            if back in sales and back <= first and when.weekday() == wanted.weekday():
                same.append(bread(back))
        return sum(same, Fraction(0)) / len(same) if same else None

    expected = average(TODAY + timedelta(ahead))
    if expected is None:
        return None
    if ahead == 0:
        return max(0, ceil(expected - bread(0) - stock))
    today = average(TODAY) or Fraction(0)
    remains = stock - max(Fraction(0), today - bread(0))
    return ceil(max(Fraction(0), expected - max(Fraction(0), remains)))


@given(
    st.dictionaries(
        st.integers(0, 40),
        st.dictionaries(st.sampled_from(["1", "2", "3"]), st.integers(-2000, 60_000)),
    ),
    st.integers(-5, 40),
    st.integers(0, FARTHEST),
)
def test_it_agrees_with_a_reckoning_by_hand(sales: Sales, stock: int, ahead: int) -> None:
    past = [
        DaySold((TODAY - timedelta(back)).isoformat(), quantities)
        for back, quantities in sales.items()
    ]
    bread = row(propose(SHOP, past, {"1": Fraction(stock)}, TODAY, ahead).rows, "1")
    assert bread.make == by_hand(sales, stock, ahead)


def test_the_thirtieth_day_before_today_counts_and_the_one_before_it_does_not() -> None:
    for back, ahead, counts in ((30, 5, 1), (31, 4, 0), (0, 7, 0)):
        known = day(60, p1=1_000)  # or the article would be a new one
        proposal = propose(SHOP, [known, day(back, p1=9_000)], {}, TODAY, ahead)
        assert (proposal.day - (TODAY - timedelta(back))).days % 7 == 0
        assert (proposal.opened, row(proposal.rows, "1").days) == (counts, counts)
