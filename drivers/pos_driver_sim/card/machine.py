"""What all card terminals have in common: a customer, a bank, a line that may fail, and a clock.

A terminal whose line is lost goes on with the card that is in it, as real ones do; one whose power
is cut forgets what it was about, and not what it has booked.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from pos_driver_sim.bank import Bank, Card
from pos_terminal.domain.authorisation import Service

WITHOUT = "2" * 10
"""A reference that no till gives."""


class Act(StrEnum):
    """What becomes of the next order: by the customer or the bank, and by the line."""

    APPROVE = "approve"
    LESS = "less"
    """Approved, but half of what was asked: the card had no more on it."""

    REFUSE = "refuse"
    ABANDON = "abandon"
    """The customer presses the red button."""

    NOBODY = "nobody"
    """No card comes in the terminal's time."""

    WAIT = "wait"
    """Nobody does anything, until `decide` says what, or the till asks to give up."""

    BUSY = "busy"
    """It does something else, and takes no order."""

    LOSE_BEFORE = "lose-before"
    """The line is cut as the order arrives, and the terminal takes no notice of the order."""

    LOSE_DURING = "lose-during"
    """It is cut while the card is in, and then the money moves."""

    LOSE_AFTER = "lose-after"
    """It is cut once the money has moved, before a byte of the answer."""

    SILENT = "silent"
    """The money moves, and the answer never comes."""

    TWICE = "twice"
    """The answer comes twice."""

    LATE = "late"
    """The answer comes when the till has long given up: after `late` seconds."""

    GARBAGE = "garbage"
    """The money moves, and the answer is damaged, however often it is said."""

    OLDER = "older"
    """The money moves, and the answer is to another order."""

    FOREIGN = "foreign"
    """The money moves, and the answer is in dollars."""


_MOVES = set(Act) - {
    Act.REFUSE, Act.ABANDON, Act.NOBODY, Act.WAIT, Act.BUSY, Act.LOSE_BEFORE,
}  # fmt: skip


@dataclass(slots=True)
class Deal:
    """An order as the terminal understood it, and what came of it: `cents` that moved."""

    service: Service
    asked: int
    reference: str = ""
    receipt: str = ""
    """Of the payment that it undoes, where the protocol names it."""

    act: Act = Act.APPROVE
    cents: int = 0
    number: int = 0
    withdrawn: bool = False


class Machine(ABC):
    """One terminal. `acts` are what the next orders come to, then `always`; `card` is held out.

    `bank` has all that ever moved. It takes `card_time` seconds until the card is there, and
    `bank_time` for the bank.
    """

    driver: ClassVar[str]
    serial: ClassVar[bool] = False
    """On a line that stands, and whose loss it does not see."""

    secrets: ClassVar[Mapping[str, str]] = {}
    """See `payment_wire.Machine`."""

    def __init__(self) -> None:
        self.acts: deque[Act] = deque()
        self.always = Act.APPROVE
        self.card = Card(number="4111111111111111")
        self.approves: int | None = None
        self.card_time = 0.0
        self.bank_time = 0.0
        self.late = 3600.0
        self.bank = Bank()
        self.deals: list[Deal] = []
        self.waiting: Deal | None = None
        self._send: Callable[[bytes], None] = _nowhere
        self._hang_up: Callable[[], None] = _nothing
        self._timers: set[asyncio.TimerHandle] = set()
        self._number = 0

    @property
    def moved(self) -> list[int]:
        """Cents that the bank has moved, in order: to the shop where they are positive."""
        return self.bank.moved

    @property
    @abstractmethod
    def table(self) -> dict[str, object]:
        """The driver's settings, but for where the terminal is."""

    def script(self, *acts: Act) -> None:
        """What becomes of the next orders, one after the other."""
        self.acts.extend(acts)

    def silence_next(self) -> None:
        """The money of the next order moves, and its answer never comes."""
        self.acts.appendleft(Act.SILENT)

    def decide(self, act: Act) -> None:
        """End the order that waits. ValueError where none does."""
        if self.waiting is None:
            raise ValueError("no order waits")
        deal, self.waiting = self.waiting, None
        deal.act = act
        self._at_bank(deal)

    def called(self, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        """A till has connected, or been plugged in."""
        self._send, self._hang_up = send, hang_up
        self.begin_line()

    def lost(self) -> None:
        """The line is gone. What is on the screen stays there."""
        self._send, self._hang_up = _nowhere, _nothing
        self.line_lost()

    @abstractmethod
    def received(self, data: bytes) -> None:
        """Bytes of the till's."""

    @abstractmethod
    def begin_line(self) -> None:
        """A dialogue begins anew."""

    def line_lost(self) -> None:  # noqa: B027 (most do nothing)
        """What a terminal does of its own about it."""

    def power_cycle(self) -> None:
        """Off and on again: it is at rest, and knows what its store holds."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.waiting = None
        self.forget()
        self._hang_up()
        self._send, self._hang_up = _nowhere, _nothing

    @abstractmethod
    def forget(self) -> None:
        """Drop what no store holds."""

    def busy_now(self) -> bool:
        """Whether the next order is not taken up; its act is done with then."""
        if self.acts and self.acts[0] is Act.BUSY:
            self.acts.popleft()
            return True
        return False

    def take(self, deal: Deal) -> None:
        """An order has been understood, and taken up."""
        deal.act = self.acts.popleft() if self.acts else self.always
        if deal.act is Act.LOSE_BEFORE:
            self._cut()
            self.ended(deal, told=False)
            return
        self.deals.append(deal)
        self.started(deal)
        self.later(self.card_time, lambda: self._with_card(deal))

    def withdraw(self) -> None:
        """The till asks to give up."""
        if self.waiting is not None:
            self.waiting.withdrawn = True
            self.decide(Act.ABANDON)

    def later(self, seconds: float, what: Callable[[], None]) -> asyncio.TimerHandle:
        """Do something after a while, unless the power goes first."""

        def do() -> None:
            self._timers.discard(timer)
            what()

        timer = asyncio.get_running_loop().call_later(seconds, do)
        self._timers.add(timer)
        return timer

    def _with_card(self, deal: Deal) -> None:
        if deal.act is Act.WAIT:
            self.waiting = deal
            return
        if deal.act is Act.LOSE_DURING:
            self._cut()
        self._at_bank(deal)

    def _at_bank(self, deal: Deal) -> None:
        self.asks_bank(deal)
        self.later(self.bank_time, lambda: self._answered(deal))

    def _answered(self, deal: Deal) -> None:
        if deal.act in _MOVES and self.possible(deal):
            deal.cents = deal.asked // 2 if deal.act is Act.LESS else self.approves or deal.asked
            self.bank.book(deal.service, deal.cents, deal.reference, self.card.scheme)
        self._number += 1
        deal.number = self._number
        self.stored(deal)
        if deal.act is Act.LOSE_AFTER:
            self._cut()
        self.ended(deal, told=deal.act is not Act.SILENT)

    def possible(self, deal: Deal) -> bool:
        """Whether the terminal knows what it is to undo."""
        return True

    def started(self, deal: Deal) -> None:  # noqa: B027 (a screen that nobody sees)
        """The amount stands on its screen."""

    def asks_bank(self, deal: Deal) -> None:  # noqa: B027 (likewise)
        """It dials."""

    def stored(self, deal: Deal) -> None:  # noqa: B027 (most store nothing to be asked for)
        """It has written down what it came to."""

    @abstractmethod
    def ended(self, deal: Deal, *, told: bool) -> None:
        """Say what an order came to, where it is `told` at all."""

    def answer(self, deal: Deal, say: Callable[[Deal], None]) -> None:
        """Say it now, or late."""
        if deal.act is Act.LATE:
            self.later(self.late, lambda: say(deal))
        else:
            say(deal)

    def _cut(self) -> None:
        hang_up = self._hang_up
        self.lost()
        hang_up()


def _nowhere(_: bytes) -> None:
    """What is sent over no line."""


def _nothing() -> None:
    """Nobody is there to be hung up on."""
