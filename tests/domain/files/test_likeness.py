"""What a misspelt name may be meant for: as the standard library finds it, but for the odd word."""

from difflib import SequenceMatcher, get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.domain.files.columns import COLUMNS
from pos_terminal.domain.files.likeness import likeness, nearest
from pos_terminal.domain.files.table import NEAR

WORDS = st.text("abcé_", max_size=12)


@given(WORDS, WORDS)
def test_it_is_never_less_than_difflibs(one: str, other: str) -> None:
    """Whose longest blocks may stand in the way of a longer sequence."""
    assert 1 >= likeness(one, other) >= SequenceMatcher(None, one, other, False).ratio() or not one
    assert likeness(one, other) == likeness(other, one)


@given(st.sampled_from(sorted(COLUMNS)), st.data())
def test_a_slip_of_the_finger_means_what_difflib_says(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    typed = data.draw(st.sampled_from(["", "x", name[at] * 2, name[at : at + 2][::-1]]))
    slip = name[:at] + typed + name[at + max(1, len(typed) * (typed != name[at] * 2)) :]
    theirs = get_close_matches(slip, COLUMNS, 1, NEAR)
    ours = nearest(slip, COLUMNS, NEAR)
    assert (ours is None) == (not theirs)
    if ours and ours != theirs[0]:  # two are as near as each other
        assert likeness(slip, ours) == pytest.approx(likeness(slip, theirs[0]))


@pytest.mark.parametrize(
    ("name", "meant"),
    [("vatt", "vat"), ("barcode", "barcode"), ("barcde", "barcode"), ("price_ht", None)],
)
def test_a_column(name: str, meant: str | None) -> None:
    assert nearest(name, ["vat", "price", "price_ttc", "barcode"], NEAR) == meant
    assert nearest(name, []) is None
