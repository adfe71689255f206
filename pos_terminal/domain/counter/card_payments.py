"""Payments through a terminal: asked for, waited for, settled, and what nobody knows decided.

What is on record is all there is: an open sale has its `payment` (an intent) and what was
`answered`, and everything here follows from these, after a power cut as well. An order is not sent
before its intent is durable, as all effects are released behind their records. An answer becomes a
means of payment where the sale is at hand (`card_answers`): at once, or when it is recalled.
"""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import Order, Original, Service
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import (
    AskTerminal,
    CancelPayment,
    RecallPayment,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import payments as display
from pos_terminal.domain.display import screens
from pos_terminal.domain.events.payment import PaymentDecided, PaymentIntended, TerminalKnown
from pos_terminal.domain.events.sale import CardPaid, Tender
from pos_terminal.domain.events.values import PaymentOutcome, Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import Cents
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.tender.tender import TenderKind
from pos_terminal.domain.tender.terminals import Terminal

MOST_ATTEMPTS = 99
"""Orders for one sale: two digits of a reference count them."""

DIGITS = 6
"""Of an authorisation number (ISO 8583, field 38). Fewer are an amount, typed by habit: that must
decide nothing."""

LAST_DIGITS = 4
"""Of a terminal's own number: what somebody reads on it to confirm it."""

BESIDE = (Function.HOLD, Function.CLERK)
"""Keys that leave a sale whose card is being read, so that the next customer can be served."""


def through(desk: Desk, sale: Sale, kind: TenderKind) -> Terminal | None:
    """The terminal that this means goes through, None where it is declared.

    Exercises and recorded sales move no money. A sale made while the till was down was paid on a
    terminal by itself: its slip's number is typed.
    """
    if desk.training or sale.origin:
        return None
    chosen = desk.chosen.get(sale.number, 0)
    found = desk.rules.terminals.for_(kind.name, desk.clerk, chosen)
    return replace(found, device="") if found and sale.taken_at else found


def ask(desk: Desk, sale: Sale, paid: Tender, terminal: Terminal) -> Step:
    """Have the terminal move the money of a tender that is not taken yet."""
    refund = paid.amount < 0
    original = next(
        (
            _original(each.card, each.amount)
            for opened in sale.refunds
            for each in opened.paid
            if each.card and each.card.reference and each.tender == paid.tender
        ),
        None,
    )
    intended = PaymentIntended(
        sale=sale.number,
        ref=_reference(desk, sale, terminal),
        tender=paid.tender,
        amount=abs(paid.amount),
        service=Service.REFUND if refund else Service.PURCHASE,
        terminal=terminal.device,
        original=original if refund else None,
    )
    return _sent(desk, intended)


def reverse(desk: Desk, sale: Sale) -> Step:
    """CORR: the last means went through a terminal, so that it is that which gives it back."""
    last = sale.tenders[-1]
    card = last.card
    terminal = next(
        (each for each in desk.rules.terminals.of if card and each.device == card.terminal), None
    )
    if card is None or terminal is None or last.amount <= 0:
        raise Refused(faults.TERMINAL_UNABLE)
    intended = PaymentIntended(
        sale=sale.number,
        ref=_reference(desk, sale, terminal),
        tender=last.tender,
        amount=last.amount,
        service=Service.REVERSAL,
        terminal=terminal.device,
        original=_original(card, last.amount),
    )
    return _sent(desk, intended)


def _original(card: CardPaid, cents: int) -> Original:
    return Original(
        reference=card.reference,
        cents=Cents(cents),
        number=card.number,
        authorisation=card.authorisation,
        last_four=card.last_four,
    )


def _reference(desk: Desk, sale: Sale, terminal: Terminal) -> str:
    """Never given twice: sales are numbered for ever, and a sale counts what was asked for it."""
    if sale.attempts >= MOST_ATTEMPTS:
        raise Refused(faults.CARD_REFUSED)
    letter = desk.rules.terminals.letter(terminal)
    return f"{letter}{sale.number % 10_000_000:07d}{sale.attempts + 1:02d}"


def _sent(desk: Desk, intended: PaymentIntended) -> Step:
    desk.entry, desk.stranger = Entry(), None
    asked = AskTerminal(intended, desk.terminals.get(intended.terminal, ""))
    return Step((intended,), (Show(display.waiting(intended)), asked))


def order(intended: PaymentIntended) -> Order:
    """What a terminal is sent for an intent."""
    return Order(
        reference=intended.ref,
        cents=Cents(intended.amount),
        service=intended.service,
        original=intended.original,
    )


class Awaited(Pending, frozen=True):
    """The terminal has the sale's order: the sale stands still until it answers.

    Not kept on the desk but found in the sale (`pending`), so that a power cut forgets nothing.
    """

    refusal: ClassVar[Fault] = faults.CARD_UNDER_WAY
    holds_day: ClassVar[bool] = True

    intended: PaymentIntended

    def screen(self, desk: Desk) -> None:
        """The base screen says how far it is."""

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """C asks the terminal to give up; HOLD serves the next customer."""
        if key.function in BESIDE:
            return None
        if key.function is not Function.CLEAR:
            raise Refused(self.refusal)
        shown = Show(display.giving_up(self.intended))
        return Step(effects=(shown, CancelPayment(self.intended)))


class Uncertain(Pending, frozen=True):
    """Nobody knows whether the card was debited: the terminal is asked again, or a person decides.

    Its slip says it: `123456 CARD` with the number on it (`000000` where it has none), `0 CARD`
    where nothing was debited.
    """

    refusal: ClassVar[Fault] = faults.PAYMENT_UNKNOWN
    holds_day: ClassVar[bool] = True

    intended: PaymentIntended

    def screen(self, desk: Desk) -> Screen | None:
        """What is typed, or what decides."""
        return None

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """The key of the means, with or without a number; what types that; HOLD."""
        if key.function in (*BESIDE, Function.TYPE, Function.CLEAR):
            return None
        if key != Key(Function.TENDER, self.intended.tender):
            raise Refused(self.refusal)
        if replace(desk.entry, number="") != Entry():
            raise Refused(faults.NOT_NOW)
        if not desk.entry.number:
            shown = Show(display.recalling(self.intended))
            return Step(effects=(shown, RecallPayment(self.intended)))
        typed = desk.entry.number
        if not typed.isdigit() or (typed != "0" and len(typed) < DIGITS):
            raise Refused(faults.SLIP_NUMBER)
        authority.need(desk, Right.PAYMENT)
        desk.entry = Entry()
        paid = typed != "0"
        decided = PaymentDecided(
            ref=self.intended.ref,
            paid=paid,
            amount=self.intended.amount if paid else 0,
            authorisation=typed if paid else "",
            authority=desk.authority,
        )
        return Step((decided,), (Sound(Tone.ACCEPTED), Show(screens.remaining(_due(desk)))))


class Stranger(Pending, frozen=True):
    """The terminal that answers is known by another number, and was asked nothing.

    Who confirms it has looked at it: the last four digits of the number on it or its slips, and the
    key of the means; `0` where it says none. C leaves it unconfirmed.
    """

    refusal: ClassVar[Fault] = faults.TERMINAL_CHANGED
    holds_day: ClassVar[bool] = True

    sale: int
    terminal: str
    tender: str
    identity: str

    def screen(self, desk: Desk) -> Screen | None:
        """The base screen says what confirms it."""

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step | None:
        """The key of the means behind the digits; what types those; C."""
        if key.function is Function.TYPE:
            return None
        if key.function is Function.CLEAR:
            if not desk.entry.empty:
                return None
            desk.stranger = None
            return Step(effects=(Show(screens.remaining(_due(desk))),))
        if key != Key(Function.TENDER, self.tender) or replace(desk.entry, number="") != Entry():
            raise Refused(self.refusal)
        if desk.entry.number != (self.identity[-LAST_DIGITS:] or "0"):
            raise Refused(faults.TERMINAL_CHANGED)
        authority.need(desk, Right.PAYMENT)
        desk.entry, desk.stranger = Entry(), None
        known = TerminalKnown(
            terminal=self.terminal, identity=self.identity, authority=desk.authority
        )
        return Step((known,), (Sound(Tone.ACCEPTED), Show(screens.remaining(_due(desk)))))


def _due(desk: Desk) -> int:
    return desk.sale.due if desk.sale else 0


def pending(desk: Desk) -> Pending | None:
    """What the sale at hand waits for of a terminal."""
    sale, stranger = desk.sale, desk.stranger
    if isinstance(stranger, Stranger) and sale and sale.number == stranger.sale:
        return stranger
    if sale is None or sale.payment is None:
        return None
    unknown = sale.answered is not None and sale.answered.outcome is PaymentOutcome.UNKNOWN
    return Uncertain(sale.payment) if unknown else Awaited(sale.payment)


def open_payments(desk: Desk) -> tuple[PaymentIntended, ...]:
    """What terminals were asked for open sales, and nobody has answered yet for certain."""
    return tuple(each.intended for each in recalls(desk))


def recalls(desk: Desk) -> tuple[RecallPayment, ...]:
    """What a start has terminals asked: whatever was asked of them before, with all on record."""
    sales = (*((desk.sale,) if desk.sale else ()), *desk.waiting)
    return tuple(
        RecallPayment(sale.payment, sale.after)
        for sale in sales
        if sale.payment
        and (sale.answered is None or sale.answered.outcome is PaymentOutcome.UNKNOWN)
    )
