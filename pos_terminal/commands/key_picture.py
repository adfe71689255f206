"""A key map as a picture of the keyboard, in box drawing characters. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pos_terminal.domain.keyboard.chords import parse_chord

CELL = 8
"""Characters in a key."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a keyboard: rows of chords as they lie, an empty text where there is no key."""

    title: str
    rows: tuple[tuple[str, ...], ...]


def _row(names: str) -> tuple[str, ...]:
    return tuple("" if name == "-" else f"KEY_{name}" for name in names.split())


_PROGRAMMABLE = ("", "LEFTSHIFT", "LEFTCTRL", "LEFTALT", "LEFTCTRL LEFTSHIFT", "LEFTSHIFT LEFTALT",
                 "LEFTCTRL LEFTALT")  # fmt: skip

BLOCKS = (
    Block("Fonctions", (_row("ESC F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12"),)),
    Block(
        "Clavier",
        (
            _row("GRAVE 1 2 3 4 5 6 7 8 9 0 MINUS EQUAL BACKSPACE"),
            _row("TAB Q W E R T Y U I O P LEFTBRACE RIGHTBRACE ENTER"),
            _row("CAPSLOCK A S D F G H J K L SEMICOLON APOSTROPHE BACKSLASH"),
            _row("102ND Z X C V B N M COMMA DOT SLASH SPACE"),
        ),
    ),
    Block("Navigation", (_row("INSERT HOME PAGEUP"), _row("DELETE END PAGEDOWN"))),
    Block(
        "Bloc numérique",
        (
            _row("NUMLOCK KPSLASH KPASTERISK KPMINUS"),
            _row("KP7 KP8 KP9 KPPLUS"),
            _row("KP4 KP5 KP6 -"),
            _row("KP1 KP2 KP3 KPENTER"),
            _row("KP0 - KPDOT -"),
        ),
    ),
    Block(
        "Clavier programmable",
        tuple(
            tuple("+".join([*_row(held), f"KEY_F{number}"]) for number in range(13, 25))
            for held in _PROGRAMMABLE
        ),
    ),
)


_SHORTER = {"Ctrl+": "C-", "Shift+": "S-", "Alt+": "A-", "ASTERISK": " *", "BRACE": "BR."}
"""How a cap is cut where a key is too narrow for it."""


def picture(keys: Mapping[str, str]) -> Iterator[str]:
    """The lines: each part of a keyboard on which the map has a key, then what lies elsewhere.

    `keys` are chords and what to write on them.
    """
    drawn: set[str] = set()
    for block in BLOCKS:
        chords = {chord for row in block.rows for chord in row}
        if chords & keys.keys():
            drawn |= chords
            yield from ("", block.title, *_boxes(block.rows, keys))
    elsewhere = [chord for chord in keys if chord not in drawn]
    if elsewhere:
        yield from ("", "Autres touches")
        yield from (f"{parse_chord(chord).short:20} {keys[chord]}" for chord in elsewhere)


def _boxes(rows: Sequence[Sequence[str]], keys: Mapping[str, str]) -> Iterator[str]:
    widest = max(map(len, rows))
    rows = [[*row, *[""] * (widest - len(row))] for row in rows]
    edge = "─" * CELL
    yield f"┌{'┬'.join([edge] * widest)}┐"
    for number, row in enumerate(rows):
        if number:
            yield f"├{'┼'.join([edge] * widest)}┤"
        yield f"│{'│'.join(_cell(_cap(chord)) for chord in row)}│"
        yield f"│{'│'.join(_cell(keys.get(chord, ''), right=True) for chord in row)}│"
    yield f"└{'┴'.join([edge] * widest)}┘"


def _cap(chord: str) -> str:
    cap = parse_chord(chord).short if chord else ""
    for long, short in _SHORTER.items():
        cap = cap.replace(long, short) if len(cap) > CELL else cap
    return cap


def _cell(text: str, *, right: bool = False) -> str:
    return text[:CELL].rjust(CELL) if right else text[:CELL].ljust(CELL)
