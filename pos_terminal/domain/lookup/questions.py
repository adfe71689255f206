"""What can be asked about the till's past, and what each record adds to the answers. Pure.

The counter asks (`Wanted`), the projection of the journal answers (`Answer`, None for nothing):
every record up to the question counts.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from pos_terminal.domain.events.balances import (
    AccountBalance,
    DepositBalance,
    OrderBalance,
    StockBalance,
    VoucherBalance,
)
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import AccountMove
from pos_terminal.domain.lookup.bottles import Bottle
from pos_terminal.domain.lookup.customers import PersonsAnswer, PersonsWanted
from pos_terminal.domain.lookup.reckoning import Reckoning
from pos_terminal.domain.moment import Moment


class TicketWanted(Struct, frozen=True):
    """A closed ticket, and what was already returned of it: a `TicketFound`."""

    series: str
    number: int


class VoucherWanted(Struct, frozen=True):
    """What a gift voucher or credit note is worth: a `VoucherBalance`, of 0 once it is used up.

    `voucher` is its reference. None: there never was one, or it was used up in records that were
    purged.
    """

    voucher: str


class DepositWanted(Struct, frozen=True):
    """What is held for an order: `DepositsHeld`, empty where there is nothing."""

    order: str


class AccountWanted(Struct, frozen=True):
    """What a customer owes, by his pseudonym, and of what: an `Account`."""

    person: str


class AccountTicketsWanted(Struct, frozen=True):
    """What a customer, by his pseudonym, bought on account or had credited in a month: `Tickets`.

    The month is written «2026-03». JournalError where one of its tickets was purged.
    """

    person: str
    month: str


class OrdersWanted(Struct, frozen=True):
    """All open orders: `Orders`."""


class HeldWanted(Struct, frozen=True):
    """All that is held for customers, and what they owe: `Held`."""


class TicketsWanted(Struct, frozen=True):
    """The tickets of the running day, but exercises: `Tickets`."""


class StockWanted(Struct, frozen=True):
    """How many there are of these articles, of all where none is named: `StockHeld`."""

    plus: tuple[str, ...] = ()


class BottlesWanted(Struct, frozen=True):
    """The open bottles of these articles, of all where none is named: `BottlesFound`.

    With `since`, a date, those that were finished from then on as well.
    """

    plus: tuple[str, ...] = ()
    since: str = ""


class SoldWanted(Struct, frozen=True):
    """What was sold on each of the last so many days of trade, the running one among them."""

    days: int


class BestSoldWanted(Struct, frozen=True):
    """The articles that brought in most in the running day, so many of them: a `BestSold`."""

    most: int


class ClosureWanted(Struct, frozen=True):
    """A closure, by its number among those of its period, or by its label: a `ClosureFound`.

    The last that fits; with number 0 and no label the last of all.
    """

    period: Period
    number: int = 0
    label: str = ""


class CardDaysWanted(Struct, frozen=True):
    """The payment terminals' last days against the journal's: `CardDays`.

    Of that terminal its last closed day alone; of all, where none is named, what runs as well.
    """

    terminal: str = ""


Wanted = (
    TicketWanted
    | VoucherWanted
    | DepositWanted
    | AccountWanted
    | AccountTicketsWanted
    | OrdersWanted
    | HeldWanted
    | TicketsWanted
    | StockWanted
    | SoldWanted
    | BestSoldWanted
    | ClosureWanted
    | PersonsWanted
    | BottlesWanted
    | CardDaysWanted
)


class Back(Struct, frozen=True):
    """What came back of a line: thousandths of its unit, the cents that were given for them, and
    the VAT in these."""

    quantity: int = 0
    amount: int = 0
    tax: int = 0


class TicketFound(Struct, frozen=True):
    """A ticket as it was closed, and when. `returned` maps its lines to what came back of them
    since; `papers` and `gifts` are which copies of it there are (`events.copies`), and `anchor` is
    its record's number and hash («512 3fa9...»), `operator` who sold it; `invoice` is the one that
    was made of it, `invoiced` when, and `invoice_papers` which copies of that there are; `changed`
    are the corrections of how it was paid, in their order."""

    closed: SaleClosed
    moment: Moment
    returned: Mapping[int, Back] = field(default_factory=dict)
    papers: frozenset[int] = frozenset()
    gifts: frozenset[int] = frozenset()
    anchor: str = ""
    invoice: InvoiceMade | None = None
    invoiced: Moment | None = None
    invoice_papers: frozenset[int] = frozenset()
    operator: int = 0
    changed: tuple[PaymentChanged, ...] = ()


class DepositsHeld(Struct, frozen=True):
    """What is held for an order, by nature and VAT rate."""

    deposits: tuple[DepositBalance, ...]


class AccountEntry(Struct, frozen=True):
    """What a ticket, closed at a local time, did to an account. Cents, positive: more is owed."""

    at: str
    move: AccountMove
    amount: int
    series: str
    number: int


class CustomerAccount(Struct, frozen=True):
    """What a customer owes in all, and the tickets of it that are still in the journal."""

    owed: int
    entries: tuple[AccountEntry, ...] = ()


class Orders(Struct, frozen=True):
    """The open orders: those wanted first come first, those without a time last."""

    orders: tuple[OrderBalance, ...]


class Held(Struct, frozen=True):
    """Vouchers and credit notes, deposits on orders, and accounts, that are not at nothing."""

    vouchers: tuple[VoucherBalance, ...] = ()
    deposits: tuple[DepositBalance, ...] = ()
    accounts: tuple[AccountBalance, ...] = ()


class Tickets(Struct, frozen=True):
    """Tickets as they were closed, the oldest first."""

    tickets: tuple[TicketFound, ...]


class StockHeld(Struct, frozen=True):
    """How many there are, sorted by PLU; an article that none moved, or of none, is left out."""

    stock: tuple[StockBalance, ...]


class DaySold(Struct, frozen=True):
    """What one day of trade sold: thousandths of the unit by PLU, less what came back."""

    day: str
    quantities: Mapping[str, int]


class SoldFound(Struct, frozen=True):
    """The days, the newest first; a day without sales is none."""

    days: tuple[DaySold, ...]


class ArticleSold(Struct, frozen=True):
    """What one article came to: thousandths of its unit, and its turnover, less what came back."""

    plu: str
    quantity: int
    gross: int


class BestSold(Struct, frozen=True):
    """The articles, the largest turnover first."""

    articles: tuple[ArticleSold, ...]


class ClosureFound(Struct, frozen=True):
    """A closure as it was recorded, when, its record's number and hash, and its copies so far."""

    closed: PeriodClosed
    moment: Moment
    seq: int
    hash: bytes
    copies: int = 0


class BottlesFound(Struct, frozen=True):
    """The bottles, in the order in which they were opened."""

    bottles: tuple[Bottle, ...]


class CardDays(Struct, frozen=True):
    """By terminal, the oldest first."""

    reckonings: tuple[Reckoning, ...]


Answer = (
    TicketFound
    | VoucherBalance
    | DepositsHeld
    | CustomerAccount
    | Orders
    | Held
    | Tickets
    | StockHeld
    | SoldFound
    | BestSold
    | ClosureFound
    | PersonsAnswer
    | BottlesFound
    | CardDays
)
