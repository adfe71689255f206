"""Mettler Toledo 8217.

Sources: Mettler Toledo DIVA Service Manual 72191202, 6.1.4 (questions, status bits, 7E1, 200 ms
between commands); Brecknell 67XXU Service Manual, pages 69-71 (frames, echo mode).
A question is one capital letter. An answer is

    STX digits point digits [N] CR      a weight in the scale's unit; N: net of tare
    STX ? status CR                     no weight, and why; also the answer to Z and T
    STX E CR, STX F CR                  echo mode entered, left
"""

import re
from enum import IntFlag

from msgspec import Struct

from pos_driver_scales.legal.reading import Ask, FrameError, NoWeight, Reading, Reason, Talk
from pos_terminal.domain.weight import Weight

WEIGH = b"W"
ZERO = b"Z"
TARE = b"T"
ECHO_ON = b"E"
ECHO_OFF = b"F"

PAUSE = 0.2
"""Seconds: «There must be at least a 200-ms delay between commands» (DIVA manual, 6.1.4.1)."""


class Status(IntFlag):
    """The status byte's bits (DIVA manual, 6.1.4.3). Bits 5 to 7 differ by maker: left out."""

    MOTION = 1
    OVERLOAD = 2
    UNDER_ZERO = 4
    OUTSIDE_ZERO = 8
    CENTRE_OF_ZERO = 16


_KNOWN = sum(Status)

_REASONS = (
    # Motion first: what a moving scale says besides may pass.
    (Status.MOTION, Reason.MOVING),
    (Status.OVERLOAD, Reason.OVERLOAD),
    (Status.UNDER_ZERO, Reason.UNDER_ZERO),
    # Last: an empty platter is no fault of the scale's.
    (Status.CENTRE_OF_ZERO, Reason.AT_ZERO),
)


class Shape(Struct, frozen=True):
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


def parse(data: bytes, shape: Shape) -> Weight | Status | None:
    """The answer in `data`; see `Ask`."""
    if data[:2] == b"\x02?":  # by place, for a status may have any value, CR too
        if len(data) < 4:
            return None
        if len(data) > 4 or data[3:] != b"\r":
            raise FrameError(f"not one status: {data!r}")
        return Status(data[2] & _KNOWN)
    weight = shape.read(data)
    if weight is None and not shape.begins(data):
        raise FrameError(f"not one weight: {data!r}")
    return weight


class Toledo:
    """The conversations; `echoes` says that the scale knows the command E."""

    def __init__(self, shape: Shape, *, echoes: bool) -> None:
        self._shape = shape
        self._echoes = echoes

    def _ask(self, command: bytes) -> Ask[Weight | Status]:
        return Ask(command, lambda data: parse(data, self._shape))

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`."""
        answer: Weight | Status = yield self._ask(WEIGH)
        return answer if isinstance(answer, Weight) else _why(answer)

    def zero(self) -> Talk[NoWeight | None]:
        """See `Speech.zero`. Done when the scale says that it stands at the centre of zero."""
        answer: Weight | Status = yield self._ask(ZERO)
        if isinstance(answer, Weight):
            raise FrameError("a weight in answer to Z")
        if Status.MOTION in answer:
            return NoWeight(Reason.MOVING)
        at_zero = Status.CENTRE_OF_ZERO in answer
        return None if at_zero else NoWeight(Reason.NOT_SET, f"after Z: {answer!r}")

    def tare(self) -> Talk[NoWeight | None]:
        """See `Speech.tare`. Done when the weight that follows is a net one."""
        answer: Weight | Status = yield self._ask(TARE)
        if isinstance(answer, Weight) or Status.MOTION not in answer:
            answer = yield self._ask(WEIGH)
        if not isinstance(answer, Weight):
            return _why(answer)
        return None if answer.net else NoWeight(Reason.NOT_SET, "still a gross weight after T")

    def catch_up(self, token: bytes) -> Talk[None] | None:
        """The token comes back after everything that was under way."""
        return _echo(token) if self._echoes else None


def _echo(token: bytes) -> Talk[None]:
    # Letter and token together: nothing may come between them.
    yield Ask(ECHO_ON + token, lambda data: data.endswith(token) or None)
    yield Ask(ECHO_OFF, None)


def _why(status: Status) -> NoWeight:
    for bit, reason in _REASONS:
        if bit in status:
            return NoWeight(reason, f"{status!r}")
    raise FrameError(f"no weight, and no reason: {status!r}")
