"""ZVT, protocol PA00P015: commands and their fields, and how they stand on a wire.

A command (APDU) is a class, an instruction, a length and that many bytes of data; from 255 bytes on
the length is FF and two bytes, the lower first. Over TCP commands follow one another as they are.
On a serial line each is framed, and every frame answered by ACK (06) or NAK (15):

    10 02   command, each 10 in it doubled   10 03   CRC, the lower byte first

The CRC is CRC-16/KERMIT (polynomial 8408, reflected, from 0) of the command and 03. Fields
(«bitmaps») are a byte and data of a fixed length, or with their length before them in two or three
bytes of the form Fx (LL, LLL), or a TLV container. Sources: ZVT 13.09 (PA00P015, PA00P016) as
Portalum.Zvt reads them, and ecrterm.
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum

from msgspec import Struct

DLE, STX, ETX, ACK, NAK = 0x10, 0x02, 0x03, 0x06, 0x15
MOST_CENTS = 10**12 - 1

FIXED = {
    0x01: 1, 0x02: 1, 0x03: 1, 0x04: 6, 0x05: 1, 0x0B: 3, 0x0C: 3, 0x0D: 2, 0x0E: 2, 0x17: 2,
    0x19: 1, 0x27: 1, 0x29: 4, 0x2A: 15, 0x37: 3, 0x3A: 2, 0x3B: 8, 0x3D: 3, 0x49: 2, 0x87: 2,
    0x88: 3, 0x8A: 1, 0x8C: 1, 0xA0: 1, 0xAA: 3, 0xBA: 5, 0xD0: 1, 0xD2: 1, 0xD3: 1, 0xE0: 1,
    0xE9: 1, 0xEA: 1, 0xEB: 8, 0xF0: 1, 0xF9: 1, 0xFA: 1, 0xFB: 1, 0xFC: 1, 0xFD: 1,
}  # fmt: skip
"""Bytes of each field that always has as many."""

COUNTED = {
    0x22: 2, 0x23: 2, 0x2D: 2, 0x8B: 2, 0xA7: 2, 0xD1: 2, **{0xE1 + n: 2 for n in range(8)},
    **{0xF1 + n: 2 for n in range(8)}, 0x24: 3, 0x2E: 3, 0x3C: 3, 0x60: 3, 0x92: 3, 0x9A: 3,
    0xAF: 3,
}  # fmt: skip
"""Bytes of the length that stands before the data of each of the others."""

CONTAINER = 0x06


class FrameError(ValueError):
    """The bytes are no command of this protocol. It never shows them: they may be a card's."""


class Apdu(Struct, frozen=True):
    """One command: `code` is its class and instruction, as in 0x0601."""

    code: int
    data: bytes = b""

    def __bytes__(self) -> bytes:
        """As it stands over TCP. ValueError when it is too long."""
        size = len(self.data)
        if size > 0xFFFF:
            raise ValueError(f"{size} bytes are no command")
        length = bytes([size]) if size < 0xFF else b"\xff" + size.to_bytes(2, "little")
        return self.code.to_bytes(2, "big") + length + self.data


class Link(Enum):
    """What else comes over a serial line."""

    ACK = "the frame arrived"
    NAK = "the frame arrived damaged"
    BROKEN = "a damaged frame came"


Arrived = Apdu | Link


class Raw:
    """Commands as they stand over TCP."""

    acknowledges = False

    def __init__(self) -> None:
        self._begun = b""

    def wrap(self, apdu: Apdu) -> bytes:
        """The bytes of a command."""
        return bytes(apdu)

    def feed(self, data: bytes) -> list[Arrived]:
        """The commands that `data` completes, in order."""
        self._begun += data
        whole: list[Arrived] = []
        while (apdu := first(self._begun)) is not None:
            whole.append(apdu)
            self._begun = self._begun[len(bytes(apdu)) :]
        return whole


def first(data: bytes) -> Apdu | None:
    """The command that `data` begins with; None while it is not whole."""
    if len(data) < 3 or (data[2] == 0xFF and len(data) < 5):
        return None
    start, size = (5, int.from_bytes(data[3:5], "little")) if data[2] == 0xFF else (3, data[2])
    if start == 5 and size < 0xFF:
        # Two ways to write one length would be two lengths of one command.
        raise FrameError("a short command with a long length")
    if len(data) < start + size:
        return None
    return Apdu(int.from_bytes(data[:2], "big"), data[start : start + size])


class Framed:
    """Commands as they stand on a serial line."""

    acknowledges = True
    LONGEST = 0xFFFF

    def __init__(self) -> None:
        self._begun = b""

    def wrap(self, apdu: Apdu) -> bytes:
        """The bytes of a command."""
        data = bytes(apdu)
        doubled = data.replace(b"\x10", b"\x10\x10")
        return b"\x10\x02" + doubled + b"\x10\x03" + crc(data + b"\x03").to_bytes(2, "little")

    def feed(self, data: bytes) -> list[Arrived]:
        """What `data` completes, in order. What stands between frames is noise, and dropped."""
        self._begun += data
        arrived: list[Arrived] = []
        while self._begun:
            taken, what = self._take()
            if not taken:
                break
            self._begun = self._begun[taken:]
            arrived += [what] if what else []
        return arrived

    def _take(self) -> tuple[int, Arrived | None]:
        """How many bytes are done with, 0 while more is needed, and what they were."""
        head = self._begun[0]
        if head in (ACK, NAK):
            return 1, Link.ACK if head == ACK else Link.NAK
        if head != DLE:
            return 1, None
        if len(self._begun) < 2:
            return 0, None
        if self._begun[1] != STX:
            return 1, None
        at, plain = 2, bytearray()
        while at + 1 < len(self._begun):
            byte, follower = self._begun[at], self._begun[at + 1]
            if byte != DLE:
                plain.append(byte)
                at += 1
            elif follower == DLE:
                plain.append(DLE)
                at += 2
            elif follower == ETX:
                return self._checked(bytes(plain), at + 2)
            else:
                return at, Link.BROKEN  # a frame began anew, or a byte was lost
        return (at, Link.BROKEN) if at > self.LONGEST else (0, None)

    def _checked(self, plain: bytes, end: int) -> tuple[int, Arrived | None]:
        if len(self._begun) < end + 2:
            return 0, None
        told = int.from_bytes(self._begun[end : end + 2], "little")
        if crc(plain + b"\x03") != told:
            return end + 2, Link.BROKEN
        try:
            apdu = first(plain)
        except FrameError:
            apdu = None
        right = apdu is not None and bytes(apdu) == plain
        return end + 2, apdu if right else Link.BROKEN


Framing = Raw | Framed


def crc(data: bytes) -> int:
    """CRC-16/KERMIT."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def bitmaps(data: bytes) -> dict[int, bytes]:
    """The fields of a command, by number. FrameError where one is unknown, twice, or too long.

    A field that nobody knows has no length: what follows it could be anything, an amount too.
    """
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        number = data[at]
        start, size = _extent(data, at + 1, number)
        if start + size > len(data):
            raise FrameError(f"field {number:02X} is longer than its command")
        if number in found:
            raise FrameError(f"field {number:02X} stands there twice")
        found[number] = data[start : start + size]
        at = start + size
    return found


def _extent(data: bytes, at: int, number: int) -> tuple[int, int]:
    """Where the data of a field begin, and how many bytes they are."""
    if number in FIXED:
        return at, FIXED[number]
    if number == CONTAINER:
        return tlv_length(data, at)
    digits = COUNTED.get(number)
    head = data[at : at + digits] if digits else b""
    if not digits or len(head) < digits or any(not 0xF0 <= each <= 0xF9 for each in head):
        raise FrameError(f"field {number:02X} has no length")
    return at + digits, int("".join(str(each & 0x0F) for each in head))


def tlv_length(data: bytes, at: int) -> tuple[int, int]:
    """Where the value behind a TLV length begins, and its size (ISO 8825)."""
    head = data[at] if at < len(data) else -1
    if 0 <= head < 0x80:
        return at + 1, head
    more = {0x81: 1, 0x82: 2}.get(head, 0)
    if not more or at + 1 + more > len(data):
        raise FrameError("a container without a length")
    return at + 1 + more, int.from_bytes(data[at + 1 : at + 1 + more], "big")


def tlvs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The objects in a container and in those within it, in order; ends where they make no sense.

    A tag is one byte, or 1F (and its like) and a second one; 20 in the first says that the value
    is a container too.
    """
    at = 0
    while at < len(data):
        width = 2 if data[at] & 0x1F == 0x1F else 1
        tag = int.from_bytes(data[at : at + width], "big")
        try:
            start, size = tlv_length(data, at + width)
        except FrameError:
            return
        value = data[start : start + size]
        if len(value) < size:
            return
        yield tag, value
        if data[at] & 0x20:
            yield from tlvs(value)
        at = start + size


def bcd(value: int, size: int) -> bytes:
    """A number as `size` bytes of two digits each. ValueError when it needs more."""
    digits = f"{value:0{2 * size}}"
    if value < 0 or len(digits) > 2 * size:
        raise ValueError(f"{value} is no number of {2 * size} digits")
    return bytes.fromhex(digits)


def number(data: bytes) -> int:
    """The number that BCD digits make. FrameError where they are none."""
    digits = data.hex()
    if not re.fullmatch(r"\d+", digits):
        raise FrameError("no number")
    return int(digits)


def last_four(found: Mapping[int, bytes]) -> str:
    """The last digits of the card in field 22, at most four; E stands for a digit that is masked.

    An odd number of digits is filled up with F.
    """
    digits = found.get(0x22, b"").hex().rstrip("f")[-4:]
    return re.sub(r"\D", "", digits.rpartition("e")[2])
