"""A terminal that speaks ZVT, over TCP or on a serial line."""

import asyncio
from collections import deque

from pos_driver_sim.card.machine import Act, Deal, Machine
from pos_terminal.domain.authorisation import Scheme, Service

TAKEN = bytes((0x80, 0, 0))
ACKNOWLEDGED_IN = 5.0
"""Seconds for the till's answer to a command."""

SERVICES = {0x0601: Service.PURCHASE, 0x0631: Service.REFUND, 0x0630: Service.REVERSAL}
CARDS = {Scheme.CB: (0x0A, "VISA"), Scheme.VISA: (0x0A, "VISA"), Scheme.GIROCARD: (5, "girocard"),
         Scheme.MASTERCARD: (6, "MASTERCARD"), Scheme.AMEX: (8, "AMERICAN EXPRESS")}  # fmt: skip
RESULTS = {Act.REFUSE: 0x05, Act.ABANDON: 0x6C, Act.NOBODY: 0x6C}


class ZvtEnd(Machine):
    """`undoes`: it takes a payment back whose result the till does not acknowledge."""

    driver = "zvt"

    def __init__(self) -> None:
        super().__init__()
        self.undoes = False
        self.terminal = "28004869"
        self._come = b""
        self._queue: deque[bytes] = deque()
        self._awaits: asyncio.TimerHandle | None = None
        self._last: bytes | None = None
        self._trace = 469
        self._booked: dict[str, tuple[int, int]] = {}
        self._day: list[int] = []
        self._deal: Deal | None = None
        self._prints = False
        self._said = b""
        self._status_heard = False

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return {"slips": True}

    def begin_line(self) -> None:
        """See `Machine.begin_line`."""
        self._come = b""
        self._stop_saying()
        self._unheard()

    def forget(self) -> None:
        """See `Machine.forget`."""
        self._deal = None
        self._prints = False
        self.begin_line()

    def line_lost(self) -> None:
        """See `Machine.line_lost`."""
        self._stop_saying()
        self._unheard()

    def received(self, data: bytes) -> None:
        """See `Machine.received`: commands as they stand over TCP."""
        self._come += data
        while len(self._come) >= 3 and len(self._come) >= 3 + self._come[2]:
            size = 3 + self._come[2]
            command, self._come = self._come[:size], self._come[size:]
            self._obey(command[0] << 8 | command[1], command[3:])

    def say(self, command: bytes) -> None:
        """Send a command, framed as the line wants it."""
        self._send(command)

    def _obey(self, code: int, data: bytes) -> None:
        if code >> 8 in (0x80, 0x84):
            self._heard()
        elif code == 0x06B0:
            self.say(TAKEN)
            self.withdraw()
        elif self._in_work() or self.busy_now_for(code):
            self.say(bytes((0x84, 0x9C, 0)))
        elif code == 0x0600:
            self._prints = bool(data[3] & 0x02)
            self._say_all(TAKEN, self._completion())
        elif code == 0x0620:
            self._say_all(TAKEN, *((self._last, command(0x060F)) if self._last
                                   else (command(0x061E, b"\xb5"),)))  # fmt: skip
        elif code == 0x0650:
            self._say_all(TAKEN, self._totals(), command(0x060F))
            self._day.clear()
        elif code in SERVICES:
            self.say(TAKEN)
            self.take(self._order(code, data))
        else:
            self.say(bytes((0x84, 0x83, 0)))

    def _in_work(self) -> bool:
        """Whether an order is under way; a till that asks anew does not wait for an answer."""
        if self._deal is None or self._deal.number:
            self._stop_saying()
            self._unheard()
        return self._deal is not None

    def busy_now_for(self, code: int) -> bool:
        """It is an order that a busy terminal does not take; it registers all the same."""
        return code in SERVICES and self.busy_now()

    def _order(self, code: int, data: bytes) -> Deal:
        if code == 0x0630:
            receipt = data[4:6].hex()
            deal = Deal(Service.REVERSAL, self._booked.get(receipt, (0, 0))[0], receipt=receipt)
        else:
            amount = data[data.index(4) + 1 :] if code == 0x0601 else data[4:]
            deal = Deal(SERVICES[code], int(amount[:6].hex()))
        self._deal, self._status_heard = deal, False
        return deal

    def possible(self, deal: Deal) -> bool:
        """See `Machine.possible`."""
        if deal.service is Service.REVERSAL:
            return self._booked.pop(deal.receipt, None) is not None
        return True

    def started(self, deal: Deal) -> None:
        """See `Machine.started`."""
        self._say_all(command(0x04FF, b"\x0a"))

    def asks_bank(self, deal: Deal) -> None:
        """See `Machine.asks_bank`."""
        self._say_all(command(0x04FF, b"\x04"))

    def stored(self, deal: Deal) -> None:
        """See `Machine.stored`: this survives the power."""
        self._trace += 1
        self._last = command(0x040F, self._status(deal))
        if deal.cents:
            signed = deal.cents if deal.service is Service.PURCHASE else -deal.cents
            self._day.append(signed)
            if deal.service is Service.PURCHASE:
                self._booked[f"{self._trace % 10000:04}"] = (deal.cents, deal.number)

    def _status(self, deal: Deal) -> bytes:
        result = result_of(deal)
        trace = bytes.fromhex(f"{self._trace:06}")
        receipt = b"\x87" + bytes.fromhex(f"{self._trace % 10000:04}")
        head = bytes((0x27, result)) + b"\x29" + bytes.fromhex(self.terminal)
        if result:
            return head + b"\x0b" + trace + receipt
        kind, name = CARDS.get(self.card.scheme, (0xFF, "CARTE"))
        pan = bytes.fromhex(self.card.number)
        currency = b"\x49\x08\x40" if deal.act is Act.FOREIGN else b"\x49\x09\x78"
        amount = bytes.fromhex(f"{deal.cents:012}")
        return (
            head + b"\x04" + amount + currency + b"\x0b" + trace + b"\x0c\x12\x30\x00\x0d\x11\x29"
            + b"\x0e\x27\x12" + b"\x17\x00\x01" + b"\x22\xf0" + bytes((0xF0 | len(pan),)) + pan
            + b"\x3b" + f"{deal.number:06}".encode() + b"\x00\x00" + receipt
            + bytes((0x8A, kind, 0x8B, 0xF0 | len(name) // 10, 0xF0 | len(name) % 10))
            + name.encode() + b"\x06\x06\x2f\x04\x1f\x12\x01\x02"
        )  # fmt: skip

    def ended(self, deal: Deal, *, told: bool) -> None:
        """See `Machine.ended`."""
        if told:
            self.answer(deal, self._answer)
        else:
            self._deal = None

    def _answer(self, deal: Deal) -> None:
        status = self._last or b""
        if deal.act is Act.GARBAGE:
            status = command(0x040F, b"\x27\x00\x04\xab")
        if deal.act is Act.OLDER:
            status = b""  # a completion that says nothing of what was completed
        slips = [self._slip(deal, whose) for whose in (1, 2)] if self._prints and deal.cents else []
        end = self._completion() if deal.cents else command(0x061E, bytes((result_of(deal),)))
        again = [status] if deal.act is Act.TWICE else []
        self._say_all(*filter(None, (status, *again)), *slips, end)
        if not self._queue and self._awaits is None:
            self._deal = None

    def _slip(self, deal: Deal, whose: int) -> bytes:
        lines = (b"KARTENZAHLUNG", self.card.number.encode(), b"%d CENT" % deal.cents)
        text = b"".join(b"\x07" + bytes((len(line),)) + line for line in lines)
        content = b"\x1f\x07\x01" + bytes((whose,)) + b"\x25" + bytes((len(text),)) + text
        return command(0x06D3, b"\x06" + bytes((len(content),)) + content)

    def _completion(self) -> bytes:
        return command(0x060F, b"\x19\x00\x29" + bytes.fromhex(self.terminal) + b"\x49\x09\x78")

    def _totals(self) -> bytes:
        sold = [cents for cents in self._day if cents > 0]
        sums = bytes((len(sold),)) + bytes.fromhex(f"{sum(sold):012}")
        rest = bytes(7)
        field = b"\x00\x01\x04\x70" + rest * 4 + sums + rest * 2
        total = b"\x04" + bytes.fromhex(f"{sum(sold):012}")
        return command(0x040F, b"\x27\x00" + total + b"\x60\xf0\xf5\xf3" + field)

    def _say_all(self, *commands: bytes) -> None:
        """Say them one after the other, each once the one before has been acknowledged."""
        self._queue.extend(commands)
        self._say_next()

    def _say_next(self) -> None:
        while self._queue and self._awaits is None:
            said = self._queue.popleft()
            if said != TAKEN:
                self._awaits = self.later(ACKNOWLEDGED_IN, self._silence)
                self._said = said
            self.say(said)

    def _heard(self) -> None:
        self._status_heard |= self._said[:2] == b"\x04\x0f"
        if self._awaits is not None:
            self._awaits.cancel()
            self._awaits = None
            self._say_next()
        if not self._queue and self._awaits is None and self._deal and self._deal.number:
            self._deal = None

    def _silence(self) -> None:
        self._stop_saying()
        self._unheard()

    def _unheard(self) -> None:
        """The till did not acknowledge: the order is at its end, for the terminal as well."""
        deal = self._deal
        if deal is None or not deal.number:
            return
        self._deal = None
        undone = self.undoes and not self._status_heard
        if undone and deal.cents and deal.service is Service.PURCHASE:
            self.bank.book(Service.REVERSAL, deal.cents, deal.reference, self.card.scheme)
            self._day.append(-deal.cents)
            self._booked.pop(f"{self._trace % 10000:04}", None)
            deal.cents, deal.act = 0, Act.NOBODY
            self._last = command(0x040F, self._status(deal))

    def _stop_saying(self) -> None:
        self._queue.clear()
        if self._awaits is not None:
            self._awaits.cancel()
            self._awaits = None


def result_of(deal: Deal) -> int:
    """0 where money moved."""
    return 0 if deal.cents else RESULTS.get(deal.act, 0xB5)


def command(code: int, data: bytes = b"") -> bytes:
    """A command as it stands over TCP."""
    size = bytes((len(data),)) if len(data) < 255 else b"\xff" + len(data).to_bytes(2, "little")
    return code.to_bytes(2, "big") + size + data


class ZvtSerialEnd(ZvtEnd):
    """The same on a serial line: DLE STX, DLE doubled, DLE ETX, CRC; each frame acknowledged."""

    serial = True

    def __init__(self) -> None:
        super().__init__()
        self._frame = bytearray()
        self._state = "idle"
        self._crc = b""

    def begin_line(self) -> None:
        """See `Machine.begin_line`."""
        super().begin_line()
        self._frame = bytearray()
        self._state = "idle"

    def received(self, data: bytes) -> None:
        """See `Machine.received`."""
        for byte in data:
            self._byte(byte)

    def _byte(self, byte: int) -> None:
        match self._state:
            case "idle":
                self._state = "dle" if byte == 0x10 else "idle"
            case "dle":
                self._state = "text" if byte == 0x02 else "idle"
                self._frame.clear()
            case "text" if byte == 0x10:
                self._state = "escape"
            case "text":
                self._frame.append(byte)
            case "escape" if byte == 0x10:
                self._frame.append(byte)
                self._state = "text"
            case "escape":
                self._state = "crc" if byte == 0x03 else "idle"
                self._crc = b""
            case "crc":
                self._crc += bytes((byte,))
                if len(self._crc) == 2:
                    self._state = "idle"
                    self._framed(bytes(self._frame), self._crc)

    def _framed(self, text: bytes, told: bytes) -> None:
        if checked(text + b"\x03") != told:
            self._send(b"\x15")
            return
        self._send(b"\x06")
        super().received(text)

    def say(self, command: bytes) -> None:
        """See `ZvtEnd.say`."""
        escaped = b"".join(b"\x10\x10" if byte == 0x10 else bytes((byte,)) for byte in command)
        self._send(b"\x10\x02" + escaped + b"\x10\x03" + checked(command + b"\x03"))


def checked(data: bytes) -> bytes:
    """The CRC of the protocol by division of polynomials, bit by bit: x^16 + x^12 + x^5 + 1."""
    register = 0
    for byte in data:
        for place in range(8):
            bit = (byte >> place & 1) ^ (register & 1)
            register >>= 1
            if bit:
                register ^= 0x8408
    return register.to_bytes(2, "little")
