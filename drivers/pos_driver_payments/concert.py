"""The plug-in `concert`: French terminals that speak Concert E+ on a serial line or USB.

There is no question for what became of an order. But a terminal that has an answer calls until the
till takes it, and the answer repeats the order's reference: so it is listened for.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from pos_driver_payments.frames.concert import (
    ACK,
    ENQ,
    EOT,
    MOST,
    NAK,
    STX,
    Answer,
    FrameError,
    Request,
    answer,
    text_of,
)
from pos_driver_payments.talk import AnswerError, Hear, NotTaken, OnlyPays, Send, Settle, Talk, Tell
from pos_driver_payments.terminal import Dial, TalkingTerminal
from pos_terminal.devices.payments import Ability, PaymentTerminal
from pos_terminal.devices.registry import Drivers
from pos_terminal.devices.settings import within
from pos_terminal.domain.authorisation import (
    Ending,
    Order,
    Outcome,
    Reason,
    Scheme,
    Service,
    Stage,
)
from pos_terminal.domain.faults import TERMINAL_OFFLINE
from pos_terminal.domain.money import Cents
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.faults import opened
from pos_terminal.links.link import Link
from pos_terminal.links.serial import SerialSettings, serial_link

SERVICES = {Service.PURCHASE: "0", Service.REFUND: "1", Service.REVERSAL: "2"}
SCHEMES = {"1": Scheme.CB, "2": Scheme.AMEX, "C": Scheme.CHEQUE}
"""By the means that the answer names."""

TRIES = 3
"""How often a damaged answer is asked for again: as often as the terminal says it."""


class ConcertSettings(SerialSettings, frozen=True, kw_only=True):
    """The line (old serial ones are 7E1), `till`, this till's number, and times in seconds.

    A terminal that has not acknowledged within `answer_time` is busy, or mute. A lost answer is
    listened for during `listen_time`. `echoes`: it repeats the private field; one that does not is
    believed without it. A customer may take `payment_time` in all.
    """

    till: int = 1
    answer_time: float = 3.0
    listen_time: float = 10.0
    echoes: bool = True
    payment_time: float = 180.0

    def __post_init__(self) -> None:
        within(self, till=(1, 99), answer_time=(0.1, 30), payment_time=(1, 600))
        within(self, listen_time=(0.1, 60))


@asynccontextmanager
async def open_terminal(settings: ConcertSettings) -> AsyncIterator[PaymentTerminal]:
    """Open the line. Raises DeviceLost when it cannot be."""
    async with opened(serial_link(settings), TERMINAL_OFFLINE) as link:
        yield over(lambda: nullcontext(link), settings, link)


def over(dial: Dial, settings: ConcertSettings, line: Link | None = None) -> TalkingTerminal:
    """The terminal behind whatever line; `line` is the one that stands."""
    return TalkingTerminal(dial, Concert(settings), settings.payment_time, line)


class Concert(OnlyPays):
    """The dialogues. See `Speech`."""

    abilities = frozenset({Ability.REFUND, Ability.REVERSAL, Ability.OUTCOME})

    def __init__(self, settings: ConcertSettings) -> None:
        self._settings = settings

    def authorise(self, order: Order) -> Talk[Outcome]:
        """Calls the terminal, gives it the order, and waits until it calls back."""
        request = self.request(order)
        line = _Line(self._settings.answer_time)
        yield from self._call(line)
        yield Send(request, orders=True)
        while (byte := (yield from line.byte())) != ACK:
            if byte == NAK:
                # Not said again: what it took for damaged may have been its own answer that was.
                yield Send(EOT)
                raise NotTaken("the terminal took the order for damaged")
            if byte is None:
                raise TimeoutError("the order was not acknowledged")
        yield Send(EOT)
        yield Tell(Stage.CARD)
        return (yield from self._awaited(order, line, self._settings.payment_time))

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        """Listens whether the terminal still calls with the answer."""
        line = _Line(self._settings.answer_time)
        return (yield from self._awaited(order, line, self._settings.listen_time))

    def request(self, order: Order) -> bytes:
        """The order's frame. NotTaken where the field of an amount does not hold it."""
        if order.cents > MOST:
            raise NotTaken("the amount does not fit")
        service = SERVICES[order.service]
        return bytes(Request(self._settings.till, order.cents, service, order.reference))

    def _call(self, line: "_Line") -> Talk[None]:
        """ENQ until the terminal listens. What it has to say of an older order is taken first."""
        yield Send(ENQ)
        while (byte := (yield from line.byte())) != ACK:
            if byte == NAK:
                raise NotTaken("not now", busy=True)
            if byte is None:
                raise TimeoutError("no acknowledgement: busy, or mute")
            if byte == ENQ:
                yield from line.answer()
                yield from line.thank()
                yield Send(ENQ)

    def _awaited(self, order: Order, line: "_Line", seconds: float) -> Talk[Outcome]:
        """The answer to this order; those to others are taken and left."""
        while True:
            while (byte := (yield from line.byte(seconds))) != ENQ:
                if byte is None:
                    raise AnswerError("the terminal did not call back")
            found = yield from line.answer()
            ours = not self._settings.echoes or found.private == order.reference
            if ours:
                yield Settle(self.read(found))
            yield from line.thank()
            if ours:
                return self.read(found)

    def read(self, found: Answer) -> Outcome:
        """What an answer says. AnswerError where it cannot be believed."""
        if found.till != self._settings.till or found.currency != "978":
            raise AnswerError("the answer is to another till, or in another currency")
        if found.result == "7":
            return Outcome(ending=Ending.REFUSED, reason=Reason.REFUSED)
        if found.result != "0" or not found.cents:
            raise AnswerError(f"result {found.result} of {found.cents} cents is no answer")
        # The report begins with the card's number, or what the terminal leaves of it.
        card = re.match(r"\s*[\dXx*#.]{8,15}?(\d{1,4})(?!\d)", found.report)
        return Outcome(
            ending=Ending.APPROVED,
            cents=Cents(found.cents),
            scheme=SCHEMES.get(found.means, Scheme.OTHER),
            last_four=card[1] if card else "",
        )


class _Line:
    """The till's side of the line's signals."""

    def __init__(self, answer_time: float) -> None:
        self._answer_time = answer_time
        self._come = b""

    def byte(self, seconds: float = 0.0) -> Talk[bytes | None]:
        """The next one; None for a silence."""
        if not self._come:
            heard = yield Hear(seconds or self._answer_time)
            if not isinstance(heard, bytes):
                return None
            self._come = heard
        byte, self._come = self._come[:1], self._come[1:]
        return byte

    def answer(self) -> Talk[Answer]:
        """The answer that the terminal called with; a damaged one is asked for again."""
        signal, trouble = ACK, ""
        for _ in range(TRIES):
            yield Send(signal)
            try:
                return answer((yield from self._text()))
            except FrameError as error:
                signal, trouble = NAK, str(error)
        raise AnswerError(trouble)

    def _text(self) -> Talk[bytes]:
        seen = b""
        while (text := text_of(seen)) is None:
            byte = yield from self.byte()
            if byte is None:
                raise FrameError(f"a silence after {len(seen)} bytes")
            if seen or byte == STX:
                seen += byte
        return text

    def thank(self) -> Talk[None]:
        """ACK, and the terminal's EOT, which ends it."""
        yield Send(ACK)
        while (byte := (yield from self.byte())) not in (EOT, None):
            if byte == ENQ:
                self._come = ENQ + self._come  # it has more to say
                return


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «concert»."""
    drivers.payment_terminals.add("concert", open_terminal, ConcertSettings)
