"""NCI: Weigh-Tronix SCP-01 (8408-14788-01) and SCP-02, 7 bits, mostly 9600 7E1.

    W CR        -> LF weight unit CR LF [S] hh... CR ETX
    Z CR, S CR  -> LF [S] hh... CR ETX
    other       -> LF ? CR ETX

Status bytes have bits 4 and 5 set. First: 0 motion, 1 at zero, 2 RAM, 3 EEPROM. Second: 0 under
capacity, 1 over, 2 ROM, 3 calibration, 6 another follows. Third: 2 net, 3 initial zero error.
"""

import re

from msgspec import Struct

from pos_driver_scales.legal.reading import (
    Ask,
    FrameError,
    NoWeight,
    OnlyWeighs,
    Reading,
    Reason,
    Talk,
    grams,
    line,
    weighed,
)

WEIGH, ZERO = b"W\r", b"Z\r"
_END = b"\r\x03"
_LONGEST = 32
_ALWAYS = 0x30


class Status(Struct, frozen=True):
    """What the scale says of itself."""

    flags: bytes

    @staticmethod
    def read(data: bytes) -> "Status":
        """Of these bytes, behind the S of SCP-02. FrameError when they are no status."""
        # S is no first status byte itself: their bit 6 is never set.
        data = data[1:] if data[:1] == b"S" else data
        if len(data) < 2 or any(byte & _ALWAYS != _ALWAYS for byte in data) or data[0] & 0x40:
            raise FrameError(f"no status: {data!r}")
        if [bool(byte & 0x40) for byte in data[1:]] != [True] * (len(data) - 2) + [False]:
            raise FrameError(f"cut short: {data!r}")
        return Status(data)

    def _has(self, place: int, bit: int) -> bool:
        return len(self.flags) > place and bool(self.flags[place] >> bit & 1)

    @property
    def at_zero(self) -> bool:
        """The platter stands at zero."""
        return self._has(0, 1)

    @property
    def net(self) -> bool:
        """The weight is net of a tare."""
        return self._has(2, 2)

    @property
    def trouble(self) -> NoWeight | None:
        """Why it gives no weight."""
        if self._has(0, 0):
            return NoWeight(Reason.MOVING)
        if self._has(1, 1):
            return NoWeight(Reason.OVERLOAD)
        if self._has(1, 0):
            return NoWeight(Reason.UNDER_ZERO)
        broken = (self.flags[0] | self.flags[1]) & 0x0C or self._has(2, 3)
        return NoWeight(Reason.FAULT, f"status {self.flags!r}") if broken else None


def parse(data: bytes, width: int) -> Reading | None:
    """The answer to W, a number of `width` characters; see `Ask`."""
    inner = line(data, b"\n", _END, _LONGEST)
    if inner is None:
        return None
    parts = inner.split(b"\r\n")
    if len(parts) != 2:
        raise FrameError(f"no weight with its status: {data!r}")
    status = Status.read(parts[1])
    if status.trouble:
        return status.trouble
    # By place: a digit that the line dropped leaves a shorter number.
    found = re.fullmatch(rb"([ \d.-]{%d})([A-Za-z ]{1,3})" % width, parts[0])
    if found is None:
        raise FrameError(f"no weight of {width} characters: {data!r}")
    return weighed(grams(found[1], found[2]), net=status.net)


def parse_status(data: bytes) -> Status | None:
    """The answer to Z; see `Ask`."""
    inner = line(data, b"\n", _END, _LONGEST)
    return None if inner is None else Status.read(inner)


class Nci(OnlyWeighs):
    """The conversations; weights have `width` characters, with their point."""

    def __init__(self, width: int) -> None:
        self._width = width

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`."""
        reading: Reading = yield Ask(WEIGH, lambda data: parse(data, self._width))
        return reading

    def zero(self) -> Talk[NoWeight | None]:
        """See `Speech.zero`."""
        status: Status = yield Ask(ZERO, parse_status)
        if status.trouble:
            return status.trouble
        return None if status.at_zero else NoWeight(Reason.NOT_SET, f"status {status.flags!r}")
