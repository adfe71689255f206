"""What all protocols answer with, and how a conversation with a scale is written down.

A conversation is a generator: it yields each question with the way to read its answer, is sent that
answer, and returns the outcome. So all of a protocol, its order of questions too, is tried without
a scale.
"""

import re
from collections.abc import Callable, Generator
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct

from pos_terminal.domain.weight import Weight

T = TypeVar("T")


class FrameError(ValueError):
    """The bytes are no answer to the question."""


class Reason(Enum):
    """Why there is no weight."""

    MOVING = "in motion"
    OVERLOAD = "over capacity"
    UNDER_ZERO = "under zero"
    AT_ZERO = "nothing on the platter"
    STALE = "the platter has not moved since the weight before"
    NOT_SET = "zero or tare not taken"
    FAULT = "the scale is out of order"


class NoWeight(Struct, frozen=True):
    """An answer without a weight; `detail` is what the scale said of it, for the log."""

    reason: Reason
    detail: str = ""


class Ask(Struct, Generic[T], frozen=True):
    """A question. `read` makes the answer of the bytes so far: None while it is not complete yet.

    It raises FrameError when no continuation could make them an answer, or when more follows it.
    Without `read` no answer is waited for.
    """

    data: bytes
    read: Callable[[bytes], T | None] | None


Reading = Weight | NoWeight
Talk = Generator[Ask[Any], Any, T]


class Speech(Protocol):
    """A protocol: the conversations that it knows."""

    def weigh(self) -> Talk[Reading]:
        """One weight, as of now."""

    def zero(self) -> Talk[NoWeight | None]:
        """Set to zero; None when the scale says that it is."""

    def tare(self) -> Talk[NoWeight | None]:
        """Take off what lies there; None when the scale says that it did."""

    def catch_up(self, token: bytes) -> Talk[None] | None:
        """Have the scale say something that only now can have been asked for; None: it cannot."""


class OnlyWeighs:
    """What a protocol answers that has no command for the rest; others override what they have.

    Where a command has no answer it counts as none: nobody could say that it was carried out.
    """

    def zero(self) -> Talk[NoWeight | None]:
        """See `Speech.zero`."""
        return _unknown()

    def tare(self) -> Talk[NoWeight | None]:
        """See `Speech.tare`."""
        return _unknown()

    def catch_up(self, token: bytes) -> Talk[None] | None:
        """It has nothing to echo."""


def _unknown() -> Talk[NoWeight | None]:
    yield from ()
    return NoWeight(Reason.NOT_SET, "the protocol has no command for it")


_PLACES = {"kg": 3, "g": 0}


def grams(number: bytes, unit: bytes) -> int:
    """The grams of a decimal number in its unit, exactly. FrameError where that cannot be.

    Pounds and ounces are no unit of a French till, and a till counts in grams: neither is turned
    into something near.
    """
    places = _PLACES.get(unit.decode("latin-1").strip(" _").lower())
    if places is None:
        raise FrameError(f"a weight in {unit!r}")
    found = re.fullmatch(rb" *([+-]?) *(\d+)(?:\.(\d+))? *", number)
    if found is None:
        raise FrameError(f"no number: {number!r}")
    fraction = found[3] or b""
    if places == 0 and len(fraction) > 1:
        # 14.000 g are 14.000 kg whose k the line dropped, sooner than a till's scale of milligrams.
        raise FrameError(f"grams as fine as kilograms: {number!r}")
    whole, rest = fraction[:places].ljust(places, b"0"), fraction[places:]
    if rest.strip(b"0"):
        raise FrameError(f"finer than a gram: {number!r}")
    value = int(found[2] + whole)
    return -value if found[1] == b"-" else value


def weighed(value: int, *, net: bool = False) -> Reading:
    """A weight, or that it is less than nothing."""
    return Weight(value, net) if value >= 0 else NoWeight(Reason.UNDER_ZERO, f"{value} g")


def line(data: bytes, start: bytes, end: bytes, longest: int) -> bytes | None:
    """What stands between `start` and `end`; None while `end` has not come. FrameError as `Ask`."""
    head = data[: len(start)]
    if not start.startswith(head):
        raise FrameError(f"does not begin like an answer: {data!r}")
    at = data.find(end, len(start))
    if at < 0:
        if len(data) > longest:
            raise FrameError(f"does not end: {data!r}")
        return None
    if at + len(end) < len(data):
        raise FrameError(f"more than one answer: {data!r}")
    return data[len(start) : at]
