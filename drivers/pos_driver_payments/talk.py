"""How a dialogue with a payment terminal is written down, without any I/O.

A dialogue is a generator. It yields what it wants to do, and is sent what it heard; so all of a
protocol, its order and its waits too, is tried without a terminal, a line or a clock. What an error
means does not stand in it: `TalkingTerminal` knows whether the order had left, and says so once for
all protocols.
"""

from collections.abc import Generator
from enum import Enum
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from pos_terminal.devices.payments import Ability
from pos_terminal.domain.authorisation import Order, Outcome, Stage, Totals

T = TypeVar("T")


class AnswerError(ValueError):
    """What came is no answer that can be believed. It says where, and never shows the bytes."""


class NotTaken(Exception):
    """The terminal said that it does not take the order up; `busy`: for now."""

    def __init__(self, reason: str, *, busy: bool = False, unable: bool = False) -> None:
        super().__init__(reason)
        self.busy = busy
        self.unable = unable


class Send(Struct, frozen=True):
    """Hand these bytes over. From the first that `orders` on, money may move."""

    data: bytes
    orders: bool = False


class Hear(Struct, frozen=True):
    """Wait for bytes, this many seconds at most; 0: take what has come already.

    The dialogue is sent them, or None for a silence, or WITHDRAWN where the till gives up.
    """

    seconds: float


class HangUp(Struct, frozen=True):
    """End the line; what follows has one of its own."""


class Pause(Struct, frozen=True):
    """Let this many seconds go by, without a line. Sent WITHDRAWN where the till gives up."""

    seconds: float


class Aside(Struct, frozen=True):
    """Say this on a second line, and wait this many seconds at most for anything on it.

    For protocols in which the first one hears nothing while an order is under way.
    """

    data: bytes
    seconds: float


class Tell(Struct, frozen=True):
    """Tell the clerk how far it is."""

    stage: Stage


class Settle(Struct, frozen=True):
    """This is the answer, and final, whatever becomes of the courtesies that follow it."""

    answer: Any


class Withdrawn(Enum):
    """The till asks to give up the order."""

    WITHDRAWN = "withdrawn"


WITHDRAWN = Withdrawn.WITHDRAWN

Step = Send | Hear | HangUp | Pause | Aside | Tell | Settle
Heard = bytes | Withdrawn | None
Talk = Generator[Step, Any, T]


class OnlyPays:
    """What a protocol answers that has no words for the rest; others override what they have."""

    def identity(self) -> Talk[str]:
        """See `PaymentTerminal.identity`: a payment alone tells it, if anything does."""
        yield from ()
        return ""

    def begin(self, order: Order) -> Talk[str]:
        """See `PaymentTerminal.begin`: it is not needed, or of no use."""
        yield from ()
        return ""

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        """See `PaymentTerminal.outcome`."""
        yield from ()
        raise AnswerError("cannot be asked")

    def end_of_day(self) -> Talk[Totals]:
        """See `PaymentTerminal.end_of_day`."""
        yield from ()
        raise AnswerError("cannot be asked")


class Speech(Protocol):
    """A protocol: the dialogues that it knows. They raise AnswerError, NotTaken, TimeoutError."""

    @property
    def abilities(self) -> frozenset[Ability]:
        """See `PaymentTerminal.abilities`."""

    def identity(self) -> Talk[str]:
        """See `PaymentTerminal.identity`."""

    def begin(self, order: Order) -> Talk[str]:
        """See `PaymentTerminal.begin`."""

    def authorise(self, order: Order) -> Talk[Outcome]:
        """See `PaymentTerminal.authorise`."""

    def outcome(self, order: Order) -> Talk[Outcome | None]:
        """See `PaymentTerminal.outcome`; AnswerError where it cannot tell."""

    def end_of_day(self) -> Talk[Totals]:
        """See `PaymentTerminal.end_of_day`."""
