"""What a box may be asked to do with a USB stick, and what came of it. Pure.

The till asks by a small file, for a person at the counter; a technician by one on the first
partition. Neither says where anything lies: a stick is looked at by the box's own rules.
"""

import re
from enum import StrEnum

from msgspec import Struct

ASKED, ANSWER = "stick.json", "answer.json"
"""The till's file in its runtime directory, and the helper's in `ANSWERS`: `StickAsked` and
`StickAnswer` as JSON. Both go with the power, and so does whoever waited.
"""

ANSWERS = "run/pos-terminal-stick"
"""Where the helper answers, below the root; a box that has none has no such folder."""

KEY_DIGITS = 12
"""Hexadecimal digits of a key by which a handover's files are called."""

CODE_DIGITS = 15
"""Decimal digits of the number that says the same: a keypad has no letters."""


class StickAction(StrEnum):
    """What is to be done. The value is the word for it on the first partition."""

    UPDATE = "version"
    TAKE = "reprise"
    HAND = "remise"


class StickAsked(Struct, frozen=True):
    """Have the box look at a USB stick; answers are `StickAnswer`s, the last one `ended`.

    `code` is the new box's number for `HAND`. `id` tells one asking from the next.
    """

    action: StickAction
    code: str = ""
    id: str = ""


class StickAnswer(Struct, frozen=True):
    """What came of it: `lines` for people, or the `fault`'s code and its detail. Not `ended`: it
    goes on, and this is what was found so far.
    """

    id: str = ""
    lines: tuple[str, ...] = ()
    fault: str = ""
    detail: str = ""
    ended: bool = True


def code_of(key: str) -> str:
    """The number of a key, as it is typed. ValueError for what is no key in hexadecimal."""
    return f"{int(key[:KEY_DIGITS], 16):0{CODE_DIGITS}d}"


def key_of(code: str) -> str:
    """The digits of the key whose number that is; ValueError where it is none's."""
    if not re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", code, re.ASCII):
        raise ValueError(f"no number of {CODE_DIGITS} digits: {code[:40]!r}")
    key = f"{int(code):0{KEY_DIGITS}x}"
    if len(key) > KEY_DIGITS:
        raise ValueError(f"no box has this number: {code}")
    return key


def read_asked(text: str) -> StickAsked:
    """What somebody wrote on the first partition: «version», «reprise», «remise NUMBER».

    ValueError with the reason.
    """
    # Some editors put a mark of the encoding in front.
    action, _, code = " ".join(text.removeprefix("\ufeff").split()).partition(" ")
    asked = StickAsked(StickAction(action.lower()), code.replace(" ", ""))
    check(asked)
    return asked


def check(asked: StickAsked) -> None:
    """ValueError where what is asked for makes no sense, whoever asks."""
    if asked.action is StickAction.HAND:
        key_of(asked.code)
    elif asked.code:
        raise ValueError(f"{asked.action}: {asked.code[:40]!r}?")
