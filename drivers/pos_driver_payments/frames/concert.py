"""Concert, protocol E+: what French terminals speak on a serial line or USB.

    till: ENQ          terminal: ACK (it is ready) or nothing, or NAK
    till: STX request ETX LRC    terminal: ACK
    till: EOT
    ...  the customer pays ...
    terminal: ENQ      till: ACK
    terminal: STX answer ETX LRC    till: ACK (NAK: say it again)
    terminal: EOT

A request is 34 characters: till's number (2), cents (8), «1» for a whole answer, means («1» card,
«C» cheque), service (0 debit, 1 credit, 2 reversal), currency (3), private (10), A010 answer at the
end, B010 the terminal decides whether to ask the bank. An answer is 80: till's number (2), result
(0 done, 7 refused, 9 not verified), cents (8), means (1), report (55), currency (3), private (10),
which is the request's. The LRC is the xor of all bytes after STX, ETX among them. Sources:
pyTeliumManager and pypostelium, which were tried on Ingenico's terminals.
"""

import re
from functools import reduce
from operator import xor

from msgspec import Struct

STX, ETX, EOT, ENQ, ACK, NAK = b"\x02", b"\x03", b"\x04", b"\x05", b"\x06", b"\x15"
MOST = 99_999_999
"""Cents that the field of an amount holds."""

ANSWER = 80
"""Characters of a whole answer."""

PRIVATE = 10


class FrameError(ValueError):
    """The bytes are no frame of this protocol. It never shows them: they may be a card's."""


class Request(Struct, frozen=True):
    """What the terminal is asked: `service` «0» debit, «1» credit, «2» reversal; `private` 10."""

    till: int
    cents: int
    service: str
    private: str
    currency: str = "978"
    means: str = "1"

    def __bytes__(self) -> bytes:
        """The frame. ValueError where a field does not hold its value."""
        text = (
            f"{self.till:02}{self.cents:08}1{self.means}{self.service}"
            f"{self.currency}{self.private:<10}A010B010"
        )
        if len(text) != 34 or not 0 < self.cents <= MOST:
            raise ValueError("a field does not hold its value")
        return frame(text.encode("ascii"))


class Answer(Struct, frozen=True):
    """How it ended: `result` «0» done, «7» refused, «9» not verified."""

    till: int
    result: str
    cents: int
    means: str
    report: str
    currency: str
    private: str


def frame(text: bytes) -> bytes:
    """STX, the text, ETX, LRC."""
    return STX + text + ETX + bytes([lrc(text + ETX)])


def lrc(data: bytes) -> int:
    """The longitudinal check: all bytes, xored."""
    return reduce(xor, data, 0)


def text_of(data: bytes) -> bytes | None:
    """The text of the one frame that `data` is; None while it is not whole.

    FrameError when no continuation could make it one, or its LRC is wrong.
    """
    if data[:1] not in (b"", STX):
        raise FrameError("does not begin like a frame")
    end = data.find(ETX)
    if end < 0:
        if len(data) > ANSWER + 1:
            raise FrameError("does not end where a frame does")
        return None
    if end + 2 > len(data):
        return None
    if end + 2 < len(data):
        raise FrameError("more than one frame")
    if lrc(data[1 : end + 1]) != data[end + 1]:
        raise FrameError("wrong LRC")
    return data[1:end]


_ANSWER = re.compile(rb"(\d{2})([079])(\d{8})(.)(.{55})(.{3})(.{10})", re.DOTALL)
_SHORT = re.compile(rb"(\d{2})([079])(\d{8})(.)()(.{3})(.{10})", re.DOTALL)
"""A terminal that gives no report, whatever it is asked."""


def answer(text: bytes) -> Answer:
    """The answer in a frame's text. FrameError where it is none."""
    found = _ANSWER.fullmatch(text) or _SHORT.fullmatch(text)
    if found is None:
        raise FrameError(f"no answer, in {len(text)} bytes")
    till, result, cents, means, report, currency, private = (
        each.decode("latin-1") for each in found.groups()
    )
    return Answer(int(till), result, int(cents), means, report, currency, private)
