"""CAS, the protocol of the PD and AP series (ECR type 12 in their menus): 9600 8N1.

    ENQ                                          -> ACK
    DC1                                          -> SOH STX sta sign weight unit BCC ETX EOT

`sta` is S (stable) or U, `sign` blank, «-» or F (overflow), `weight` six characters with a point,
`unit` two, BCC the exclusive or of all between STX and itself. The protocol does not say whether a
weight is net.
"""

from functools import reduce
from operator import xor

from pos_driver_scales.legal.reading import (
    Ask,
    FrameError,
    NoWeight,
    OnlyWeighs,
    Reading,
    Reason,
    Talk,
    grams,
    weighed,
)

ENQ, ACK, NAK, DC1 = b"\x05", b"\x06", b"\x15", b"\x11"
_LENGTH = 15


def bcc(data: bytes) -> int:
    """The block check character of these bytes."""
    return reduce(xor, data, 0)


def acknowledged(data: bytes) -> bool | None:
    """Whether the scale is ready to be asked; see `Ask`."""
    if not data:
        return None
    if data not in (ACK, NAK):
        raise FrameError(f"neither ACK nor NAK: {data!r}")
    return data == ACK


def parse(data: bytes) -> Reading | None:
    """The answer to DC1; see `Ask`."""
    if not b"\x01\x02".startswith(data[:2]):
        raise FrameError(f"does not begin like an answer: {data!r}")
    # By length and not by ETX: the check may have any value, ETX too.
    if len(data) < _LENGTH:
        return None
    body, check = data[2:12], data[12]
    if len(data) > _LENGTH or data[13:] != b"\x03\x04" or bcc(body) != check:
        raise FrameError(f"not one answer: {data!r}")
    state, sign = body[:1], body[1:2]
    if state not in b"SU" or sign not in b" -F":
        raise FrameError(f"no such state: {data!r}")
    # Before the digits are looked at: of an overflow they mean nothing.
    if sign == b"F":
        return NoWeight(Reason.OVERLOAD)
    value = grams(body[2:8], body[8:10])
    if state == b"U":
        return NoWeight(Reason.MOVING)
    return weighed(-value if sign == b"-" else value)


class Cas(OnlyWeighs):
    """The conversations."""

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`."""
        ready: bool = yield Ask(ENQ, acknowledged)
        if not ready:
            return NoWeight(Reason.FAULT, "NAK to ENQ")
        reading: Reading = yield Ask(DC1, parse)
        return reading
