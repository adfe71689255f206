"""The customer display: two lines of twenty characters, and the rule for what stands on them."""

from collections.abc import Iterator
from itertools import cycle

from msgspec import Struct
from msgspec.structs import force_setattr

WIDTH = 20


class Screen(Struct, frozen=True):
    """Both lines as shown. Each is padded or cut to exactly WIDTH characters.

    `running` is a text that runs through the second line, for as long as the screen is shown.
    """

    line1: str = ""
    line2: str = ""
    running: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "line1", self.line1[:WIDTH].ljust(WIDTH))
        force_setattr(self, "line2", self.line2[:WIDTH].ljust(WIDTH))


def running(line1: str, text: str) -> Screen:
    """A text of any length that runs through the second line; one that fits it stands still."""
    return Screen(line1, text, text if len(text) > WIDTH else "")


def frames(screen: Screen) -> Iterator[Screen]:
    """The screens to show one after the other: itself, or without end what runs through it.

    A text begins with a rest, to be read from; it has a gap behind it, to be told from its
    beginning.
    """
    if not screen.running:
        yield screen
        return
    text = f"{screen.running}{' ' * WIDTH}"
    rest = [0] * 4
    for start in cycle([*rest, *range(len(text))]):
        yield Screen(screen.line1, (text + text)[start : start + WIDTH])


def both_ends(left: str, right: str) -> str:
    """One line with `left` at its left edge and `right` at its right; `right` is never cut."""
    room = max(0, WIDTH - len(right) - 1)
    return f"{left[:room]:<{room}} {right}"
