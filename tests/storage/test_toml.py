"""What is written as TOML is read as what it was."""

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.storage.toml import written

KEYS = st.text("abc-", min_size=1)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)


@given(VALUES)
def test_any_value_comes_back(value: object) -> None:
    assert tomllib.loads(f"key = {written(value)}") == {"key": value}
