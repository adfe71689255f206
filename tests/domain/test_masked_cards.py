"""What a terminal says is fit to be kept: no card's number, no commands to a printer, an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.authorisation import (
    LONGEST_LINE,
    LONGEST_WORD,
    MOST_LINES,
    Ending,
    Outcome,
    masked,
    without_cards,
)

NUMBERS = st.text("0123456789", min_size=13, max_size=19)
GAPS = st.sampled_from(("", " ", "-", ".", "  ", " -", "\u00a0", "\x1b", "\n ", "\u200b"))
BESIDE = st.text("abcXYZ =:;?\x1b\r\n*", max_size=6)


@given(number=NUMBERS, gap=GAPS, width=st.integers(1, 6), before=BESIDE, more=st.text("0123456789"))
def test_of_a_number_the_last_four_digits_are_left(
    number: str, gap: str, width: int, before: str, more: str
) -> None:
    """However it is grouped, and whatever of its stripe follows without a gap."""
    groups = [number[at : at + width] for at in range(0, len(number), width)]
    said = masked(Outcome(
        ending=Ending.APPROVED,
        authorisation=gap.join(groups) + more,
        customer_slip=(f"{before}{gap.join(groups)}", number + more),
    ))  # fmt: skip
    for text in (said.authorisation, *said.customer_slip):
        assert sum(each.isdigit() for each in text) <= 4
        assert text.isprintable()


@pytest.mark.parametrize(
    "text",
    [
        "LE 30/11/26 A 10:52:33", "30.11.2026 10.52", "MONTANT 12,40 EUR", "AUTO 772211",
        "TPE 28004869", "1,30  2,40  1,10  2,20  3,10", "2026-11-30", "SIRET 123 456 789",
    ],
)  # fmt: skip
def test_what_else_stands_on_a_slip_is_left_as_it_is(text: str) -> None:
    assert without_cards(text) == text


def test_a_slip_and_a_number_come_to_an_end() -> None:
    said = masked(Outcome(
        ending=Ending.APPROVED, authorisation="A" * 9999, number="B" * 9999, terminal="C" * 9999,
        last_four="****1234567", merchant_slip=("x" * 9999,) * 9999,
    ))  # fmt: skip
    assert len(said.authorisation) == len(said.number) == len(said.terminal) == LONGEST_WORD
    assert (len(said.merchant_slip), len(said.merchant_slip[0])) == (MOST_LINES, LONGEST_LINE)
    assert said.last_four == "4567"
