"""The plug-in `zvt`: terminals that speak ZVT, over TCP 20007 or on a serial line.

What became of an order can be asked for: the terminal repeats what it said of its last payment. It
knows nothing of the till's reference, so the answer is compared with what the terminal called its
last payment before the order: the same number still means that the order came to nothing, another
one with the sum of the order is the order's, and anything else stays unknown.
"""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from typing import NoReturn

from msgspec import Struct

from pos_driver_payments.frames.zvt import (
    MOST_CENTS,
    Apdu,
    Arrived,
    Framed,
    FrameError,
    Framing,
    Raw,
    bcd,
    bitmaps,
)
from pos_driver_payments.frames.zvt import Link as Signal
from pos_driver_payments.frames.zvt_answers import (
    MERCHANT,
    MOST_LINES,
    REASONS,
    STAGES,
    approved,
    block,
    line_of,
    numbered,
    reason_of,
    totals,
)
from pos_driver_payments.talk import (
    WITHDRAWN,
    AnswerError,
    Hear,
    NotTaken,
    Send,
    Settle,
    Talk,
    Tell,
    Withdrawn,
)
from pos_driver_payments.terminal import Dial, TalkingTerminal, listening
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.domain.authorisation import (
    Ending,
    Order,
    Outcome,
    Reason,
    Service,
    Stage,
    Totals,
)
from pos_terminal.domain.faults import TERMINAL_OFFLINE
from pos_terminal.domain.language import say
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link
from pos_terminal.links.serial import SerialSettings, serial_link

EURO = b"\x09\x78"
TAKEN = Apdu(0x8000)
NO_WORDS = Apdu(0x8483)
"""The till's answer to a command that it does not know."""

INTERMEDIATE, ABORT = 0x04FF, 0x061E
BUSY = (0x9C, 0xA0)
"""«Please wait», «receiver not ready»: why a terminal does not take a command for now."""

UNABLE = 0x83

BASE, PRINTS = 0x38, 0x82
"""Registration's configuration byte: the till hears intermediate states (08), payments and the
terminal's own work are the till's to start (10, 20); and the till prints the slips (02, 80)."""

TRIES = 3


class ZvtSettings(Struct, frozen=True, kw_only=True):
    """Where the terminal is: `host`, or `serial`, a line (9600 8N2 as the protocol has it).

    `password` is the terminal's for the till, six digits. With `slips` the terminal sends its slips
    to be printed, and does not print them itself. `answer_time` is how long it may take to answer a
    command, a customer may take `payment_time` in all, both in seconds.
    """

    host: str = ""
    port: int = 20007
    serial: SerialSettings | None = None
    password: str = "000000"
    slips: bool = False
    answer_time: float = 5.0
    payment_time: float = 180.0

    def __post_init__(self) -> None:
        within(self, port=(1, 65535), answer_time=(0.1, 30), payment_time=(1, 600))
        if bool(self.host) == bool(self.serial):
            raise ValueError(say("host ou serial : l'un des deux"))
        if len(self.password) != 6 or not (self.password.isascii() and self.password.isdigit()):
            raise ValueError(say("password : six chiffres"))


@asynccontextmanager
async def open_terminal(settings: ZvtSettings) -> AsyncIterator[PaymentTerminal]:
    """Open the line, or look whether the terminal listens. Raises DeviceLost when it does not."""
    if settings.serial:
        async with opened(serial_link(settings.serial), TERMINAL_OFFLINE) as link:
            yield over(lambda: nullcontext(link), settings, link)
    else:
        async with listening(settings.host, settings.port) as dial:
            yield over(dial, settings)


def over(dial: Dial, settings: ZvtSettings, line: Link | None = None) -> TalkingTerminal:
    """The terminal behind whatever line; `line` is the one that stands, where one does."""
    speech = Zvt(settings, Framed if settings.serial else Raw)
    return TalkingTerminal(dial, speech, settings.payment_time, line)


class Zvt:
    """The dialogues. See `Speech`."""

    abilities = frozenset(Ability)

    def __init__(self, settings: ZvtSettings, framing: type[Raw] | type[Framed]) -> None:
        self._settings = settings
        self._framing = framing
        self._password = bytes.fromhex(settings.password)

    def identity(self) -> Talk[str]:
        """Its number, where it says one on being registered with, or with its last payment."""
        session = self._session()
        found = yield from self._register(session)
        return found or (yield from self._repeat(session)).terminal

    def begin(self, order: Order) -> Talk[str]:
        """Receipt and trace of its last payment; empty where it has none, or does not repeat it.

        Of these two a terminal makes no difference, so nothing is concluded from either.
        """
        session = self._session()
        yield from self._register(session)
        return numbered((yield from self._repeat(session)).fields)

    def authorise(self, order: Order) -> Talk[Outcome]:
        """Registers, gives the order, and follows it to its end."""
        apdu = self.command(order)
        session = self._session()
        yield from self._register(session)
        yield from session.command(apdu, orders=True)
        yield Tell(Stage.CARD)
        end = yield from session.follow(self._settings.payment_time, orders=True)
        return end.outcome()

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        """Has the last answer repeated, and sees whether it is this order's."""
        session = self._session()
        yield from self._register(session)
        end = yield from self._repeat(session)
        if not (order.after and numbered(end.fields)):
            raise AnswerError("no number, then or now, tells this payment from others")
        if numbered(end.fields) == order.after:
            return None
        found = end.outcome()
        if found.ending is Ending.APPROVED and found.cents != order.cents:
            raise AnswerError("its last payment is of another sum")
        return found

    def end_of_day(self) -> Talk[Totals]:
        """Closes its day."""
        session = self._session()
        yield from self._register(session)
        yield from session.command(Apdu(0x0650, self._password), orders=True)
        end = yield from session.follow(self._settings.payment_time)
        if end.abort is not None:
            raise NotTaken(f"abort {end.abort:02X}")
        return totals(end.fields, end.terminal, (*end.customer, *end.merchant))

    def command(self, order: Order) -> Apdu:
        """The order's command. NotTaken where it cannot be said."""
        if order.cents > MOST_CENTS:
            raise NotTaken("the amount does not fit")
        amount = b"\x04" + bcd(order.cents, 6) + b"\x49" + EURO
        if order.service is Service.PURCHASE:
            return Apdu(0x0601, amount)
        if order.service is Service.REFUND:
            return Apdu(0x0631, self._password + amount)
        receipt = order.original.number if order.original else ""
        if not (receipt.isascii() and receipt.isdigit() and len(receipt) == 4):
            raise NotTaken("the payment that it is to undo has no receipt number", unable=True)
        return Apdu(0x0630, self._password + b"\x87" + bytes.fromhex(receipt))

    def _session(self) -> "_Session":
        return _Session(self._framing(), self._settings.answer_time)

    def _register(self, session: "_Session") -> Talk[str]:
        """Registration; the terminal's number, where it says it."""
        yield Hear(0)  # what an older dialogue has left on the line
        config = BASE | PRINTS if self._settings.slips else BASE
        blocks = bytes.fromhex("06 06 26 04 0A 02 06 D3") if self._settings.slips else b""
        yield from session.command(Apdu(0x0600, self._password + bytes([config]) + EURO + blocks))
        end = yield from session.follow(self._settings.answer_time)
        if end.abort is not None:
            raise NotTaken(f"not registered: {end.abort:02X}", busy=end.abort in BUSY)
        return end.terminal

    def _repeat(self, session: "_Session") -> "Talk[_End]":
        """Repeat receipt, with the service byte by which it prints nothing and says all."""
        yield from session.command(Apdu(0x0620, self._password + b"\x03\x03"))
        end = yield from session.follow(self._settings.answer_time * TRIES)
        if end.abort in BUSY:
            raise NotTaken("not now", busy=True)
        return end


MOST_COMMANDS = 5000
"""Of the terminal's in one dialogue: its stages twice a second for as long as a customer may take,
and a slip in single lines, are not half of it."""


class _End:
    """What a command came to."""

    def __init__(self) -> None:
        self.fields: dict[int, bytes] = {}
        self.abort: int | None = None
        self.done = False
        self.withdrawn = False
        self.customer: tuple[str, ...] = ()
        self.merchant: tuple[str, ...] = ()
        self.lines: tuple[str, ...] = ()

    def over(self) -> bool:
        """Whether nothing more follows."""
        return self.done or self.abort is not None

    def read(self, apdu: Apdu) -> bool:
        """Take in what the terminal says; False where it is none of this."""
        try:
            match apdu.code:
                case 0x040F:
                    self.fields = bitmaps(apdu.data)  # the last status is the one that holds
                case 0x060F:
                    self.done = True
                    self._add(apdu.data)
                case 0x061E:
                    self.abort = apdu.data[0] if apdu.data else 0xFF
                case 0x06D1:
                    self.lines = (*self.lines, line_of(apdu.data))[:MOST_LINES]
                case 0x06D3:
                    self._print(*block(apdu.data))
                case _:
                    return False
        except FrameError as error:
            raise AnswerError(str(error)) from error
        return True

    def _add(self, data: bytes) -> None:
        """What a completion says as well; to some questions it answers in no fields at all."""
        with suppress(FrameError):
            self.fields = bitmaps(data) | self.fields

    def _print(self, whose: int, lines: tuple[str, ...]) -> None:
        if whose == MERCHANT:
            self.merchant = (*self.merchant, *lines)[:MOST_LINES]
        else:
            self.customer = (*self.customer, *lines)[:MOST_LINES]

    @property
    def terminal(self) -> str:
        """The terminal's number; empty where it did not say it."""
        return self.fields.get(0x29, b"").hex()

    def outcome(self) -> Outcome:
        """The answer to an order. AnswerError where it cannot be believed."""
        result = self.fields.get(0x27)
        if self.abort is not None:
            if result == b"\x00":
                raise AnswerError("approved and aborted")
            return self._not_done(self.abort)
        if result is None:
            raise AnswerError("completed, and nothing said of it")
        if result != b"\x00":
            return self._not_done(result[0])
        try:
            return approved(self.fields, self.customer or self.lines, self.merchant)
        except FrameError as error:
            raise AnswerError(str(error)) from error

    def _not_done(self, code: int) -> Outcome:
        ending, reason = reason_of(code)
        if self.withdrawn and reason is REASONS[0x6C][1]:
            reason = Reason.WITHDRAWN
        return Outcome(
            ending=ending, reason=reason, terminal=self.terminal,
            customer_slip=self.customer or self.lines, merchant_slip=self.merchant,
        )  # fmt: skip


class _Session:
    """Commands there and back over one line."""

    def __init__(self, framing: Framing, answer_time: float) -> None:
        self._framing = framing
        self._answer_time = answer_time
        self._come: deque[Arrived] = deque()
        self._heard: deque[Apdu] = deque()
        self._heard_so_far = 0
        self._withdrawn = False

    def command(self, apdu: Apdu, *, orders: bool = False) -> Talk[None]:
        """Send it; return once the terminal has taken it."""
        yield from self._send(apdu, orders=orders)
        while (heard := (yield from self._hear(self._answer_time))) != TAKEN:
            if heard is None:
                raise TimeoutError(f"{apdu.code:04X} was not taken")
            if isinstance(heard, Withdrawn):
                self._withdrawn = True  # to be said once it has taken the order
            elif heard.code >> 8 == 0x84:
                _refuse(heard.code & 0xFF)
            elif heard.code == ABORT:
                yield from self._send(TAKEN)
                _refuse(heard.data[0] if heard.data else 0xFF)
            else:
                # What it still has to say of something older is thanked for, and nobody's.
                yield from self._send(TAKEN)

    def follow(self, seconds: float, *, orders: bool = False) -> Talk[_End]:
        """What the terminal says until it says that it has ended."""
        end = _End()
        while not end.over():
            heard = WITHDRAWN if self._withdrawn else (yield from self._hear(seconds))
            if heard is None:
                raise TimeoutError("no end")
            if isinstance(heard, Withdrawn):
                self._withdrawn, end.withdrawn = False, True
                yield from self._send(Apdu(0x06B0))
            elif heard.code == INTERMEDIATE:
                if (stage := STAGES.get(heard.data[0] if heard.data else 0)) is not None:
                    yield Tell(stage)
                yield from self._send(TAKEN)
            elif end.read(heard):
                if orders and end.over():
                    # Before the thanks: a line that is lost now takes nothing back.
                    yield Settle(end.outcome())
                yield from self._send(TAKEN)
            elif heard.code >> 8 not in (0x80, 0x84):  # to the request to give up
                yield from self._send(NO_WORDS)
        return end

    def _send(self, apdu: Apdu, *, orders: bool = False) -> Talk[None]:
        yield Send(self._framing.wrap(apdu), orders)
        while self._framing.acknowledges:
            signal = yield from self._next(self._answer_time)
            if signal is Signal.ACK:
                return
            if signal is None:
                raise TimeoutError("no acknowledgement")
            if signal is Signal.NAK:
                # Not said again: it may be its own acknowledgement that was damaged.
                raise NotTaken("the terminal took a frame for damaged")
            if isinstance(signal, Withdrawn):
                self._withdrawn = True
            elif isinstance(signal, Apdu):
                self._heard.append(signal)

    def _hear(self, seconds: float) -> Talk[Apdu | Withdrawn | None]:
        """The next command; None for a silence. AnswerError where it never ends."""
        damaged = 0
        self._heard_so_far += 1
        if self._heard_so_far > MOST_COMMANDS:
            raise AnswerError("it does not end")
        while True:
            heard = self._heard.popleft() if self._heard else (yield from self._next(seconds))
            if not isinstance(heard, Signal):
                return heard
            damaged += heard is Signal.BROKEN
            if damaged > TRIES:
                raise AnswerError("damaged again and again")

    def _next(self, seconds: float) -> Talk[Arrived | Withdrawn | None]:
        """The next thing that comes over the line; frames are acknowledged as they come."""
        while not self._come:
            data = yield Hear(seconds)
            if not isinstance(data, bytes):
                assert data is None or isinstance(data, Withdrawn)
                return data
            try:
                self._come.extend(self._framing.feed(data))
            except FrameError as error:
                raise AnswerError(str(error)) from error
        found = self._come.popleft()
        if self._framing.acknowledges and not isinstance(found, Signal):
            yield Send(b"\x06")
        elif found is Signal.BROKEN:
            yield Send(b"\x15")
        return found


def _refuse(code: int) -> NoReturn:
    raise NotTaken(f"not taken: {code:02X}", busy=code in BUSY, unable=code == UNABLE)


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «zvt»."""
    drivers.payment_terminals.add("zvt", open_terminal, ZvtSettings)
