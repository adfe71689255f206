"""The 8217 protocol's bytes, without any I/O.

Sources: Mettler Toledo DIVA Service Manual 72191202, 6.1.4 (questions, status bits, 7E1, 200 ms
between commands); Brecknell 67XXU Service Manual, pages 69-71 (frames, echo mode).
A question is one capital letter. An answer is

    STX digits point digits [N] CR      a weight in the scale's unit; N: net of tare
    STX ? status CR                     no weight, and why; also the answer to Z and T
    STX E CR, STX F CR                  echo mode entered, left
"""

import re
from dataclasses import dataclass
from enum import IntFlag

from pos_terminal.domain.weight import Weight

WEIGH = b"W"
ZERO = b"Z"
TARE = b"T"
ECHO_ON = b"E"
ECHO_OFF = b"F"

PAUSE = 0.2
"""Seconds: «There must be at least a 200-ms delay between commands» (DIVA manual, 6.1.4.1)."""


class FrameError(ValueError):
    """The bytes are no answer to a question."""


class StatusByte(IntFlag):
    """The status byte's bits (DIVA manual, 6.1.4.3). Bits 5 to 7 differ by maker: left out."""

    MOTION = 1
    OVERLOAD = 2
    UNDER_ZERO = 4
    OUTSIDE_ZERO = 8
    CENTRE_OF_ZERO = 16


_KNOWN = sum(StatusByte)


@dataclass(frozen=True, slots=True)
class NoWeight:
    """An answer without a weight."""

    status: StatusByte


@dataclass(frozen=True, slots=True)
class Shape:
    """How the scale is set to write kilograms: so many digits before and behind the point.

    It is held to that, for a digit that the line dropped makes another weight of a looser one.
    """

    digits: int = 2
    decimals: int = 3

    def read(self, data: bytes) -> Weight | None:
        """The weight in `data`; None when it is not one, or not yet."""
        # By place: a digit that the line dropped leaves a shorter number, which is no weight of
        # this scale.
        pattern = rb"\x02( *\d+)\.(\d{%d})(N?)\r" % self.decimals
        found = re.fullmatch(pattern, data)
        if found is None or len(found[1]) != self.digits:
            return None
        return Weight(int(found[1] + found[2]) * 10 ** (3 - self.decimals), found[3] == b"N")

    def begins(self, data: bytes) -> bool:
        """Whether more bytes could make `data` a weight."""
        longest = len(b"\x02.N") + self.digits + self.decimals
        return len(data) <= longest and re.fullmatch(rb"(\x02[ \d]*\.?\d*N?)?", data) is not None


def parse(data: bytes, shape: Shape) -> Weight | NoWeight | None:
    """The answer in `data`, None when it is not complete yet.

    FrameError when no continuation could make it one, or when more follows it.
    """
    if data[:2] == b"\x02?":  # by place, for a status may have any value, CR too
        if len(data) < 4:
            return None
        if len(data) > 4 or data[3:] != b"\r":
            raise FrameError(f"not one status: {data!r}")
        return NoWeight(StatusByte(data[2] & _KNOWN))
    weight = shape.read(data)
    if weight is None and not shape.begins(data):
        raise FrameError(f"not one weight: {data!r}")
    return weight
