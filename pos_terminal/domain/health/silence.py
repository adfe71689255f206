"""Whether a box that says nothing is dead, or its shop is closed. Pure; times are µs UTC."""

from collections.abc import Iterable

from msgspec import Struct

from pos_terminal.domain.health.incidents import HOUR, MINUTE

LATE = 15 * MINUTE
"""How long a box that is expected may be silent: three calls of five minutes."""

CLOSED = 4 * 24 * HOUR
"""How long a shop that has made its Z, and says no hours, may be closed: a long weekend."""

FEW = 5
"""Boxes that are expected, from which on their common silence is thought to be the receiver's."""


class Life(Struct, frozen=True):
    """What a box said last of when to expect it, and when that was heard.

    `utc` is the box's own clock then, which may be wrong: so `opens` counts from it. `opens` is
    when the shop is open next by its hours, not later than `utc` while it is, None where it says
    none; `closed`: a Z was made, and nothing was sold since.
    """

    heard: int
    utc: int
    opens: int | None
    closed: bool


class Patience(Struct, frozen=True):
    """How long silence is taken for nothing: of one that is expected, and of a shop that is closed
    and says no hours.
    """

    late: int = LATE
    closed: int = CLOSED


def due(life: Life, patience: Patience) -> int:
    """By when it is heard again, unless it is dead."""
    if life.opens is not None:
        return life.heard + max(0, life.opens - life.utc) + patience.late
    return life.heard + (patience.closed if life.closed else patience.late)


def is_expected(life: Life, now: int) -> bool:
    """Whether its shop is open as far as is known: then it should be heard."""
    if life.opens is not None:
        return now >= life.heard + max(0, life.opens - life.utc)
    return not life.closed


def nobody_calls(silent: Iterable[bool]) -> bool:
    """Whether the receiver itself is cut off: of those that should be heard, each silent or not,
    most are not. One that is deaf must not have every shop called.
    """
    expected = list(silent)
    return len(expected) >= FEW and 2 * sum(expected) > len(expected)
