"""The customer display: two lines of twenty characters, and the rule for what stands on them."""

from dataclasses import dataclass

WIDTH = 20


@dataclass(frozen=True, slots=True)
class Screen:
    """Both lines as shown. Each is padded or cut to exactly WIDTH characters."""

    line1: str = ""
    line2: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "line1", self.line1[:WIDTH].ljust(WIDTH))
        object.__setattr__(self, "line2", self.line2[:WIDTH].ljust(WIDTH))


def both_ends(left: str, right: str) -> str:
    """One line with `left` at its left edge and `right` at its right; `right` is never cut."""
    room = max(0, WIDTH - len(right) - 1)
    return f"{left[:room]:<{room}} {right}"
