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
                # The means' own handler goes on: somebody may have to lend the right for it, and
                # then it is decided anew.
                desk.pending, desk.slip = None, self
                return None
            case _:
                return super().press(desk, key, moment)

    def after_error(self) -> "SlipAsked":
        """It is still to be said."""
        return self


def ask(desk: Desk, paid: Tender) -> Step:
    """The means that would be taken, by its slip."""
    desk.pending, desk.entry = SlipAsked(paid.sale, paid.tender, paid.amount), Entry()
    return Step(effects=(Sound(Tone.ACCEPTED),))


def typed(desk: Desk) -> Tender | None:
    """The means whose slip's number was just typed; None where none was. Raises Wait."""
    slip = desk.slip
    if not isinstance(slip, SlipAsked) or desk.sale is None or slip.sale != desk.sale.number:
        return None
    authority.need(desk, Right.MANUAL)
    desk.slip = None
    card = CardPaid(authorisation=slip.typed if slip.typed.strip("0") else "")
    return Tender(
        sale=slip.sale, tender=MANUAL.name, amount=slip.amount, given=slip.amount, change=0,
        card=card,
    )  # fmt: skip
