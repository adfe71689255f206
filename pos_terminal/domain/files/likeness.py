"""Which known name a misspelt one may be meant for.

By the longest sequence of characters that both have in common. The standard library's `difflib`
says much the same (tests hold one to the other), and costs a till 150 KiB that never sees a typo.
"""

from collections.abc import Iterable

ALIKE = 0.6
"""From here on two names look alike to a reader."""


def nearest(name: str, known: Iterable[str], least: float = ALIKE) -> str | None:
    """The most alike of the known names; None where none is alike enough (0: nothing, 1: all)."""
    # Two words of very different lengths need no closer look, and a catalogue has thousands.
    near = (other for other in known if _bound(name, other) >= least)
    best = max(((likeness(name, other), other) for other in near), default=(0.0, ""))
    return best[1] if best[0] >= least else None


def likeness(one: str, other: str) -> float:
    """The share of both names' characters that they have in common, in the same order."""
    row = [0] * (len(other) + 1)
    for mine in one:
        before, diagonal = row, 0
        row = [0]
        for at, theirs in enumerate(other):
            row.append(diagonal + 1 if mine == theirs else max(row[at], before[at + 1]))
            diagonal = before[at + 1]
    return 2 * row[-1] / max(1, len(one) + len(other))


def _bound(one: str, other: str) -> float:
    return 2 * min(len(one), len(other)) / max(1, len(one) + len(other))
