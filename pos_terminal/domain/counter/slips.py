"""A card that a terminal took which the till cannot ask: the number on its slip, and a right."""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Sound, Step
from pos_terminal.domain.display import payments as display
from pos_terminal.domain.events.sale import CardPaid, Tender
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.tender import MANUAL

LONGEST_NUMBER = 12
"""Digits of a number on a slip: banks give six."""


class SlipAsked(Pending, frozen=True):
    """How much of which means of that sale; the number is typed, and then the means' key."""

    refusal: ClassVar[Fault] = faults.SLIP_NUMBER

    sale: int
    tender: str
    amount: int
    typed: str = ""

    def screen(self, desk: Desk) -> Screen:
        """How much, and what is typed."""
        return display.slip(MANUAL.label, abs(self.amount), self.typed)

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """Digits; the key of the means; C takes back what is typed, then gives it up."""
        match key.function:
            case Function.TYPE if key.argument.isdigit():
                if len(self.typed) + len(key.argument) > LONGEST_NUMBER:
                    raise Refused(faults.TOO_LONG)
                desk.pending = replace(self, typed=self.typed + key.argument)
                return Step()
            case Function.CLEAR if self.typed:
                desk.pending = replace(self, typed="")
                return Step()
            case Function.TENDER if key.argument == self.tender and self.typed:
                # The means' own handler goes on. It may be decided anew, more than once: somebody
                # lends the right for it, the past says what is held for the orders it fetches.
                desk.pending, desk.decision = None, desk.decision.by_slip(self.paid)
                return None
            case _:
                return super().press(desk, key, moment)

    @property
    def paid(self) -> Tender:
        """What the slip says was paid. Zeros stand for a number that is not on it."""
        card = CardPaid(authorisation=self.typed if self.typed.strip("0") else "")
        return Tender(
            sale=self.sale, tender=MANUAL.name, amount=self.amount, given=self.amount, change=0,
            card=card,
        )  # fmt: skip

    def after_error(self) -> "SlipAsked":
        """It is still to be said."""
        return self


def ask(desk: Desk, paid: Tender) -> Step:
    """The means that would be taken, by its slip."""
    desk.pending, desk.entry = SlipAsked(paid.sale, paid.tender, paid.amount), Entry()
    return Step(effects=(Sound(Tone.ACCEPTED),))


def typed(desk: Desk) -> Tender | None:
    """The means whose slip's number this key ends; None where it ends none. Raises Wait."""
    paid = desk.decision.slip
    if paid is None or desk.sale is None or paid.sale != desk.sale.number:
        return None
    authority.need(desk, Right.MANUAL)
    return paid
