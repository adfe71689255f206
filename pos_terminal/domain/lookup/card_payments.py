"""What terminals were asked and what became of it, and what they say they moved. Pure.

Read from records alone, in their order: what a merchant asks the bank about, and how a terminal's
day is held to the journal's.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct, field
from msgspec.structs import replace

from pos_terminal.domain.authorisation import Scheme, Service
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentDecided,
    PaymentIntended,
    TerminalSettled,
    TerminalSum,
    TerminalTotals,
)
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.sale import Paid, SaleClosed
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.domain.lookup.reckoning import CardPayment, Reckoning, SchemeSum
from pos_terminal.domain.tender.tender import MANUAL

OF_CARDS = (
    PaymentIntended, PaymentAnswered, PaymentDecided, TerminalTotals, TerminalSettled, SaleClosed,
    PeriodClosed,
)  # fmt: skip
"""What a `Book` takes in."""


class _Since(Struct):
    """What a terminal was asked since it closed its day, each with the till's day; see `Book`."""

    asked: list[tuple[int, str]] = field(default_factory=list)
    alone: int = 0


class Book(Struct):
    """Takes records in; `payments` by reference, `reckonings` by what terminals said.

    The till's days are counted by their Zs: `labels` has those that are closed. `alone` are the
    cards by a slip's number, each with its day; `open` has how many of them each terminal's last
    end of day has left behind.
    """

    payments: dict[str, CardPayment] = field(default_factory=dict)
    reckonings: list[Reckoning] = field(default_factory=list)
    open: dict[str, _Since] = field(default_factory=dict)
    alone: list[tuple[int, CardPayment]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def take(self, event: Event, at: str) -> None:
        """The next record, and its local time."""
        match event:
            case PaymentIntended():
                self.payments[event.ref] = CardPayment(
                    at=at, ref=event.ref, terminal=event.terminal, tender=event.tender,
                    service=event.service, asked=_signed(event.service, event.amount),
                )  # fmt: skip
                since = self.open.setdefault(event.terminal, _Since())
                since.asked.append((len(self.labels), event.ref))
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
                self._closed(event, at)
            case TerminalTotals():
                since = self.open.get(event.terminal, _Since())
                refs = [ref for _, ref in since.asked]
                alone = tuple(card for _, card in self.alone[since.alone :])
                self.reckonings.append(self._reckoned(event.terminal, refs, alone, event, at=at))
                self.open[event.terminal] = _Since(alone=len(self.alone))
            case TerminalSettled():
                self._settled(event.terminal)
            case PeriodClosed(period=Period.DAY):
                self.labels.append(event.label)

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

    def _closed(self, ticket: SaleClosed, at: str) -> None:
        for paid in ticket.tenders:
            if paid.card and paid.card.reference in self.payments:
                ref = paid.card.reference
                self.payments[ref] = replace(self.payments[ref], ticket=ticket.number)
            elif paid.tender == MANUAL.name:
                self.alone.append((len(self.labels), _by_slip(paid, ticket.number, at)))

    def _settled(self, terminal: str) -> None:
        """The last day that it closed is explained."""
        for place in reversed(range(len(self.reckonings))):
            if self.reckonings[place].terminal == terminal:
                self.reckonings[place] = replace(self.reckonings[place], settled=True)
                return

    def _reckoned(
        self,
        terminal: str,
        refs: list[str],
        alone: tuple[CardPayment, ...],
        said: TerminalTotals | None = None,
        *,
        at: str = "",
        day: str = "",
    ) -> Reckoning:
        rows = [self.payments[ref] for ref in refs]
        sums = said.sums if said and said.known else None
        return Reckoning(
            terminal=terminal,
            since=rows[0].at if rows else at,
            at=at or rows[-1].at,
            day=day,
            journal=sum(each.moved for each in rows),
            payments=sum(1 for each in rows if each.moved),
            said=None if sums is None else sum(_signed(x.service, x.cents) for x in sums),
            schemes=tuple(_by_scheme(rows, said.sums if said else ())),
            doubtful=tuple(each for each in rows if not each.sure),
            alone=alone,
        )

    def running(self) -> Iterator[Reckoning]:
        """What each terminal moved since it last closed its day, by the journal alone."""
        for terminal, since in self.open.items():
            for number, asked in groupby(since.asked, lambda each: each[0]):
                alone = tuple(card for at, card in self.alone[since.alone :] if at == number)
                day = self.labels[number] if number < len(self.labels) else ""
                yield self._reckoned(terminal, [ref for _, ref in asked], alone, day=day)


def _by_slip(paid: Paid, ticket: int, at: str) -> CardPayment:
    service = Service.PURCHASE if paid.amount > 0 else Service.REFUND
    number = paid.card.authorisation if paid.card else ""
    return CardPayment(
        at=at, ref="", terminal="", tender=paid.tender, service=service, asked=paid.amount,
        moved=paid.amount, outcome=PaymentOutcome.PAID, decided=True, authorisation=number,
        ticket=ticket,
    )  # fmt: skip


def _by_scheme(rows: list[CardPayment], sums: tuple[TerminalSum, ...]) -> Iterator[SchemeSum]:
    """The journal's sums, beside the terminal's where each of its own names its scheme."""
    named = bool(sums) and all(each.scheme for each in sums)
    for scheme in Scheme:
        moved = [each.moved for each in rows if each.moved and each.scheme is scheme]
        of_scheme = [_signed(x.service, x.cents) for x in sums if x.scheme is scheme]
        if moved or (named and of_scheme):
            yield SchemeSum(
                scheme=scheme,
                payments=len(moved),
                journal=sum(moved),
                said=sum(of_scheme) if named else None,
            )


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
