"""Exact decimals, prices per quantity, and portions that are never rounded."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.notation import thousandths
from pos_terminal.domain.quantity import LARGEST, ONE, Price, decimal


@pytest.mark.parametrize(
    ("text", "scale", "value"),
    [
        ("1,15 €", 2, 115),
        ("1.15", 2, 115),
        ("1,15", 2, 115),
        ("-0,5", 3, -500),
        ("+2", 3, 2000),
        ("1 234,50", 2, 123450),
        ("1 234,50", 2, 123450),
        ("1\u202f234,50\u00a0€", 2, 123450),
        (",5", 3, 500),
        ("5,", 3, 5000),
        ("1,1500", 2, 115),
        ("007", 0, 7),
        ("10000000,00", 2, LARGEST),
    ],
)
def test_decimals_as_people_write_them(text: str, scale: int, value: int) -> None:
    assert decimal(text, scale) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "n'est pas un nombre"),
        (",", "n'est pas un nombre"),
        ("€", "n'est pas un nombre"),
        ("1,2,3", "n'est pas un nombre"),
        ("1e3", "n'est pas un nombre"),
        ("--1", "n'est pas un nombre"),
        ("nan", "n'est pas un nombre"),
        ("٣", "n'est pas un nombre"),
        ("½", "n'est pas un nombre"),
        ("1\n", "n'est pas un nombre"),
        ("2 50", "n'est pas un nombre"),
        ("1 23,50", "n'est pas un nombre"),
        ("1234 567", "n'est pas un nombre"),
        ("1,155", "plus de 2 décimales"),
        ("10000000,01", "trop grand"),
        ("9" * 13, "trop grand"),
    ],
)
def test_what_is_no_number_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decimal(text, 2)


@given(st.decimals(-(10**6), 10**6, places=3), st.sampled_from(".,"))
def test_decimals_are_exact(value: Decimal, comma: str) -> None:
    assert decimal(f"{value:f}".replace(".", comma), 3) == int(value * 1000)


@given(st.integers(-(10**9), 10**9))
def test_a_quantity_reads_back(quantity: int) -> None:
    assert decimal(thousandths(quantity), 3) == quantity
    assert decimal(thousandths(quantity, places=3), 3) == quantity


@pytest.mark.parametrize(
    ("quantity", "places", "text"),
    [(3000, 0, "3"), (500, 0, "0,5"), (1250, 3, "1,250"), (480, 3, "0,480"), (-1000, 0, "-1")],
)
def test_quantities_as_a_till_writes_them(quantity: int, places: int, text: str) -> None:
    assert thousandths(quantity, places) == text


def test_five_for_twenty() -> None:
    price = Price(2000, 5 * ONE)
    assert [price.gross(n * ONE) for n in (1, 3, 5, -5)] == [400, 1200, 2000, -2000]
    assert Price(1000, 3 * ONE).gross(ONE) == 333
    assert Price(2000, 3 * ONE).gross(-ONE) == -667


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(-(10**6), 10**6))
def test_a_gross_is_within_half_a_cent(cents: int, per: int, quantity: int) -> None:
    gross = Price(cents, per).gross(quantity)
    assert abs(gross - Fraction(cents * quantity, per)) <= Fraction(1, 2)
    assert Price(cents, per).gross(-quantity) == -gross


@pytest.mark.parametrize(("cents", "per"), [(-1, ONE), (LARGEST + 1, ONE), (1, 0), (1, -1)])
def test_what_is_no_price(cents: int, per: int) -> None:
    with pytest.raises(ValueError, match="no price"):
        Price(cents, per)
