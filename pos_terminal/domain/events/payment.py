"""Events of means of payment: what a terminal was asked, and what became of it."""

from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.authorisation import Original, Scheme, Service
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import PaymentOutcome


class PaymentIntended(Event, frozen=True, kw_only=True):
    """A payment terminal is about to be asked; recorded before a byte leaves. `ref` is unique.

    `amount` cents of `tender` move by that `service`, over the `terminal` of that name in the
    settings; `original` is the payment that money goes back to.
    """

    kind: ClassVar[str] = "payment.intended"
    sale: int
    ref: str
    tender: str
    amount: int
    service: Service = Service.PURCHASE
    terminal: str = ""
    original: Original | None = None


class PaymentBegun(Event, frozen=True, kw_only=True):
    """By what the order's answer will be told from others; recorded before a byte of the order.

    Only of terminals that do not know the till's reference: `after` is what one that repeats its
    last answer calls its last payment, or the number that one has given this order. By it the
    answer is found by another process as well.
    """

    kind: ClassVar[str] = "payment.begun"
    ref: str
    after: str


class PaymentAnswered(Event, frozen=True, kw_only=True):
    """What became of an intent: paid, refused or unknown; `amount` moved, `tip` of it a tip.

    `detail` says why no money moved, or why nobody knows. What the terminal said of the card and of
    itself stands here, and no more of the card than its last four digits.
    """

    kind: ClassVar[str] = "payment.answered"
    ref: str
    outcome: PaymentOutcome
    amount: int
    detail: str = ""
    tip: int = 0
    scheme: Scheme = Scheme.OTHER
    last_four: str = ""
    authorisation: str = ""
    number: str = ""
    identity: str = ""
    contactless: bool | None = None


class PaymentDecided(Event, frozen=True, kw_only=True):
    """What a person says became of an intent that nobody else can tell of: paid or not.

    `authorisation` is the number on the terminal's slip; `authority` is who allowed what the
    operator may not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "payment.decided"
    ref: str
    paid: bool
    amount: int
    authorisation: str = ""
    authority: int = 0

    @property
    def answer(self) -> PaymentAnswered:
        """As if the terminal had said it."""
        return PaymentAnswered(
            ref=self.ref,
            outcome=PaymentOutcome.PAID if self.paid else PaymentOutcome.REFUSED,
            amount=self.amount,
            authorisation=self.authorisation,
        )


class TerminalSum(Struct, frozen=True, kw_only=True):
    """What a terminal says it moved: by scheme, or over all of them where it gives one sum."""

    service: Service
    count: int
    cents: int
    scheme: Scheme | None = None


class TerminalTotals(Event, frozen=True, kw_only=True):
    """A terminal has closed its day, and says what it moved since it last did; `known`: it does.

    `identity` is the terminal's own number.
    """

    kind: ClassVar[str] = "terminal.totals"
    terminal: str
    known: bool
    sums: tuple[TerminalSum, ...] = ()
    identity: str = ""


class TerminalReckoned(Event, frozen=True, kw_only=True):
    """What a terminal said last that it moved, held to the journal: both in cents to the shop.

    `payments` moved the journal's sum since the terminal's day before. Where the two differ,
    `doubtful` are the references by which that may have come, and it stands until the next one
    agrees or somebody has explained it (terminal.settled).
    """

    kind: ClassVar[str] = "terminal.reckoned"
    terminal: str
    said: int
    journal: int
    payments: int
    doubtful: tuple[str, ...] = ()

    @property
    def difference(self) -> int:
        """What the terminal moved beyond what the journal has, in cents."""
        return self.said - self.journal


class TerminalSettled(Event, frozen=True, kw_only=True):
    """Somebody who may close the day says that a terminal's `difference` is explained.

    `authority` is who allowed what the operator may not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "terminal.settled"
    terminal: str
    difference: int
    authority: int = 0


def differing(standing: Mapping[str, int], event: Event) -> Mapping[str, int]:
    """The terminals with a difference that nobody has explained, in cents, after `event`."""
    match event:
        case TerminalReckoned() if event.difference:
            return {**standing, event.terminal: event.difference}
        case TerminalReckoned() | TerminalSettled():
            return {name: cents for name, cents in standing.items() if name != event.terminal}
    return standing


class TerminalKnown(Event, frozen=True, kw_only=True):
    """That terminal's own number, `identity`: at its first payment, or as somebody confirmed it.

    One that says another number is asked nothing. `authority` is who allowed what the operator may
    not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "terminal.known"
    terminal: str
    identity: str
    authority: int = 0


class PaymentChanged(Event, frozen=True, kw_only=True):
    """A closed ticket was paid otherwise than recorded: `amount` moves between two tenders.

    `authority` is who allowed what the operator may not do; 0: nobody had to. `drawer` is where the
    ticket's cash went.
    """

    kind: ClassVar[str] = "payment.changed"
    series: str
    number: int
    from_tender: str
    to_tender: str
    amount: int
    authority: int = 0
    drawer: int = 1


PAYMENT_EVENTS: tuple[type[Event], ...] = (
    PaymentIntended,
    PaymentBegun,
    PaymentAnswered,
    PaymentDecided,
    TerminalTotals,
    TerminalReckoned,
    TerminalSettled,
    TerminalKnown,
    PaymentChanged,
)
