"""The kernel's chance, within its bounds."""

import pytest

from pos_terminal.runtime.entropy import random_below


@pytest.mark.parametrize("below", [1, 2, 7, 10**13, 1 << 64])
def test_a_number_below_the_bound(below: int) -> None:
    assert all(0 <= random_below(below) < below for _ in range(100))


def test_every_number_comes() -> None:
    assert {random_below(3) for _ in range(500)} == {0, 1, 2}
    assert len({random_below(10**13) for _ in range(100)}) > 90


@pytest.mark.parametrize("below", [0, -1, (1 << 64) + 1])
def test_bounds_that_cannot_be(below: int) -> None:
    with pytest.raises(ValueError, match="can be drawn"):
        random_below(below)
