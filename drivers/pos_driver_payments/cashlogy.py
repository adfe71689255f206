"""The plug-in `cashlogy`: cash machines of Azkoyen (POS1500), by their Connector, TCP 8092.

There is no question for what became of an order: the machine counts what it holds, and not for
whom. An answer that is lost goes to a person, who looks at the machine's own list.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from pos_driver_payments.frames.cashlogy import (
    CANCELLED,
    DONE,
    LEVEL,
    Answer,
    FrameError,
    answers,
    command,
)
from pos_driver_payments.talk import (
    WITHDRAWN,
    AnswerError,
    Hear,
    NotTaken,
    OnlyPays,
    Send,
    Talk,
    Tell,
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
    Scheme,
    Service,
    Stage,
)
from pos_terminal.domain.language import say
from pos_terminal.domain.money import Cents
from pos_terminal.hookspecs import hookimpl
from pos_terminal.links.link import Link

QUIET = 0.3
"""Seconds of silence after which an answer that could be whole is."""

SUMS = {Service.PURCHASE: 4, Service.REFUND: 1}
"""How many numbers the answer to each has."""


class CashlogySettings(Struct, frozen=True, kw_only=True):
    """Where the Connector listens; `till` is what the machine's own list calls this till.

    It may take `start_time` seconds to be ready for a first order, as after a power cut; a customer
    may take `payment_time` in all.
    """

    host: str
    port: int = 8092
    till: str = "1"
    start_time: float = 90.0
    payment_time: float = 300.0

    def __post_init__(self) -> None:
        within(self, port=(1, 65535), start_time=(1, 300), payment_time=(1, 900))
        if not re.fullmatch(r"[A-Za-z0-9]{1,10}", self.till):
            raise ValueError(say("till : lettres et chiffres, dix au plus"))


@asynccontextmanager
async def open_terminal(settings: CashlogySettings) -> AsyncIterator[PaymentTerminal]:
    """Look whether it listens. Raises DeviceLost when it does not."""
    async with listening(settings.host, settings.port) as dial:
        yield over(dial, settings)


def over(dial: Dial, settings: CashlogySettings, line: Link | None = None) -> TalkingTerminal:
    """The machine behind whatever line."""
    bound = settings.start_time + settings.payment_time
    return TalkingTerminal(dial, Cashlogy(settings), bound, line)


class Cashlogy(OnlyPays):
    """The dialogues. See `Speech`."""

    abilities = frozenset({Ability.REFUND, Ability.CANCEL})

    def __init__(self, settings: CashlogySettings) -> None:
        self._settings = settings

    def authorise(self, order: Order) -> Talk[Outcome]:
        """Begins, gives the order, and waits until money has come in, or gone out."""
        yield Send(command("I"))
        begun = yield from self._answer(self._settings.start_time)
        if begun.code not in (DONE, LEVEL):
            raise _refusal(begun)
        yield Send(self.request(order), orders=True)
        yield Tell(Stage.COINS if order.service is Service.PURCHASE else Stage.CHANGE)
        ended = yield from self._answer(self._settings.payment_time, SUMS[order.service])
        return self.read(order, ended)

    def request(self, order: Order) -> bytes:
        """The order's command."""
        if order.service is Service.REFUND:
            return command("P", order.cents, 1, 0, 0)
        flags = (0, 0, 0, 0, 0, 1, 0, 0)
        return command("C", order.reference, self._settings.till, order.cents, *flags)

    def read(self, order: Order, ended: Answer) -> Outcome:
        """What an answer says. AnswerError where it cannot be believed; NotTaken."""
        if ended.code in ("ER:BUSY", "ER:BAD_DATA", "ER:ILLEGAL"):
            raise _refusal(ended)
        if ended.code not in (DONE, LEVEL, CANCELLED):
            # Some of the change may be stuck: what has moved is for a person to see.
            raise AnswerError(f"{ended.code}")
        try:
            sums = ended.cents
        except FrameError as error:
            raise AnswerError(str(error)) from error
        if len(sums) != SUMS[order.service] or min(sums) < 0:
            raise AnswerError("its sums are none")
        if order.service is Service.REFUND:
            moved = sums[0]
        else:
            come, gone, by_hand, _ = sums
            moved = come + by_hand - gone
        if moved < 0 or (moved and ended.code == CANCELLED):
            raise AnswerError("more went out than came in, or not all came back")
        if not moved:
            return Outcome(ending=Ending.ABANDONED, reason=Reason.CANCELLED)
        return Outcome(ending=Ending.APPROVED, cents=Cents(moved), scheme=Scheme.CASH)

    def _answer(self, seconds: float, sums: int = 0) -> Talk[Answer]:
        """The answer that has so many numbers; 0: any."""
        data, wait = b"", seconds
        while True:
            heard = yield Hear(wait)
            if heard is WITHDRAWN:
                yield Send(command("!"))
                continue
            data += heard if isinstance(heard, bytes) else b""
            try:
                found, at_end = answers(data)
            except FrameError as error:
                raise AnswerError(str(error)) from error
            # Fewer numbers than the question has: it is to the wish to give up.
            ours = [
                each for each in found if len(each.numbers) >= sums or each.code.startswith("ER:")
            ]
            if ours and (heard is None or len(ours[0].numbers) == sums > 0):
                return ours[0]
            if heard is None:
                raise TimeoutError("no answer")
            wait = QUIET if ours and at_end else seconds


def _refusal(answer: Answer) -> NotTaken:
    return NotTaken(answer.code, busy=answer.code == "ER:BUSY")


@hookimpl
def pos_register_drivers(drivers: Drivers) -> None:
    """Declare the driver «cashlogy»."""
    drivers.payment_terminals.add("cashlogy", open_terminal, CashlogySettings)
