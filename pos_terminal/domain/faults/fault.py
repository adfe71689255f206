"""What a fault is, and the register of them all (the table is domain/faults)."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Tone(StrEnum):
    """What the clerk hears: one short, two low, three long (the value is the sequence's name)."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    ALARM = "alarm"


class Fault(Struct, frozen=True):
    """One cause, with the one code that stands for it everywhere."""

    code: str
    text: str
    cause: str
    remedy: str
    tone: Tone = Tone.REFUSED

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    def saying(self, text: str) -> "Fault":
        """The same cause, whose text names what works now."""
        return replace(self, text=text)


PLACES = "AKSOWPDTMRJCEB"
"""The first letters of codes, in the order of the page (domain/faults says what they are)."""

_ALL: dict[str, Fault] = {}


def define(code: str, text: str, cause: str, remedy: str, tone: Tone = Tone.REFUSED) -> Fault:
    """A row of the table; ValueError where its code is another's, or its text too long."""
    if code in _ALL or len(text) > 20:
        raise ValueError(f"{code}: a code stands for one cause, in at most 20 characters")
    fault = Fault(code, text, cause, remedy, tone)
    _ALL[code] = fault
    return fault


def by_code(code: str) -> Fault:
    """The fault with this code; KeyError when there is none."""
    return _ALL[code]


def every() -> tuple[Fault, ...]:
    """All faults, by their places and codes."""
    return tuple(sorted(_ALL.values(), key=lambda f: (PLACES.index(f.code[0]), f.code)))
