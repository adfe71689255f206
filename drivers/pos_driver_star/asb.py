"""What the printer sends: automatic status (ASB), each a whole picture of the printer. Pure.

Source: Star Micronics, «STAR Line Mode Command Specifications», appendix 5, «ASB Status». Bits 7, 4
and 0 of the first byte are 0, 0, 1 and of all others 0, so that a status is found again in a stream
that has lost a part. Bits 6, 5 and 3 to 1 of the first byte are its length. Newer models set bit 7
of the second byte for two bytes more (so does receiptio read them).
"""

from collections.abc import Iterator

from msgspec import Struct

from pos_terminal.devices.classes import PrinterStatus

SHORTEST = 7
"""Bytes of a status that says anything of the paper; the counter needs one more."""

XON, XOFF = 0x11, 0x13

COUNTERS = 32
"""The counter has five bits."""


class Asb(Struct, frozen=True):
    """One status. `printed` is the ETB counter; None on a printer that has none."""

    status: PrinterStatus
    printed: int | None


class Answers:
    """Cuts what arrives, in pieces of any size, into statuses; counts the bytes that are none."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self.unreadable = 0

    def feed(self, data: bytes) -> Iterator[Asb]:
        """The statuses that are whole now."""
        for byte in data:
            yield from self._take(byte)

    def _take(self, byte: int) -> Iterator[Asb]:
        if byte in (XON, XOFF):  # flow control on serial lines
            return
        header = byte & 0x91 == 0x01
        # A header in the middle of a status: the rest of that one is lost.
        if header or not self._pending:
            self.unreadable += len(self._pending) + (not header)
            self._pending[:] = bytes((byte,)) if header else b""
            return
        # Bit 7 is the second byte's own.
        if byte & (0x11 if len(self._pending) == 1 else 0x91):
            self.unreadable += len(self._pending) + 1
            self._pending.clear()
            return
        self._pending.append(byte)
        if len(self._pending) == _length(self._pending):
            whole = bytes(self._pending)
            self._pending.clear()
            if len(whole) >= SHORTEST:
                yield _read(whole)
            else:
                self.unreadable += len(whole)


def _length(data: bytearray) -> int:
    first, second = data[0], data[1]
    return (first >> 2 & 0x18 | first >> 1 & 0x07) + (second >> 6 & 0x02)


def _read(data: bytes) -> Asb:
    printer, error, other, paper = data[2:6]
    counter = data[7] if len(data) > SHORTEST else None
    status = PrinterStatus(
        online=not printer & 0x08,
        cover_open=bool(printer & 0x20),
        # Too hot (0x40) passes by itself, and the printer says meanwhile that it is offline.
        error=bool(error & 0x2C or other & 0x0E),
        paper_out=bool(paper & 0x08),
        paper_low=bool(paper & 0x06),
        drawer_pin=bool(printer & 0x04),
    )
    # Its five bits stand beside the fixed bit 4.
    return Asb(status, None if counter is None else counter >> 2 & 0x18 | counter >> 1 & 0x07)
