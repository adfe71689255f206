"""The one rounding rule, against exact fractions."""

from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.money import WHOLE, allot, divide, line_nets, returned, shares, vat_within
from pos_terminal.domain.notation import euros, percent
from tests.support.sums import half_away

CENTS = st.integers(-(10**7), 10**7)
RATES = st.sampled_from([0, 210, 550, 1000, 2000, WHOLE])
LINES = st.lists(CENTS, min_size=1, max_size=12)




def largest_remainder(total: int, exact: list[Fraction]) -> list[int]:
    """The textbook's way, one cent at a time: whoever is furthest below its due gets the next."""
    parts = [floor(e) for e in exact]
    while sum(parts) < total:
        behind = [e - part for e, part in zip(exact, parts, strict=True)]
        parts[behind.index(max(behind))] += 1
    return parts


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_a_quotient_is_rounded_half_away_from_zero(numerator: int, denominator: int) -> None:
    assert divide(numerator, denominator) == half_away(Fraction(numerator, denominator))


@pytest.mark.parametrize(
    ("numerator", "denominator", "quotient"),
    [(1, 2, 1), (-1, 2, -1), (5, 2, 3), (-5, 2, -3), (49, 100, 0), (-49, 100, 0), (0, 7, 0)],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, quotient: int) -> None:
    assert divide(numerator, denominator) == quotient


@given(CENTS, RATES)
def test_vat_is_what_the_gross_holds_of_it(gross: int, rate: int) -> None:
    net = Fraction(gross) / (1 + Fraction(rate, WHOLE))
    assert vat_within(gross, rate) == half_away(gross - net)


@given(LINES, RATES)
def test_nets_add_up_to_the_rates_net(grosses: list[int], rate: int) -> None:
    gross = sum(grosses)
    assert sum(line_nets(grosses, rate)) == gross - vat_within(gross, rate)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any), RATES)
def test_nets_follow_the_textbook(grosses: list[int], rate: int) -> None:
    net = sum(grosses) - vat_within(sum(grosses), rate)
    exact = [Fraction(gross) / (1 + Fraction(rate, WHOLE)) for gross in grosses]
    assert list(line_nets(grosses, rate)) == largest_remainder(net, exact)


@given(LINES, RATES)
def test_the_rule_is_the_same_on_both_sides_of_zero(grosses: list[int], rate: int) -> None:
    opposite = line_nets([-gross for gross in grosses], rate)
    assert opposite == tuple(-net for net in line_nets(grosses, rate))


@given(LINES, RATES)
def test_no_net_is_a_cent_off_its_exact_share(grosses: list[int], rate: int) -> None:
    exact = [Fraction(gross) / (1 + Fraction(rate, WHOLE)) for gross in grosses]
    nets = line_nets(grosses, rate)
    assert all(abs(part - due) < 1 for part, due in zip(nets, exact, strict=True))


def test_a_tie_goes_to_the_earlier_line() -> None:
    assert allot(100, [1, 1, 1]) == (34, 33, 33)
    assert allot(101, [1, 1, 1]) == (34, 34, 33)
    assert allot(-100, [1, 1, 1]) == (-34, -33, -33)
    assert shares(0, [Fraction(1, 2), Fraction(-1, 2)]) == (1, -1)
    assert shares(0, [Fraction(-1, 2), Fraction(1, 2)]) == (-1, 1)


def test_what_cannot_be_spread_is_refused() -> None:
    assert allot(0, [0, 0]) == (0, 0)
    assert allot(0, []) == ()
    for total, weights in ((1, [0, 0]), (0, [3, -3]), (5, [40, -30])):
        with pytest.raises(ValueError, match="cannot be spread"):
            allot(total, weights)
    with pytest.raises(ValueError, match="add up to"):
        shares(2, [Fraction(1, 2)])


@given(st.data(), CENTS, st.integers(1, 50))
def test_returns_in_parts_give_back_the_whole(
    data: st.DataObject, allotted: int, quantity: int
) -> None:
    parts: list[tuple[int, int]] = []
    for undo in data.draw(st.lists(st.booleans(), max_size=30)):
        before, given_back = sum(n for n, _ in parts), sum(cents for _, cents in parts)
        if undo and parts:
            parts.pop(data.draw(st.integers(0, len(parts) - 1)))
        elif before < quantity:
            now = data.draw(st.integers(1, quantity - before))
            part = returned(allotted, quantity, before, now, given_back)
            assert part * allotted >= 0 and abs(part) <= abs(allotted)
            parts.append((now, part))
    before, given_back = sum(n for n, _ in parts), sum(cents for _, cents in parts)
    if before < quantity:
        given_back += returned(allotted, quantity, before, quantity - before, given_back)
    assert given_back == allotted


@pytest.mark.parametrize(("before", "now"), [(0, 0), (0, -1), (0, 4), (2, 2)])
def test_no_more_comes_back_than_was_sold(before: int, now: int) -> None:
    with pytest.raises(ValueError, match="cannot be returned"):
        returned(390, 3, before, now, 0)


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "0,00"), (5, "0,05"), (130, "1,30"), (-130, "-1,30"), (-5, "-0,05"), (123450, "1234,50")],
)
def test_amounts_as_a_french_till_writes_them(cents: int, text: str) -> None:
    assert euros(cents) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [(550, "5,5"), (2000, "20"), (210, "2,1"), (0, "0"), (1, "0,01"), (1000, "10")],
)
def test_rates_without_needless_zeros(rate: int, text: str) -> None:
    assert percent(rate) == text
