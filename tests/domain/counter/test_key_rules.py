"""One row a function: what each key does at the counter stands there, and nowhere else."""

from pos_terminal.domain.counter.keys import ROWS
from pos_terminal.domain.keyboard.keys import Function


def test_every_function_has_one_row() -> None:
    assert sorted(row.function.name for row in ROWS) == sorted(each.name for each in Function)
