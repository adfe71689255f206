"""A key map as the keyboard that it lies on: buttons, and which computer keys press them."""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.keyboard.blocks import BLOCKS, Block
from pos_terminal.domain.keyboard.chords import MODIFIERS, parse_chord
from pos_terminal.domain.keyboard.key_table import GROUPS, cap
from pos_terminal.domain.keyboard.keys import Function, Key, KeyMap
from pos_terminal.domain.language import say
from pos_terminal.domain.markup import Markup, tag

NUMERIC = "Bloc numérique"
AT_HAND = ("Fonctions", "Navigation", NUMERIC, "Clavier programmable")
"""Blocks that lie open; the letters, where a map puts what is rare, open at a click."""

_KEYPAD = {"KPSLASH": "/", "KPASTERISK": "*", "KPMINUS": "-", "KPPLUS": "+", "KPENTER": "Enter",
           "KPDOT": "."}  # fmt: skip

_GROUP = {row.key: number for number, group in enumerate(GROUPS) for row in group.rows}
_LOOKS = ("mend", "sell", "stock", "pay", "drawer")

# What a browser calls a key (UI Events KeyboardEvent code Values), where it is not the kernel's
# name in other letters.
_CODES = {
    "ESC": "Escape", "MINUS": "Minus", "EQUAL": "Equal", "BACKSPACE": "Backspace",
    "LEFTBRACE": "BracketLeft", "RIGHTBRACE": "BracketRight", "ENTER": "Enter",
    "SEMICOLON": "Semicolon", "APOSTROPHE": "Quote", "GRAVE": "Backquote", "BACKSLASH": "Backslash",
    "COMMA": "Comma", "DOT": "Period", "SLASH": "Slash", "SPACE": "Space", "102ND": "IntlBackslash",
    "INSERT": "Insert", "DELETE": "Delete", "HOME": "Home", "END": "End", "PAGEUP": "PageUp",
    "PAGEDOWN": "PageDown", "UP": "ArrowUp", "DOWN": "ArrowDown", "LEFT": "ArrowLeft",
    "RIGHT": "ArrowRight", "NUMLOCK": "NumLock", "KPSLASH": "NumpadDivide",
    "KPASTERISK": "NumpadMultiply", "KPMINUS": "NumpadSubtract", "KPPLUS": "NumpadAdd",
    "PAUSE": "Pause", "KPENTER": "NumpadEnter", "KPDOT": "NumpadDecimal", "KPCOMMA": "NumpadComma",
}  # fmt: skip
_INSTEAD = {"KPENTER": "ENTER", "KPDOT": "DOT"} | {f"KP{digit}": str(digit) for digit in range(10)}
"""What stands in for the numeric block on a keyboard without one, where the map leaves it free."""


def draw(
    keymap: KeyMap, item: Callable[[str], Item | None], price: Callable[[Item], str]
) -> Markup:
    """The whole keypad; `item` finds an article by its number, `price` writes what it costs."""
    draws = _Caps(keymap, item, price)
    parts, drawn = [], set[str]()
    for block in BLOCKS:
        chords = set(chain.from_iterable(block.rows)) & keymap.keys()
        if chords:
            drawn |= chords
            parts.append(draws.block(block))
    rest = [chord for chord in keymap if chord not in drawn and chord != "KEY_KPCOMMA"]
    if rest:
        rows = tuple(tuple(rest[at : at + 8]) for at in range(0, len(rest), 8))
        parts.append(draws.block(Block("Autres touches", rows)))
    return tag("div", *parts, class_="blocks")


class _Caps:
    """Draws the keys of one map."""

    def __init__(
        self,
        keymap: KeyMap,
        item: Callable[[str], Item | None],
        price: Callable[[Item], str],
    ) -> None:
        self._keymap = keymap
        self._item = item
        self._price = price

    def block(self, block: Block) -> Markup:
        tall = block.title == NUMERIC
        keys = [
            self._key(chord, _area(block, row, column, tall=tall))
            for row, chords in enumerate(block.rows)
            for column, chord in enumerate(chords)
            if chord in self._keymap
        ]
        columns = max(map(len, block.rows))
        rows = tag("div", *keys, class_="keys", style=f"--columns: {columns}")
        kind = "numeric" if tall else "plain"
        if block.title in AT_HAND:
            return tag("section", rows, class_=f"block {kind}", aria_label=_title(block.title))
        return tag(
            "details", tag("summary", _title(block.title)), rows, class_="block more"
        )

    def _key(self, chord: str, area: str) -> Markup:
        key = self._keymap[chord]
        item = self._item(key.argument) if key.function is Function.ARTICLE else None
        free = key.function is Function.ARTICLE and item is None
        called = item.name if item else say("libre") if free else cap(key)
        price = self._price(item) if item else ""
        lines = [tag("span", called, class_="cap")]
        if price:
            lines.append(tag("span", price, class_="price"))
        lines.append(tag("span", _engraved(chord), class_="at", aria_hidden="true"))
        longest = max(map(len, called.split()), default=1)
        look = "free" if free else _look(key)
        return tag(
            "button", *lines, type="button", class_=f"key {look}", data_chord=chord,
            data_codes=" ".join(codes(chord, self._keymap)), aria_label=f"{called} {price}".strip(),
            style=f"grid-area: {area}; --longest: {longest}",
        )  # fmt: skip


def _area(block: Block, row: int, column: int, *, tall: bool) -> str:
    """Where it lies; on a numeric block some keys reach over the empty place beside them."""
    chords, last = block.rows[row], len(block.rows) - 1
    down = across = 1
    if tall and column == len(chords) - 1 and row < last and not block.rows[row + 1][column]:
        down = 2
    if tall and row == last and column == 0 and not chords[1]:
        across = 2
    return f"{row + 1} / {column + 1} / span {down} / span {across}"


def _engraved(chord: str) -> str:
    """What stands on the computer's own key; a digit is written large already."""
    name = parse_chord(chord).short
    if name.startswith("KP"):
        return "" if name[2:].isdigit() else _KEYPAD.get(name, name)
    return name


def _look(key: Key) -> str:
    if key.function is Function.TYPE:
        return "digit"
    if key.function is Function.CLEAR:
        return "clear"
    if key.function is Function.ARTICLE:
        return "article"
    if key.function is Function.PLU:
        return "enter"
    if str(key) == "CASH":
        return "cash"
    return _LOOKS[min(_GROUP.get(key, 4), 4)]


def _title(title: str) -> str:
    titles = {
        "Fonctions": say("Touches de fonction"), "Clavier": say("Toutes les lettres"),
        "Navigation": say("Navigation"), "Bloc numérique": say("Bloc numérique"),
        "Clavier programmable": say("Clavier programmable"),
    }  # fmt: skip
    return titles.get(title, say("Autres touches"))


def codes(chord: str, keymap: Mapping[str, Key]) -> Iterator[str]:
    """Which keys of a browser press it: «Numpad7», «Control+KeyG»."""
    parsed = parse_chord(chord)
    names = (each for each in MODIFIERS if each in parsed.held)
    held = (each.removeprefix("KEY_").removeprefix("LEFT") for each in names)
    prefix = "".join(f"{'Control' if each == 'CTRL' else each.title()}+" for each in held)
    name = parsed.name.removeprefix("KEY_")
    yield prefix + _code(name)
    other = _INSTEAD.get(name)
    if other and not prefix and f"KEY_{other}" not in keymap:
        yield _code(other)


def _code(name: str) -> str:
    if name in _CODES:
        return _CODES[name]
    if name.startswith("KP") and name[2:].isdigit():
        return f"Numpad{name[2:]}"
    if len(name) == 1:
        return f"Digit{name}" if name.isdigit() else f"Key{name}"
    return name
