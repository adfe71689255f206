"""A key map as a picture of the keyboard, in box drawing characters. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from pos_terminal.domain.keyboard.blocks import BLOCKS
from pos_terminal.domain.keyboard.chords import parse_chord

CELL = 8
"""Characters in a key, where nothing on its part of the keyboard is longer."""

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
    written = [keys.get(chord, "") for row in rows for chord in row]
    width = max(CELL, *map(len, written))
    edge = "─" * width
    yield f"┌{'┬'.join([edge] * widest)}┐"
    for number, row in enumerate(rows):
        if number:
            yield f"├{'┼'.join([edge] * widest)}┤"
        yield f"│{'│'.join(_cap(chord).ljust(width) for chord in row)}│"
        yield f"│{'│'.join(keys.get(chord, '').rjust(width) for chord in row)}│"
    yield f"└{'┴'.join([edge] * widest)}┘"


def _cap(chord: str) -> str:
    cap = parse_chord(chord).short if chord else ""
    for long, short in _SHORTER.items():
        cap = cap.replace(long, short) if len(cap) > CELL else cap
    return cap[:CELL]
