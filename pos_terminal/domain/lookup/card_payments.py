"""What terminals were asked and what became of it, and what they say they moved. Pure.

Read from records alone, in their order: what a merchant asks the bank about, and how a terminal's
day is held to the journal's.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from pos_terminal.domain.authorisation import Scheme, Service
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentDecided,
    PaymentIntended,
    TerminalTotals,
)
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome


class CardPayment(Struct, frozen=True, kw_only=True):
    """One order: when it was asked for, and what became of it; cents are positive to the shop.

    `ticket` is the number of the ticket that it is on, 0 for none. `decided`: a person said so.
    """

    at: str
    ref: str
    terminal: str
    tender: str
    service: Service
    asked: int
    moved: int = 0
    outcome: PaymentOutcome | None = None
    decided: bool = False
    scheme: Scheme = Scheme.OTHER
    last_four: str = ""
    authorisation: str = ""
    number: str = ""
    ticket: int = 0

    @property
    def sure(self) -> bool:
        """Whether the terminal itself said what became of it, and did what it was asked."""
        return not self.decided and self.outcome is not None and (
            self.outcome is PaymentOutcome.REFUSED or abs(self.moved) == abs(self.asked)
        ) and self.outcome is not PaymentOutcome.UNKNOWN


class Reckoning(Struct, frozen=True, kw_only=True):
    """A terminal's day against the journal's. `said` is None where the terminal gave no sum.

    `doubtful` are the payments of that day by which a difference may have come.
    """

    terminal: str
    at: str
    journal: int
    payments: int
    said: int | None
    doubtful: tuple[CardPayment, ...]

    @property
    def difference(self) -> int | None:
        """What the terminal moved beyond what the journal has, in cents."""
        return None if self.said is None else self.said - self.journal


class Book(Struct):
    """Takes records in; `payments` by reference, `reckonings` by what terminals said."""

    payments: dict[str, CardPayment] = field(default_factory=dict)
    reckonings: list[Reckoning] = field(default_factory=list)
    open: dict[str, list[str]] = field(default_factory=dict)

    def take(self, event: Event, at: str) -> None:
        """The next record, and its local time."""
        match event:
            case PaymentIntended():
                self.payments[event.ref] = CardPayment(
                    at=at, ref=event.ref, terminal=event.terminal, tender=event.tender,
                    service=event.service, asked=_signed(event.service, event.amount),
                )  # fmt: skip
                self.open.setdefault(event.terminal, []).append(event.ref)
            case PaymentAnswered() if event.ref in self.payments:
                self._answered(event)
            case PaymentDecided() if event.ref in self.payments:
                asked = self.payments[event.ref]
                self.payments[event.ref] = replace(
                    asked,
                    moved=_signed(asked.service, event.amount),
                    outcome=PaymentOutcome.PAID if event.paid else PaymentOutcome.REFUSED,
                    decided=True,
                    authorisation=event.authorisation,
                )
            case SaleClosed():
                for paid in event.tenders:
                    if paid.card and paid.card.reference in self.payments:
                        ref = paid.card.reference
                        self.payments[ref] = replace(self.payments[ref], ticket=event.number)
            case TerminalTotals():
                self.reckonings.append(self._reckoned(event.terminal, at, event))
                self.open[event.terminal] = []

    def _answered(self, event: PaymentAnswered) -> None:
        asked = self.payments[event.ref]
        self.payments[event.ref] = replace(
            asked,
            moved=_signed(asked.service, event.amount),
            outcome=event.outcome,
            scheme=event.scheme,
            last_four=event.last_four,
            authorisation=event.authorisation,
            number=event.number,
        )

    def _reckoned(self, terminal: str, at: str, said: TerminalTotals | None) -> Reckoning:
        rows = [self.payments[ref] for ref in self.open.get(terminal, [])]
        sums = said.sums if said and said.known else None
        return Reckoning(
            terminal=terminal,
            at=at,
            journal=sum(each.moved for each in rows),
            payments=sum(1 for each in rows if each.moved),
            said=None if sums is None else sum(_signed(x.service, x.cents) for x in sums),
            doubtful=tuple(each for each in rows if not each.sure),
        )

    def running(self) -> Iterator[Reckoning]:
        """What each terminal moved since it last closed its day, by the journal alone."""
        for terminal, refs in self.open.items():
            if refs:
                yield self._reckoned(terminal, self.payments[refs[-1]].at, None)


def _signed(service: Service, cents: int) -> int:
    return cents if service is Service.PURCHASE else -cents


def matching(
    payments: Iterable[CardPayment], *, cents: int | None, last_four: str, begins: str
) -> Iterator[CardPayment]:
    """Those of that amount, card and local time («2026-03-03T12»); each of them may be left out."""
    for each in payments:
        amounts = (abs(each.moved), abs(each.asked))
        if cents is not None and cents not in amounts:
            continue
        if last_four and each.last_four != last_four:
            continue
        if begins and not each.at.startswith(begins):
            continue
        yield each
