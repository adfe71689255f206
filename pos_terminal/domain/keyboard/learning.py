"""Teaching the till a keyboard: each of its keys in turn, and the map that comes of it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from pos_terminal.domain.keyboard.chords import MODIFIERS, Chord, parse_chord
from pos_terminal.domain.keyboard.key_table import GROUPS, ROWS, KeyRow
from pos_terminal.domain.keyboard.keys import Function, Key

CLEAR = Key(Function.CLEAR)


class Heard(StrEnum):
    """What became of a press."""

    TAKEN = "taken"
    NOTHING = "nothing"
    """Only modifiers went down: nothing that a map could hold."""
    USED = "used"
    """The key does something else already."""
    SEVERAL = "several"
    """The key sends several codes, one after the other, so it cannot be told from others."""


class Lesson:
    """Asks for the till's keys one by one, in the order of the table, and keeps what it was told.

    `taught` is a key map; `asked` the row whose key is wanted now, None when all have been asked.
    """

    def __init__(self) -> None:
        self.taught: dict[str, Key] = {}
        self._left = list(ROWS)

    @property
    def asked(self) -> KeyRow | None:
        """The row whose key is wanted now."""
        return self._left[0] if self._left else None

    @property
    def may_skip(self) -> bool:
        """Whether the till can do without this key: without C nobody gets out of an error."""
        return self.asked is None or self.asked.key != CLEAR

    def skip(self) -> bool:
        """Go on to the next row; False where this one is needed."""
        if not self.may_skip:
            return False
        self._left = self._left[1:]
        return True

    def press(self, chords: Sequence[Chord]) -> Heard:
        """Take one press, which is all that came at once, for the row asked for."""
        if not self._left:
            raise ValueError("nothing is asked for")
        heard = self.teach(chords, self._left[0].key)
        if heard is Heard.TAKEN:
            self._left = self._left[1:]
        return heard

    def teach(self, chords: Sequence[Chord], key: Key) -> Heard:
        """Take one press for this key of the till."""
        told = told_apart(chords)
        if len(told) != 1:
            return Heard.SEVERAL if told else Heard.NOTHING
        if told[0] in self.taught:
            return Heard.USED
        self.taught[told[0]] = key
        return Heard.TAKEN


def told_apart(chords: Sequence[Chord]) -> list[str]:
    """The different chords of one press, as texts; modifiers that lead up to one are left out."""
    return list(dict.fromkeys(str(each) for each in chords if each.name not in MODIFIERS))


def to_toml(taught: Mapping[str, Key], title: str) -> str:
    """A key map as a file, in the order of the table, direct keys last; `title` heads it."""
    return "\n".join([f"# {title}", "[keys]", *_lines(taught)]) + "\n"


def _lines(taught: Mapping[str, Key]) -> Iterator[str]:
    for group in GROUPS:
        wanted = {row.key for row in group.rows}
        lines = [_line(chord, key) for chord, key in taught.items() if key in wanted]
        if lines:
            yield from ("", f"# {group.title}", *lines)
    lines = [_line(c, key) for c, key in taught.items() if key.function is Function.ARTICLE]
    if lines:
        yield from ("", "# Touches directes", *lines)


def _line(chord: str, key: Key) -> str:
    name = f'"{chord}"' if parse_chord(chord).held else chord
    return f'{name} = "{key}"'
