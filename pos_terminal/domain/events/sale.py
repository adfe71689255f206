"""What happened: the events of sales and of the till, as frozen values.

A kind once released never changes its meaning; a new field has a default. Amounts are integer
cents with tax, quantities thousandths of the unit, VAT rates basis points, numbers count from 1.
`docs/events.md` lists them all, domain/events/vocabulary.py collects them.
"""

from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.authorisation import Scheme
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import (
    DepositNature,
    EntryMethod,
    Place,
    ReductionScope,
    TareKind,
    VoidKind,
    VoucherPurpose,
)
from pos_terminal.domain.quantity import ONE, Unit


class SaleHeld(Event, frozen=True, kw_only=True):
    """An open sale waits, and the next customer is served."""

    kind: ClassVar[str] = "sale.held"
    sale: int


class SaleRecalled(Event, frozen=True, kw_only=True):
    """A sale that waited goes on, under whoever recalled it."""

    kind: ClassVar[str] = "sale.recalled"
    sale: int


class Origin(Struct, frozen=True, kw_only=True):
    """Where a replayed sale comes from: the file's SHA-256, and the date and number it gives."""

    file: str
    date: str
    ticket: str


class SaleOpened(Event, frozen=True, kw_only=True):
    """A sale begins. It keeps the prices of this catalogue until it ends.

    `taken_at` is the local time, ISO 8601, at which it was made by hand while the till was down;
    empty for one that is made now.
    """

    kind: ClassVar[str] = "sale.opened"
    sale: int
    catalog: str
    origin: Origin | None = None
    place: Place = Place.UNSAID
    taken_at: str = ""


class Returned(Struct, frozen=True, kw_only=True):
    """The line of an earlier ticket of this till that a line takes back, wholly or in part."""

    series: str
    number: int
    line: int


class LineSold(Event, frozen=True, kw_only=True):
    """One line of a sale; a return has a negative quantity and gross.

    `price` cents for `per` thousandths is what was charged; `list_price`, `list_per` is what the
    catalogue asked that day (None: it had no price). `entry` is key, scan, scale, label or manual:
    a weight that was typed, for the `reason` that is named. `tare` grams were taken off the weight;
    `tare_kind` is preset (typed, or the catalogue's), weighed, the scale's own (which does not say
    its grams), or empty.
    `parent` is the line of the article whose option this is; 0 for an article.
    `authority` is who allowed what the operator may not do; 0: nobody had to. `of` is what a
    refund takes back. Each piece of a line that `issues` is a gift voucher of that purpose, single
    or multi; `voucher` is the reference of the one whose use a line is. `order` is the order for
    which a line moves a `deposit`, acompte or arrhes: into it, or where negative out of it; with
    `back` that money goes back to the customer, and is not taken off a price. By a line with an
    `account` the customer of that pseudonym pays what he owes. What is `fixed` no
    discount and no promotion makes cheaper; `returnable` is a deposit on packaging. `tax` is the
    VAT in cents that was booked for what a line takes back, with the line's sign; None: its VAT is
    reckoned from the ticket's gross. `expires` is the last day of its `voucher`, if that has one.
    """

    kind: ClassVar[str] = "line.sold"
    sale: int
    line: int
    plu: str
    name: str
    unit: Unit
    family: str
    quantity: int
    price: int
    per: int
    list_price: int | None
    list_per: int | None
    vat: int
    gross: int
    entry: EntryMethod
    code: str = ""
    authority: int = 0
    parent: int = 0
    of: Returned | None = None
    issues: VoucherPurpose = VoucherPurpose.NONE
    voucher: str = ""
    order: str = ""
    deposit: DepositNature = DepositNature.NONE
    reason: str = ""
    tare: int = 0
    tare_kind: TareKind = TareKind.NONE
    tax: int | None = None
    back: bool = False
    fixed: bool = False
    returnable: bool = False
    account: str = ""
    expires: str = ""

    @property
    def firm(self) -> bool:
        """Whether it costs what was paid, whatever discount, promotion or place the sale has."""
        return bool(self.of or self.issues or self.voucher or self.order or self.account)


class LineVoided(Event, frozen=True, kw_only=True):
    """A line taken back before the sale closed: the minus to its plus. `how` is correct or void.

    `authority` is who allowed what the operator may not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "line.voided"
    sale: int
    line: int
    plu: str
    quantity: int
    gross: int
    how: VoidKind
    authority: int = 0


class CardPaid(Struct, frozen=True, kw_only=True):
    """Which card payment a tender is: its `reference` (empty where the till asked no terminal).

    `terminal` is the terminal's name in the settings, `number` its own number of the payment. `tip`
    are the cents that the customer added for the staff: they are the tender's change.
    """

    reference: str = ""
    scheme: Scheme = Scheme.OTHER
    last_four: str = ""
    authorisation: str = ""
    number: str = ""
    terminal: str = ""
    tip: int = 0


class Tender(Event, frozen=True, kw_only=True):
    """A means of payment taken: `amount` counts towards the total, `given` is what was handed over.

    A pay-out has a negative amount. `change` is given minus amount, in cash. `voucher` is the
    reference of the one that pays, `order` the number of the order whose arrhes do, and `left` what
    is still there then. `beneficiary` is whom a gift is for that is paid beyond the price: its
    amount is negative. `expires` is the last day of the voucher that pays, or is made. `account` is
    the pseudonym of the customer who buys on account. `card` says which card payment it is.
    """

    kind: ClassVar[str] = "tender.taken"
    sale: int
    tender: str
    amount: int
    given: int
    change: int
    voucher: str = ""
    left: int = 0
    order: str = ""
    beneficiary: str = ""
    expires: str = ""
    account: str = ""
    card: CardPaid | None = None


class TenderReturned(Event, frozen=True, kw_only=True):
    """The last means of payment taken is given back, the sale being open: the minus to its plus."""

    kind: ClassVar[str] = "tender.returned"
    sale: int
    tender: str
    amount: int
    given: int
    change: int
    voucher: str = ""
    order: str = ""
    card: CardPaid | None = None


class VatSum(Struct, frozen=True, kw_only=True):
    """What a ticket holds at one rate. net + vat = gross, in cents."""

    rate: int
    gross: int
    net: int
    vat: int


class Share(Struct, frozen=True, kw_only=True):
    """What a reduction takes off one line, in cents; negative where the line is a return."""

    line: int
    amount: int


class Reduction(Struct, frozen=True, kw_only=True):
    """What was taken off, and of which lines. `scope` is line, ticket or promotion.

    `percent` is in basis points, 0 where an amount was fixed; `name` is the reason, or the
    promotion's name; `count` is how many groups alike a promotion found.
    """

    scope: ReductionScope
    name: str
    percent: int
    amount: int
    shares: tuple[Share, ...]
    count: int = 1


class TicketLine(Struct, frozen=True, kw_only=True):
    """A line as the closed ticket repeats it. `net` is its share of its rate's net; 0 if voided.

    `gross` is what it costs in the end: price times quantity, less `discount`. `manual` says that
    its weight was typed. What has no VAT (`held.untaxed`) has its gross as its net.
    """

    line: int
    plu: str
    name: str
    unit: Unit
    family: str
    quantity: int
    price: int
    per: int
    vat: int
    gross: int
    net: int
    voided: bool
    discount: int = 0
    parent: int = 0
    of: Returned | None = None
    issues: VoucherPurpose = VoucherPurpose.NONE
    voucher: str = ""
    order: str = ""
    deposit: DepositNature = DepositNature.NONE
    tare: int = 0
    tare_kind: TareKind = TareKind.NONE
    manual: bool = False
    tax: int | None = None
    back: bool = False
    fixed: bool = False
    returnable: bool = False
    account: str = ""
    expires: str = ""

    @property
    def vat_amount(self) -> int:
        """The VAT in it, in cents."""
        return self.gross - self.net

    @property
    def pieces(self) -> int:
        """How many articles the customer can count in the bag; negative for what came back.

        What is weighed or poured is one a line, and so is a part of a piece; an option comes with
        its article, a deposit or a voucher that pays is none.
        """
        if self.parent or self.order or self.voucher or self.account:
            return 0
        count = -(-abs(self.quantity) // ONE) if self.unit is Unit.PIECE else 1
        return count if self.quantity > 0 else -count


class Paid(Struct, frozen=True, kw_only=True):
    """A tender as the closed ticket repeats it."""

    tender: str
    amount: int
    given: int
    change: int
    voucher: str = ""
    left: int = 0
    order: str = ""
    beneficiary: str = ""
    expires: str = ""
    account: str = ""
    card: CardPaid | None = None


class PaidBy(Struct, frozen=True, kw_only=True):
    """So much of a ticket was paid by that means; GOODS: by goods that came back without a ticket.

    `expires` is the last day of the voucher that paid, if it had one; `account` is the pseudonym of
    the customer on whose account it went; `card` says which card payment it was.
    """

    tender: str
    amount: int
    expires: str = ""
    account: str = ""
    card: CardPaid | None = None


class SaleClosed(Event, frozen=True, kw_only=True):
    """A sale is paid and has its number: everything that the law asks of a ticket, by value.

    `total` is what its lines come to. `turnover` is that without the money that is only held for
    the customer (vouchers for anything, deposits), which is in no sum of what was sold; `vat` are
    the lines that are taxed. `drawer` is where its cash went. `taken_at` is that of `sale.opened`:
    when it was made by hand, while the till was down. `exchanged` is what came back and was not
    paid out, but paid for what was bought: by how that had been paid, so that an exchange turns
    nothing into money.
    """

    kind: ClassVar[str] = "sale.closed"
    sale: int
    series: str
    number: int
    catalog: str
    lines: tuple[TicketLine, ...]
    vat: tuple[VatSum, ...]
    tenders: tuple[Paid, ...]
    total: int
    turnover: int
    change: int
    origin: Origin | None = None
    reductions: tuple[Reduction, ...] = ()
    place: Place = Place.UNSAID
    drawer: int = 1
    taken_at: str = ""
    exchanged: tuple[PaidBy, ...] = ()

    @property
    def handed_back(self) -> int:
        """The change that is the customer's: a tip on a card comes out of the drawer as well."""
        return self.change - sum(paid.card.tip for paid in self.tenders if paid.card)


class SaleAbandoned(Event, frozen=True, kw_only=True):
    """A sale given up before it was paid: it leaves this trace, and takes no number.

    `authority` is who allowed what the operator may not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "sale.abandoned"
    sale: int
    catalog: str
    lines: tuple[TicketLine, ...]
    total: int
    origin: Origin | None = None
    authority: int = 0


class RefundOpened(Event, frozen=True, kw_only=True):
    """From here on the sale's articles come back from this ticket, until `refund.ended`.

    `reason` is the shop's words for why, or empty; `authority` is who allowed it; 0: nobody had to.
    `paid` is how the ticket was paid, and `before` what had come back of it, in cents: by these it
    is known what may go back how.
    """

    kind: ClassVar[str] = "refund.opened"
    sale: int
    series: str
    number: int
    reason: str = ""
    authority: int = 0
    paid: tuple[PaidBy, ...] = ()
    before: int = 0


class RefundEnded(Event, frozen=True, kw_only=True):
    """The sale's articles are sold again."""

    kind: ClassVar[str] = "refund.ended"
    sale: int


SALE_EVENTS: tuple[type[Event], ...] = (
    SaleHeld,
    SaleRecalled,
    SaleOpened,
    LineSold,
    LineVoided,
    Tender,
    TenderReturned,
    SaleClosed,
    SaleAbandoned,
    RefundOpened,
    RefundEnded,
)
