"""Keys pressed together: a key, and the modifiers held down meanwhile («KEY_LEFTCTRL+KEY_A»).

Programmable keyboards have more keys than there are key codes in common use, so they send
combinations. Only modifiers can be held: two other keys at once are two presses.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Generic, TypeVar

from msgspec import Struct

from pos_terminal.domain.language import say

K = TypeVar("K")

_NAME = re.compile(r"(KEY|BTN)_[A-Z0-9_]+")

MODIFIERS = (
    "KEY_LEFTCTRL",
    "KEY_RIGHTCTRL",
    "KEY_LEFTSHIFT",
    "KEY_RIGHTSHIFT",
    "KEY_LEFTALT",
    "KEY_RIGHTALT",
    "KEY_LEFTMETA",
    "KEY_RIGHTMETA",
)
"""The keys that may be held, in the order in which a chord names them."""


class Chord(Struct, frozen=True):
    """A physical key, and the modifiers held down as it goes down."""

    name: str
    held: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "+".join([*(each for each in MODIFIERS if each in self.held), self.name])

    @property
    def short(self) -> str:
        """For people: «F1», «KP7», «Ctrl+A»."""
        held = (each.removeprefix("KEY_") for each in MODIFIERS if each in self.held)
        names = [each.removeprefix("LEFT").title() for each in held]
        return "+".join([*names, self.name.removeprefix("KEY_")])


def parse_chord(text: str) -> Chord:
    """A key, or modifiers and a key joined by «+», in any order; ValueError with the reason."""
    *held, name = (part.strip() for part in text.split("+"))
    wrong = [each for each in held if each not in MODIFIERS]
    if wrong:
        raise ValueError(
            say(
                "{text!r} ne se maintient pas ; ce qui le peut : {what}",
                text=wrong[0],
                what=", ".join(MODIFIERS),
            )
        )
    # As the kernel writes them: another spelling would be a key that never does anything.
    if not _NAME.fullmatch(name):
        raise ValueError(say("{name!r} n'est pas un nom de touche", name=name))
    return Chord(name, frozenset(held))


def modifiers_in(chords: Iterable[str]) -> frozenset[str]:
    """The modifiers that these chords, as texts, are made with."""
    return frozenset().union(*(parse_chord(chord).held for chord in chords))


class Chords(Generic[K]):
    """Finds what a map has for a key and the modifiers held with it.

    A modifier that no combination of the map is made with changes nothing: on a map of plain keys
    a stuck Shift is not even noticed. One that is used counts: what the map does not hold together
    with it has no meaning, and is never taken for the plain key.
    """

    def __init__(self, keymap: Mapping[str, K]) -> None:
        self._keymap = keymap
        self._modifiers = modifiers_in(keymap)

    def only_held(self, name: str) -> bool:
        """Whether this key is one that is merely held: by itself it means nothing yet."""
        return name in self._modifiers

    def find(self, name: str, held: frozenset[str] = frozenset()) -> K | None:
        """What the map has for it, or None."""
        return self._keymap.get(str(Chord(name, held & self._modifiers)))
