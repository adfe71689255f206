"""What a payment terminal is asked and what it answers: closed vocabularies and their two structs.

A terminal reads cards, or takes and gives cash (a recycler): to the till it is one thing that moves
money at an order and says how it ended. The words are those of UPOS (CAT) and nexo Retailer.
"""

import re
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.money import Cents

EURO = "EUR"
"""ISO 4217. The till sells in euros; a terminal that answers in anything else has not answered."""

REFERENCE_LENGTH = 10
"""Characters of a reference: what Concert's private field and nexo's ServiceID hold at most."""


class Service(StrEnum):
    """Which way money moves. A reversal undoes one payment of the same day, whole."""

    PURCHASE = "purchase"
    REFUND = "refund"
    REVERSAL = "reversal"


class Scheme(StrEnum):
    """Whose card it was, or that it was none. `OTHER`: the terminal named one that we do not know,
    or none at all."""

    CB = "CB"
    VISA = "VISA"
    MASTERCARD = "MASTERCARD"
    AMEX = "AMEX"
    GIROCARD = "GIROCARD"
    CONECS = "CONECS"
    """Meal vouchers on a card: the law of meal vouchers holds for it (docs/tenders.md)."""

    CHEQUE = "CHEQUE"
    CASH = "CASH"
    OTHER = "OTHER"


class Ending(StrEnum):
    """How an order ended, once that is certain. What is not certain is no answer at all."""

    APPROVED = "approved"
    """Money moved: `cents` of it."""

    REFUSED = "refused"
    """The terminal, the card or its bank said no. No money moved."""

    ABANDONED = "abandoned"
    """Somebody gave up, or nobody did anything in the terminal's time. No money moved."""


class Reason(StrEnum):
    """Why no money moved; what a protocol cannot tell apart is the plainest of those that fit."""

    NONE = ""
    REFUSED = "refused"
    """The card or its bank said no."""

    FORBIDDEN = "forbidden"
    """The terminal may not do this: this card, this service, this amount."""

    CANCELLED = "cancelled"
    """The customer pressed the red button, or took the card away."""

    WITHDRAWN = "withdrawn"
    """The till asked the terminal to give up, and it did."""

    NOBODY = "nobody"
    """No card, or no PIN, came in the terminal's time."""

    UNREADABLE = "unreadable"
    """The card could not be read."""

    NETWORK = "network"
    """The terminal did not reach its bank."""

    NOT_PREPARED = "not-prepared"
    """The terminal has work of its own to do first: its end of day, an update, paper."""

    UNKNOWN_PAYMENT = "unknown-payment"
    """It does not know what a reversal is to undo."""

    NOT_DONE = "not-done"
    """It says that it was not done, and not why."""


class Stage(StrEnum):
    """How far an order is, for the clerk: told while it lasts, never an answer."""

    CARD = "card"
    """It waits for a card."""

    PIN = "pin"
    AUTHORISING = "authorising"
    """It asks the bank. From here on a cancelled order may have been approved."""

    REMOVE_CARD = "remove-card"
    SIGNATURE = "signature"
    COINS = "coins"
    """A recycler takes money in."""

    CHANGE = "change"
    """A recycler gives money back."""


class Original(Struct, frozen=True, kw_only=True):
    """The payment that a refund or a reversal goes back to, as its terminal said it then."""

    reference: str
    cents: int
    number: str = ""
    authorisation: str = ""
    last_four: str = ""


class Order(Struct, frozen=True, kw_only=True):
    """What a terminal is asked to do. ValueError names what cannot be.

    `reference` is the till's own: a capital letter and nine digits, used once and never again, on
    record before a byte leaves. The letter is the terminal's series, the digits count up; who has
    room for less takes the last ones. `cents` is more than nothing, whichever way it moves. `after`
    is what the terminal called its last payment when this order was about to be given.
    """

    reference: str
    cents: Cents
    service: Service = Service.PURCHASE
    original: Original | None = None
    after: str = ""

    def __post_init__(self) -> None:
        letter, digits = self.reference[:1], self.reference[1:]
        if not (len(self.reference) == REFERENCE_LENGTH and "A" <= letter <= "Z"
                and digits.isascii() and digits.isdigit()):  # fmt: skip
            raise ValueError(f"{self.reference!r} is no reference")
        if self.cents <= 0:
            raise ValueError(f"an order of {self.cents} cents")
        if self.service is Service.REVERSAL and self.original is None:
            raise ValueError("a reversal names what it undoes")


class Outcome(Struct, frozen=True, kw_only=True):
    """How an order ended, for certain: the terminal's final answer.

    `cents` is what moved in all, `tip` the part of it beyond what was asked as a tip; both are 0
    unless approved. It may be less than asked (a card with too little on it) or more: the till
    takes it as it is, and says so. `last_four` are the last digits of the card, or fewer;
    `authorisation` the bank's number, as it stands on the slip; `number` the terminal's own for
    this payment, by which it finds it again; `terminal` its own identity, as it stands on its
    slips; `contactless` None where that is not told; `signature`: the customer signs. The slips are
    the lines that the terminal gave to be printed, none where it prints by itself.

    The till masks every run of digits that could be a card's number in all of these, whatever a
    driver hands on; a driver logs none of them.
    """

    ending: Ending
    reason: Reason = Reason.NONE
    cents: Cents = Cents(0)
    currency: str = EURO
    tip: Cents = Cents(0)
    scheme: Scheme = Scheme.OTHER
    last_four: str = ""
    authorisation: str = ""
    number: str = ""
    terminal: str = ""
    contactless: bool | None = None
    signature: bool = False
    customer_slip: tuple[str, ...] = ()
    merchant_slip: tuple[str, ...] = ()


class Total(Struct, frozen=True, kw_only=True):
    """What a terminal says it moved since its last end of day: by scheme and service, or in all.

    `scheme` is None where it gives one sum for all schemes.
    """

    service: Service
    count: int
    cents: Cents
    scheme: Scheme | None = None


class Totals(Struct, frozen=True, kw_only=True):
    """A terminal's end of day. `known`: it said sums; else only that its day is closed."""

    known: bool
    sums: tuple[Total, ...] = ()
    terminal: str = ""
    slip: tuple[str, ...] = ()


_CARD = re.compile(r"\d(?:[ \u00a0.-]{0,2}\d){12,}")
"""13 digits or more, however they are grouped: a card has 13 to 19 by ISO/IEC 7812, and what stands
on its stripe may follow without a gap."""

MOST_LINES, LONGEST_LINE, LONGEST_WORD = 200, 200, 64
"""What is kept of a slip, and of a number: no terminal has more to say, but one that is broken, or
somebody else's, may."""


def masked(outcome: Outcome) -> Outcome:
    """The same, fit to be kept, printed and shown, whoever made it up.

    Without any run of digits that could be a card's number but its last four, without characters
    that command a printer or a screen, and not without end.
    """
    return replace(
        outcome,
        last_four="".join(filter(str.isdecimal, outcome.last_four))[-4:],
        authorisation=word(outcome.authorisation),
        number=word(outcome.number),
        terminal=word(outcome.terminal),
        customer_slip=_slip(outcome.customer_slip),
        merchant_slip=_slip(outcome.merchant_slip),
    )


def word(text: str) -> str:
    """A number of a terminal's, fit to be kept."""
    return _plain(text, LONGEST_WORD)


def _slip(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_plain(line, LONGEST_LINE) for line in lines[:MOST_LINES])


def _plain(text: str, longest: int) -> str:
    # In this order: digits that a control character parted would stand together unmasked, and half
    # a number that is cut would be one no more.
    return without_cards("".join(filter(str.isprintable, text)))[:longest]


def without_cards(text: str) -> str:
    """A text whose long runs of digits show their last four alone."""
    return _CARD.sub(lambda found: _stars(found[0]), text)


def _stars(digits: str) -> str:
    plain = "".join(filter(str.isdigit, digits))
    return "*" * (len(plain) - 4) + plain[-4:]
