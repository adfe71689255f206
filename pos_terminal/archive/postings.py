"""Accounting entries made of the journal's records, one closed day after another. Pure.

An amount is positive as a debit, negative as a credit; refunds so swap sides by themselves. What
the rules for vouchers and deposits are, and why, is in docs/archive.md.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from pos_terminal.archive.accounts import Account, Accounts
from pos_terminal.domain.codes.vouchers import last_four
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.held import is_held, untaxed
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.journal.record import Record

SALES, CASH = "VE", "CA"
"""The two accounting journals: sales, and the drawer with what was paid otherwise."""

Number = tuple[str, int]
"""A ticket: its series and number."""


class Grain(StrEnum):
    """What an entry of the sales journal sums up: a day's Z, or one ticket."""

    DAY = "day"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Posting:
    """One balanced entry. Dates are ISO; `lines` are accounts with cents, debit positive."""

    journal: str
    date: str
    piece: str
    piece_date: str
    label: str
    valid: str
    lines: tuple[tuple[Account, int], ...]


@dataclass(slots=True)
class Piece:
    """What an entry will be made of, while its day is open."""

    journal: str
    ref: str
    at: str
    label: str
    sums: dict[Account, int] = field(default_factory=lambda: defaultdict(int))

    def post(self, account: Account, cents: int) -> None:
        """Debit so many cents, or credit where they are negative."""
        self.sums[account] += cents


class DayPostings:
    """One business day's postings, until its Z closes it."""

    def __init__(self, accounts: Accounts, grain: Grain) -> None:
        self._accounts = accounts
        self._grain = grain
        self._sales: dict[Number, Piece] = {}
        self._cash: list[Piece] = []
        self._gaps: dict[int, Piece] = {}
        self.tickets = 0

    def take(self, record: Record) -> None:
        """Post what a record says about money."""
        match record.event:
            case SaleClosed() | PaymentChanged() | VoucherMoved() | DepositMoved() as event:
                if event.series != TRAINING_SERIES:
                    self._of_tickets(record, event)
            case CashMoved(amount=amount, movement=movement, reason=reason):
                what = f"Especes {_MOVEMENTS.get(movement, movement)} {reason}"
                contra = self._accounts.roles.get(movement, self._accounts.roles["attente"])
                self._move(record, what, self._accounts.roles["caisse"], contra, amount)
            case CashCounted() as event:  # what this drawer's earlier counts found is in it
                self._gaps[event.drawer] = self._counted(record, event)

    def _of_tickets(
        self, record: Record, event: SaleClosed | PaymentChanged | VoucherMoved | DepositMoved
    ) -> None:
        accounts = self._accounts
        match event:
            case SaleClosed():
                self._sold(record, event)
            case PaymentChanged():
                to, from_ = accounts.tender(event.to_tender), accounts.tender(event.from_tender)
                what = f"Reglement modifie ticket {_name(record, (event.series, event.number))}"
                self._move(record, what, to, from_, event.amount)
            # Each euro once: the ticket's lines and tenders have posted it already.
            case VoucherMoved() | DepositMoved() if event.number:
                pass  # its ticket says as much, in its lines and tenders
            case VoucherMoved(purpose=VoucherPurpose.MULTI):
                contra = accounts.roles["gain" if event.amount < 0 else "perte"]
                became = "perime" if event.amount < 0 else "offert"
                what = f"Bon {last_four(event.voucher)} {became}"
                self._move(record, what, contra, accounts.roles["bons"], event.amount)
            case DepositMoved():
                what = f"{event.nature} commande {event.order}"
                debt = accounts.roles[event.nature]
                piece = self._move(record, what, accounts.roles["attente"], debt, event.amount)
                piece.post(debt, event.tax)
                piece.post(accounts.tax(event.vat), -event.tax)

    def _sold(self, record: Record, ticket: SaleClosed) -> None:
        """Turnover and VAT by rate, what is owed by line, and what was paid."""
        accounts = self._accounts
        piece = self._piece(record, (ticket.series, ticket.number))
        if self._grain is Grain.TICKET and ticket.turnover < 0:
            piece.label = f"Remboursement {piece.label}"
        self.tickets += 1
        for rate in ticket.vat:
            piece.post(accounts.sold(rate.rate), -rate.net)
            piece.post(accounts.tax(rate.rate), -rate.vat)
        for line in ticket.lines:
            if line.voided or not is_held(line):
                continue
            if not untaxed(line):  # its VAT is due: only the turnover is not yet earned
                piece.post(accounts.sold(line.vat), line.net)
            role = "consigne" if line.returnable else line.deposit or "bons"
            debt = accounts.client(line.account) if line.account else accounts.roles[role]
            piece.post(debt, -line.net)
        for paid in ticket.tenders:
            piece.post(accounts.tender(paid.tender, paid.account), paid.given)
            # Change comes out of the drawer, whatever it is given back on.
            piece.post(accounts.roles["caisse"], -paid.change)

    def _counted(self, record: Record, event: CashCounted) -> Piece:
        """The gap of one drawer, by the day's last count of it."""
        gap = event.counted - event.expected
        label = f"Ecart de caisse tiroir {event.drawer}"
        piece = Piece(CASH, _ref(record), record.envelope.at, label)
        piece.post(self._accounts.roles["caisse"], gap)
        piece.post(self._accounts.roles["gain" if gap > 0 else "perte"], -gap)
        return piece

    def _move(
        self, record: Record, what: str, debit: Account, credit: Account, cents: int
    ) -> Piece:
        piece = Piece(CASH, _ref(record), record.envelope.at, what)
        piece.post(debit, cents)
        piece.post(credit, -cents)
        self._cash.append(piece)
        return piece

    def _piece(self, record: Record, number: Number) -> Piece:
        key = number if self._grain is Grain.TICKET else ("", 0)
        name = _name(record, number)
        at = record.envelope.at
        if isinstance(record.event, SaleClosed):
            at = record.event.taken_at or at  # it was made then, by hand
        new = Piece(SALES, name, at, f"Ticket {name}")
        return self._sales.setdefault(key, new)

    def close(self, record: Record, closure: PeriodClosed) -> Iterator[Posting]:
        """The day's entries, now that its Z is there."""
        terminal = record.envelope.terminal
        for piece in self._sales.values():
            if self._grain is Grain.DAY:
                piece.ref = f"{terminal}-Z{closure.number:06d}"
                piece.at = record.envelope.at
                piece.label = f"Ventes du {closure.label} Z {closure.number}"
            yield from self._entry(piece, record, closure)
        for piece in (*self._cash, *self._gaps.values()):
            yield from self._entry(piece, record, closure)

    def _entry(self, piece: Piece, record: Record, closure: PeriodClosed) -> Iterator[Posting]:
        rest = sum(piece.sums.values())
        if rest:  # payments and lines of a ticket differ: shown, and balanced
            piece.post(self._accounts.roles["gain" if rest > 0 else "perte"], -rest)
        lines = tuple(
            (account, cents)
            # Debits first, then by number: the same day gives the same bytes.
            for account, cents in sorted(piece.sums.items(), key=lambda x: (x[1] < 0, x[0]))
            if cents
        )
        if lines:
            yield Posting(
                journal=piece.journal,
                # The business day and not the calendar's: what is sold past midnight is the
                # evening's turnover.
                date=closure.label,
                piece=piece.ref,
                piece_date=piece.at[:10],
                label=f"SIMULATION {piece.label}" if record.envelope.sim else piece.label,
                valid=record.envelope.at[:10],
                lines=lines,
            )


_MOVEMENTS = {
    "float": "fond de caisse",
    "in": "entree",
    "out": "sortie",
    "drop": "au coffre",
    "bank": "remise en banque",
}


class Bookkeeper:
    """Makes the entries of the days whose date lies in `first` to `last` (ISO, both included)."""

    def __init__(self, accounts: Accounts, grain: Grain, first: str, last: str) -> None:
        self._accounts = accounts
        self._grain = grain
        self._first = first
        self._last = last
        self._day = DayPostings(accounts, grain)

    def take(self, record: Record) -> Iterator[Posting]:
        """The next record; the entries of a day come with its Z."""
        event = record.event
        if isinstance(event, PeriodClosed) and event.period is Period.DAY:
            day, self._day = self._day, DayPostings(self._accounts, self._grain)
            if self._first <= event.label <= self._last:
                yield from day.close(record, event)
        else:
            self._day.take(record)

    @property
    def unclosed(self) -> int:
        """Tickets behind the last Z: no entries yet."""
        return self._day.tickets


def _name(record: Record, number: Number) -> str:
    """A ticket's number as printed: the accounts name the paper that the customer has."""
    return numbers.written(record.envelope.terminal, *number)


def _ref(record: Record) -> str:
    """A piece that is no ticket: the journal's record itself."""
    return f"{record.envelope.terminal}-J{record.seq}"
