"""Keyboards as they lie before a clerk: blocks of keys, for whoever draws a key map. Pure."""

from msgspec import Struct


class Block(Struct, frozen=True):
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
    Block(
        "Navigation",
        (_row("- - PAUSE"), _row("INSERT HOME PAGEUP"), _row("DELETE END PAGEDOWN")),
    ),
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
