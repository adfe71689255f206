"""Cashlogy Connector 2.5: what cash machines of Azkoyen are spoken to with, over TCP 8092.

    #I#                                                  -> #0#2.5#
    #C#number#till#cents#0#0#0#0#0#1#0#0#                -> #0#in#out#by hand#added#
    #P#cents#1#0#0#                                      -> #0#out#
    #!#   gives up what is under way                     -> #0#, and WR:CANCEL from what it was

«C» takes an amount from the customer and gives change; its flags are a second screen and its place,
a button «accept», less than the amount, the window in front, and cents and deposits by hand. «P»
pays out. In the place of 0 stands WR:LEVEL (done, and a hopper is nearly full or empty), WR:CANCEL,
or an error: ER:BUSY, ER:BAD_DATA, ER:ILLEGAL (not begun with «I»), ER:GENERIC. All sums are cents.
Nothing marks the end of an answer but how many numbers its question has. Sources: clients that were
written by the maker's integration manual 2.5, and an Odoo module that was tried on a machine.
"""

import re

from msgspec import Struct

LONGEST = 512
DONE, LEVEL, CANCELLED = "0", "WR:LEVEL", "WR:CANCEL"

_ANSWER = re.compile(r"#(0|WR:[A-Z]+|ER:[A-Z_]+)#((?:-?[\d.]+#)*)")
_BEGUN = re.compile(r"#(?:|0|WR?|ER?|WR:[A-Z]*|ER:[A-Z_]*)(?:#(?:-?[\d.]*#)*-?[\d.]*)?")


class FrameError(ValueError):
    """The bytes are no answer."""


class Answer(Struct, frozen=True):
    """`code` is «0», a warning or an error; `numbers` what stands behind it."""

    code: str
    numbers: tuple[str, ...] = ()

    @property
    def cents(self) -> tuple[int, ...]:
        """The numbers as sums. FrameError where one is none."""
        if not all(re.fullmatch(r"-?\d{1,9}", each) for each in self.numbers):
            raise FrameError("a sum that is none")
        return tuple(map(int, self.numbers))


def command(*words: object) -> bytes:
    """A command's bytes. ValueError for a word that would be two."""
    text = [str(word) for word in words]
    if not text or any("#" in word or not word.isascii() for word in text):
        raise ValueError("no word of a command")
    return ("#" + "#".join(text) + "#").encode("ascii")


def answers(data: bytes) -> tuple[tuple[Answer, ...], bool]:
    """The answers that `data` is, and whether it ends with the last of them.

    FrameError where no continuation could make it answers.
    """
    text = data.decode("latin-1")
    found, at = [], 0
    while match := _ANSWER.match(text, at):
        found.append(Answer(match[1], tuple(match[2].split("#")[:-1])))
        at = match.end()
        # What begins the next answer ends with what began it: a «#» of its own.
    rest = text[at:]
    if (rest and not _BEGUN.fullmatch(rest) and not (found and _number(rest))) or len(
        text
    ) > LONGEST:
        raise FrameError(f"no answer at byte {at}")
    return tuple(found), bool(found) and not rest


def _number(rest: str) -> bool:
    """Whether it is the beginning of one more number of the answer before it."""
    return re.fullmatch(r"-?[\d.]*", rest) is not None
