"""What the printer sends, told apart by its fixed bits, one byte at a time. Pure.

All answers share one stream. Epson's reference («DLE EOT», «GS r», «GS a») and Citizen's
appendix «Identification of Send Status» give the fixed bits:

    GS r            0**0****     in order: all that was sent before it has been processed
    DLE EOT         0**1**10     at once
    ASB, first      0**1**00     unasked, four bytes
    ASB, 2nd-4th    0**0****     like an answer to GS r: known only by following the first byte
    XON, XOFF       11h, 13h     flow control on serial lines

Bits 5 and 6 of an answer to GS r 1 are zero too, which keeps stray bytes from passing for one.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from pos_terminal.devices.classes import PrinterStatus

XON, XOFF = 0x11, 0x13
QUESTIONS = (1, 2, 3, 4)
"""The n of DLE EOT n that together make a `PrinterStatus`."""


class Answers(Struct):
    """The answers received and not yet used."""

    processed: int = 0
    """Answers to GS r."""
    status: list[int] = field(default_factory=list)
    """Answers to DLE EOT, in the order of the questions."""
    unreadable: int = 0
    """Bytes that no printer sends: noise, or another language."""
    _automatic: int = 0

    def feed(self, data: bytes) -> None:
        """Sort what arrived, in pieces of any size."""
        for byte in data:
            self._sort(byte)

    def _sort(self, byte: int) -> None:
        if byte in (XON, XOFF):
            return
        # Bits 7, 4, 1 and 0, the fixed ones of the table above: 0**1**10.
        if byte & 0x93 == 0x12:
            self.status.append(byte)
        # 0**1**00, the first of four: the other three look like answers and are counted off.
        elif byte & 0x93 == 0x10:
            self._automatic = 3
        elif self._automatic and byte & 0x90 == 0:
            self._automatic -= 1
        # Stricter than 0**0****: bits 5 and 6 are zero in an answer to GS r 1.
        elif byte & 0xF0 == 0:
            self.processed += 1
        else:
            self._automatic = 0
            # Noise in the middle of an ASB: what follows is no part of that one any more.
            self.unreadable += 1


def printer_status(answers: Mapping[int, int]) -> PrinterStatus:
    """What the answers say together, by their question (Epson reference, «DLE EOT»).

    Of what was not answered nothing is wrong: a printer that answers at all is there.
    """
    printer, offline, error, paper = (answers.get(question, 0) for question in QUESTIONS)
    return PrinterStatus(
        online=not printer & 0x08,
        # Two sensors may say so: offline bit 5 as it stopped, paper bits 5 and 6 as it stands.
        paper_out=bool(offline & 0x20 or paper & 0x60),
        paper_low=bool(paper & 0x0C) if 4 in answers else None,
        cover_open=bool(offline & 0x04),
        error=bool(offline & 0x40 or error & 0x2C),
        drawer_pin=bool(printer & 0x04) if 1 in answers else None,
    )
