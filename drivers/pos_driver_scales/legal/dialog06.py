"""Checkout-Dialog 06, the protocol of approved checkout scales (Mettler Toledo, Bizerba): 9600 7O1.

    EOT STX "01" ESC price ESC ETX       -> ACK, NAK, or record 11
    EOT ENQ                              -> record 02, NAK, or record 11
    EOT STX "08" ETX                     -> record 09, why it was NAK
    EOT STX "10" ESC CS KW ETX           -> ACK or NAK, checked with EOT ENQ

    STX "02" ESC unit ESC weight ESC price ESC amount ETX    unit «3»: kilograms with 3 decimals
    STX "09" ESC s1 s0 ETX
    STX "11" ESC d0 [Z1 Z2] ETX          d0 «2»: prove yourself with Z; «1» proven, «0» not

Each record of the scale's is answered with EOT. After power-up, after an error and every 50
weighings it wants the till's checksum CS and the correction KW = CS * x^16 modulo a polynomial that
the maker keeps: it tells an approved till from another program. CS goes rotated left by Z1 places,
KW rotated right by Z2, as capital hexadecimal digits.
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
)
from pos_terminal.domain.weight import Weight

EOT, ENQ, ACK, NAK = b"\x04", b"\x05", b"\x06", b"\x15"
_PRICE = b"\x04\x0201\x1b000000\x1b\x03"
"""No unit price: the till reckons, and the scale's own amount is nobody's."""

_WHY = b"\x04\x0208\x03"
_LONGEST = 48

STATES = {
    b"00": Reason.FAULT,
    b"20": Reason.MOVING,
    b"21": Reason.STALE,
    b"22": Reason.MOVING,
    b"30": Reason.AT_ZERO,
    b"31": Reason.UNDER_ZERO,
    b"32": Reason.OVERLOAD,
}
"""By the status of record 09; all others (01 general, 02 parity, 1x a wrong record) are faults."""


class Record(Struct, frozen=True):
    """A record of the scale's: its number, and what stands between its ESC and ETX."""

    number: bytes
    fields: tuple[bytes, ...]


def parse(data: bytes) -> Record | bool | None:
    """ACK is True, NAK False, else a record; see `Ask`."""
    if data in (ACK, NAK):
        return data == ACK
    text = line_of(data)
    if text is None:
        return None
    number, *fields = text.split(b"\x1b")
    if not re.fullmatch(rb"\d\d", number):
        raise FrameError(f"no record: {data!r}")
    return Record(number, tuple(fields))


def line_of(data: bytes) -> bytes | None:
    """What stands between STX and ETX."""
    if data[:1] not in (b"", b"\x02"):
        raise FrameError(f"does not begin like an answer: {data!r}")
    if b"\x03" not in data:
        if len(data) > _LONGEST:
            raise FrameError(f"does not end: {data!r}")
        return None
    if data.index(b"\x03") != len(data) - 1:
        raise FrameError(f"more than one answer: {data!r}")
    return data[1:-1]


def correction(checksum: int, polynomial: int) -> int:
    """KW: `checksum` times x^16 modulo the polynomial, which is taken as of degree 16."""
    divisor = polynomial << 17 - polynomial.bit_length()
    rest = checksum << 16
    for place in range(31, 15, -1):
        if rest >> place & 1:
            rest ^= divisor << place - 16
    return rest


def rotated_left(value: int, places: int) -> int:
    """Of 16 bits."""
    return (value << places | value >> 16 - places) & 0xFFFF


def rotated_right(value: int, places: int) -> int:
    """Of 16 bits."""
    return rotated_left(value, 16 - places)


def proof(checksum: int, polynomial: int, challenge: bytes) -> bytes:
    """CS and KW for record 10, in answer to Z1 and Z2."""
    first, second = (int(digit, 16) for digit in challenge.decode("ascii"))
    check = rotated_left(checksum, first)
    return b"%04X%04X" % (check, rotated_right(correction(checksum, polynomial), second))


def weight_of(record: Record) -> Weight:
    """What record 02 says. FrameError when it is another one."""
    if record.number != b"02" or len(record.fields) != 4:
        raise FrameError(f"no weight: {record}")
    unit, weight, price, amount = record.fields
    numbers = re.fullmatch(rb"\d{5}", weight) and re.fullmatch(rb"\d{5,12}", price + amount)
    if unit != b"3" or not numbers:
        raise FrameError(f"no weight in kilograms with three decimals: {record}")
    return Weight(int(weight))


class Dialog06(OnlyWeighs):
    """The conversations. `polynomial` 0: it was not told, and the scale's challenge fails."""

    def __init__(self, polynomial: int, checksum: int) -> None:
        self._polynomial = polynomial
        self._checksum = checksum
        self._asked = False

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`. While it moves the price stands; the weight is asked anew."""
        asked, self._asked = self._asked, False
        if not asked:
            answer = yield Ask(_PRICE, parse)
            if isinstance(answer, Record):
                trouble = yield from self._prove(answer)
                if trouble:
                    return trouble
                answer = yield Ask(EOT + _PRICE, parse)
            if answer is not True:
                return (yield from self._why())
        answer = yield Ask(EOT + ENQ, parse)
        if isinstance(answer, Record):
            yield Ask(EOT, None)
            return weight_of(answer)
        if answer:
            raise FrameError("ACK in place of a weight")
        reason = yield from self._why()
        self._asked = reason.reason is Reason.MOVING
        return reason

    def ready(self) -> Talk[Reading]:
        """Asks for its status alone: what a search may do to a stranger."""
        return (yield from self._why())

    def _prove(self, record: Record) -> Talk[NoWeight | None]:
        found = re.fullmatch(rb"2([0-9A-Fa-f]{2})", b"".join(record.fields))
        if record.number != b"11" or found is None:
            raise FrameError(f"neither ACK, NAK nor a challenge: {record}")
        if not self._polynomial:
            yield Ask(EOT, None)
            return NoWeight(Reason.FAULT, "wants a checksum, and no polynomial is set")
        shown = proof(self._checksum, self._polynomial, found[1])
        taken = yield Ask(EOT + b"\x04\x0210\x1b" + shown + b"\x03", parse)
        if taken is not True:
            return (yield from self._why())
        verdict = yield Ask(EOT + ENQ, parse)
        if isinstance(verdict, Record) and (verdict.number, verdict.fields) == (b"11", (b"1",)):
            return None
        yield Ask(EOT, None)
        return NoWeight(Reason.FAULT, f"the checksum is not taken: {verdict}")

    def _why(self) -> Talk[NoWeight]:
        record = yield Ask(_WHY, parse)
        if not isinstance(record, Record) or record.number != b"09" or len(record.fields) != 1:
            raise FrameError(f"no status: {record}")
        yield Ask(EOT, None)
        state = record.fields[0]
        return NoWeight(STATES.get(state, Reason.FAULT), f"status {state.decode('latin-1')}")
