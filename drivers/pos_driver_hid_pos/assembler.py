"""From a scanner's reports to its codes, without any I/O.

Source: HID Point of Sale Usage Tables 1.02, 4 (Bar Code Scanner page 0x8C: the Scanned Data report
with its symbology identifiers, decoded data, and the flag that more of it follows).
"""

from collections.abc import Sequence

from pos_terminal.devices.classes import Scan
from pos_terminal.devices.scans import AIM, UNREADABLE, text_of
from pos_terminal.links.hid_descriptor import DescriptorError, Field

BYTE_COUNT = 0x0001_003B
SYMBOLOGY = (0x008C_00FB, 0x008C_00FC, 0x008C_00FD)
DATA, CONTINUED = 0x008C_00FE, 0x008C_00FF


class NotAScanner(ValueError):
    """The device's reports hold no decoded data."""


class ReportAssembler:
    """Puts the reports of one device together; raises NotAScanner for another kind of device.

    What cannot be a code comes out as an unreadable scan, never as nothing. A report of another
    kind than scanned data is left out.
    """

    def __init__(self, fields: Sequence[Field], *, max_length: int, encoding: str) -> None:
        data = next((field for field in fields if field.usage == DATA), None)
        if data is None:
            raise NotAScanner("no decoded data among its reports")
        own = {field.usage: field for field in reversed(fields) if field.report == data.report}
        self._data = data
        self._length = own.get(BYTE_COUNT)
        self._aim = [own[usage] for usage in SYMBOLOGY if usage in own]
        self._continued = own.get(CONTINUED)
        self._numbered = any(field.report for field in fields)
        self._max_length = max_length
        self._encoding = encoding
        self._begun = bytearray()
        self._prefix = ""
        self._more = self._spoilt = False

    @property
    def pending(self) -> bool:
        """Whether a code has begun and not ended."""
        return self._more

    def feed(self, report: bytes) -> Scan | None:
        """The code that the report completes, if it completes one."""
        if self._numbered:
            if report[:1] != bytes([self._data.report]):
                return None
            report = report[1:]
        try:
            self._take(report)
        except DescriptorError:
            self._spoilt, self._more = True, False
        return None if self._more else self._end()

    def give_up(self) -> Scan | None:
        """The rest did not come: what did is unreadable, and the next report begins anew."""
        if not self._more:
            return None
        self._spoilt = True
        return self._end()

    def _take(self, report: bytes) -> None:
        data = bytes(self._data.values(report))
        if self._length:
            (length,) = self._length.values(report)
            # A length that its own report cannot hold: nobody knows what of it is the code.
            self._spoilt |= length > len(data)
            data = data[:length]
        else:
            data = data.rstrip(b"\0")
        if not self._begun:
            letters = bytes(value for field in self._aim for value in field.values(report))
            self._prefix = letters.decode("latin-1").rstrip("\0")
        self._more = bool(self._continued and any(self._continued.values(report)))
        if len(self._begun) + len(data) > self._max_length:
            # What is too long is forgotten as it comes: a scanner gone wild fills no memory.
            self._spoilt = True
        else:
            self._begun += data

    def _end(self) -> Scan | None:
        text = text_of(self._begun, self._encoding)
        aim, spoilt = self._prefix, self._spoilt
        self._begun.clear()
        self._prefix, self._more, self._spoilt = "", False, False
        if aim and not AIM.fullmatch(aim):
            aim, spoilt = "", True
        if spoilt:
            return Scan(text + UNREADABLE)
        return Scan(text, aim=aim) if text else None
