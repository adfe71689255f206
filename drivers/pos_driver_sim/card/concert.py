"""A terminal that speaks Concert E+ on a serial line."""

import asyncio

from pos_driver_sim.card.machine import Act, Deal, Machine
from pos_terminal.domain.authorisation import Service

SERVICES = {"0": Service.PURCHASE, "1": Service.REFUND, "2": Service.REVERSAL}
CALL = 0.3
"""Seconds between two calls to a till that does not answer."""

CALLS = 400
"""How often it calls before it keeps the answer to itself."""


class ConcertEnd(Machine):
    """It calls the till with an answer until it is taken; a power cut makes it forget that one."""

    driver = "concert"
    serial = True

    def __init__(self) -> None:
        super().__init__()
        self._begun = bytearray()
        self._framed = False
        self._answer = b""
        self._saying = False
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None
        self._private = ""
        self._request = ""
        self._busy = False

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`."""
        return {"listen_time": 1.0}

    def silence_next(self) -> None:
        """See `Machine.silence_next`: it comes once the till has given up, and only then."""
        self.late = 200.0
        self.acts.appendleft(Act.LATE)

    def begin_line(self) -> None:
        """See `Machine.begin_line`."""
        self._framed = False
        self._begun.clear()

    def forget(self) -> None:
        """See `Machine.forget`."""
        self._framed = self._busy = self._saying = False
        self._answer = b""
        self._timer = None

    def received(self, data: bytes) -> None:
        """See `Machine.received`."""
        for byte in data:
            self._byte(byte)

    def _byte(self, byte: int) -> None:
        if self._framed:
            self._begun.append(byte)
            if len(self._begun) > 1 and self._begun[-2] == 3:
                self._frame(bytes(self._begun))
        elif byte == 5:
            self._called_up()
        elif byte == 2 and not self._busy:
            self._framed = True
            self._begun.clear()
        elif byte == 6 and self._answer:
            self._acknowledged()
        elif byte == 0x15 and self._saying:
            self._say()

    def _called_up(self) -> None:
        if self._answer:
            # It has an answer to an older order to deliver, and that goes first.
            self._saying = False
            self._send(b"\x05")
        elif not self._busy and not self.busy_now():
            self._send(b"\x06")
        elif not self._busy:
            self._send(b"\x15")

    def _frame(self, frame: bytes) -> None:
        self._framed = False
        check = 0
        for byte in frame[:-1]:
            check ^= byte
        text = frame[:-2].decode("ascii", "replace")
        if check != frame[-1] or len(text) != 34:
            self._send(b"\x15")
            return
        self._request, self._private = text, text[16:26]
        self._busy = True
        self._send(b"\x06")
        # From here on it may take the card, whether or not EOT comes.
        self.take(Deal(SERVICES[text[12]], int(text[2:10]), self._private))

    def ended(self, deal: Deal, *, told: bool) -> None:
        """See `Machine.ended`."""
        self._busy = False
        if not told:
            return
        result = b"0" if deal.cents else b"7"
        private = b"Z000000001" if deal.act is Act.OLDER else self._private.encode()
        text = (
            self._request[:2].encode() + result + b"%08d" % (deal.cents or deal.asked)
            + self._request[11].encode() + self.card.number.encode().ljust(55)
            + (b"840" if deal.act is Act.FOREIGN else b"978") + private
        )  # fmt: skip
        self._deliver(deal, text)

    def _deliver(self, deal: Deal, text: bytes) -> None:
        check = 0
        for byte in text + b"\x03":
            check ^= byte
        if deal.act is Act.GARBAGE:
            check ^= 0x20
        self._answer = b"\x02" + text + b"\x03" + bytes([check])
        self._twice = deal.act is Act.TWICE
        self._left = CALLS
        self.later(self.late if deal.act is Act.LATE else 0.0, self._call)

    _twice = False

    def _call(self) -> None:
        self._saying = False
        if not self._answer:
            return
        if not self._left:
            self._answer = b""
            return
        self._left -= 1
        self._send(b"\x05")
        self._rest()

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.later(CALL, self._call)

    def _acknowledged(self) -> None:
        if not self._saying:
            self._saying = True
            self._say()
            return
        self._saying = False
        self._send(b"\x04")
        if self._twice:
            self._twice = False
            self._call()
            return
        self._answer = b""
        if self._timer is not None:
            self._timer.cancel()

    def _say(self) -> None:
        self._send(self._answer)
        self._rest()
