"""Paying out: how much may go back by which means. Pure.

Money goes back for what a sale takes back, and not beyond: so much by each means as there is money
that may go back by it. What may, the shop decides; until it does, what was paid in money goes back
as money, and what was paid otherwise as a credit note, or the way it came.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import Paid, PaidBy, RefundOpened, SaleClosed, Tender
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import labelled, say
from pos_terminal.domain.sale import corrected_payments
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.screen import WIDTH
from pos_terminal.domain.tender.tender import CARD, MANUAL, MEAL, TenderKind, brief

GOODS = "GOODS"
"""What part of a ticket was paid with that brought goods back which no ticket names."""

MONEY = ("CASH", "CARD", "AVOIR")
NO_TICKET = ("CASH", "AVOIR")
"""A card takes back what a ticket or an order names; who brings goods without has cash."""

LAWFUL: Mapping[str, tuple[str, ...]] = {
    "CASH": MONEY,
    "CARD": MONEY,
    "MANUAL": MONEY,
    "CHEQUE": MONEY,
    "ARRHES": MONEY,
    "TR": ("TR", "AVOIR"),
    "VOUCHER": ("AVOIR",),
    "AVOIR": ("AVOIR",),
    "ACCOUNT": ("ACCOUNT",),
    GOODS: MONEY,
}
"""By what was paid. A meal voucher pays for meals and is no money (Code du travail, art. L.
3262-1): it goes back as it came. What a voucher paid for does not become money this way, nor what
was never paid: what went on account is credited there."""


class Means(Struct, frozen=True):
    """What was paid by this means may go back by these."""

    paid: str
    back: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.paid not in LAWFUL:
            one = say("un de {known}", known=", ".join(LAWFUL))
            raise ValueError(labelled(repr(self.paid), one))
        if self.paid == "ACCOUNT" and self.back != LAWFUL[self.paid]:
            raise ValueError(say("ACCOUNT revient par ACCOUNT : ce ne fut jamais payé"))
        if self.paid == "ACCOUNT":
            return
        wrong = [each for each in self.back if each not in (*MONEY, "TR")]
        if wrong or not self.back:
            ways = ", ".join(MONEY)
            raise ValueError(say("{paid} revient par {ways} ou TR", paid=self.paid, ways=ways))


class Source(Struct, frozen=True):
    """Money that goes back, by how it had been paid, and the means by which it may."""

    paid: PaidBy
    means: frozenset[str]

    @property
    def cents(self) -> int:
        """How much."""
        return self.paid.amount

    @property
    def until(self) -> str:
        """The day on which it would have expired, if any."""
        return self.paid.expires

    def less(self, cents: int) -> "Source":
        """What is left of it."""
        return replace(self, paid=replace(self.paid, amount=self.cents - cents))


def paid_by(ticket: SaleClosed, changed: Iterable[PaymentChanged] = ()) -> tuple[PaidBy, ...]:
    """How a ticket was paid: by its means, by what was paid earlier, by what came back with it.

    `changed` are the corrections of its means.
    """
    found = [
        PaidBy(
            tender=each.tender, amount=each.amount, expires=each.expires, account=each.account,
            card=each.card,
        )
        for each in _without_gift(corrected_payments.paid(ticket, changed))
        if each.amount > 0
    ]
    for line in ticket.lines:
        if line.voided or line.gross >= 0:
            continue
        if line.voucher:
            found.append(PaidBy(tender="VOUCHER", amount=-line.gross, expires=line.expires))
        elif line.order and not line.back:
            found.append(PaidBy(tender="ARRHES", amount=-line.gross))
    return (*found, *ticket.exchanged)


def _without_gift(tenders: tuple[Paid, ...]) -> list[Paid]:
    """What paid for the sale itself: a gift beside it was given in money, and money it stays.

    Else that money would count for goods that a voucher paid for, and come back for them.
    """
    gift = -sum(each.amount for each in tenders if each.beneficiary)
    left: list[Paid] = []
    for each in tenders:
        money = each.amount > 0 and not (each.voucher or each.order or each.account)
        given = min(gift, each.amount) if money and each.tender != MEAL.name else 0
        gift -= given
        left.append(replace(each, amount=each.amount - given))
    return left


def exchanged(sale: Sale, means: Iterable[Means]) -> tuple[PaidBy, ...]:
    """What of the money of this sale is not paid out: it pays for what is bought in it.

    What went out is taken from what might go by nothing else, so that what stays is as near to
    money as it can be.
    """
    left = [each for each in sources(sale, means) if each.cents > 0]
    out = _out(sale)

    def there(name: str) -> int:
        return sum(each.cents for each in left if name in each.means)

    for name in sorted(out, key=there):
        left = _without(left, name, out[name])
    return tuple(each.paid for each in left)


def _out(sale: Sale) -> dict[str, int]:
    """What went back already, by its means; to a card is to a card, whoever moved it."""
    out: dict[str, int] = {}
    for paid in sale.tenders:
        if paid.amount < 0 and not paid.beneficiary:
            name = CARD.name if paid.tender == MANUAL.name else paid.tender
            out[name] = out.get(name, 0) - paid.amount
    return out


def _without(found: Iterable[Source], name: str, cents: int) -> list[Source]:
    """The same, less what went out by that means."""
    left: list[Source] = []
    for each in sorted(found, key=lambda each: (name not in each.means, len(each.means))):
        now = min(cents, each.cents)
        cents -= now
        left += [each.less(now)] if now < each.cents else []
    return left


def sources(sale: Sale, means: Iterable[Means]) -> Iterator[Source]:
    """What money of this sale goes back, and how it may."""
    allowed = {**LAWFUL, **{each.paid: each.back for each in means}}
    for refund in sale.refunds:
        lines = sale.returns(refund.series, refund.number)
        yield from _of_ticket(refund, -sum(line.gross for line in lines), allowed)
    for line in sale.live:
        if line.back:
            yield Source(PaidBy(tender="ARRHES", amount=-line.gross), frozenset(MONEY))
        elif line.quantity < 0 and not (line.of or line.voucher or line.order):
            yield Source(PaidBy(tender=GOODS, amount=-line.gross), frozenset(NO_TICKET))


def _of_ticket(
    refund: RefundOpened, cents: int, allowed: Mapping[str, tuple[str, ...]]
) -> Iterator[Source]:
    """What comes back of a ticket in this sale, by how it had been paid.

    What was paid in money comes back first, over all refunds of the ticket: so it is never more
    than that, and nobody's money is kept for what a voucher paid.
    """
    def order(paid: PaidBy) -> tuple[int, str]:
        return -len(allowed.get(paid.tender, MONEY)), paid.tender

    skip, rest = refund.before, cents
    for paid in sorted(refund.paid, key=order):
        before = min(skip, paid.amount)
        now = min(rest, paid.amount - before)
        skip, rest = skip - before, rest - now
        if now:
            yield Source(replace(paid, amount=now), frozenset(allowed.get(paid.tender, MONEY)))
    if rest:
        yield Source(PaidBy(tender=GOODS, amount=rest), frozenset(allowed[GOODS]))


def most(sale: Sale, tender: str, means: Iterable[Means]) -> int:
    """Cents that may still go back by that means.

    Whatever went back already: for each set of means, no more than there is money for any of them.
    """
    found = list(sources(sale, means))
    out = _out(sale)
    others = [name for name in out if name != tender]
    room = -sale.due
    for size in range(len(others) + 1):
        for chosen in combinations(others, size):
            names = {tender, *chosen}
            there = sum(each.cents for each in found if each.means & names)
            room = min(room, there - sum(out.get(name, 0) for name in names))
    return max(room, 0)


def pay_out(
    sale: Sale, kind: TenderKind, given: int | None, means: Iterable[Means], cash_limit: int
) -> Tender:
    """Give `given` cents back (None: as much as may go that way). Raises Refused.

    `cash_limit` is in cents, and for all cash of the sale.
    """
    rules = tuple(means)
    room = most(sale, kind.name, rules)
    cents = room if given is None else given
    if not 0 < cents <= room:
        raise Refused(faults.BAD_NUMBER if given == 0 else _other(sale, kind.name, rules))
    cash = -sum(paid.amount for paid in sale.tenders if paid.tender == "CASH")
    if kind.name == "CASH" and cash + cents > cash_limit:
        raise Refused(_other(sale, kind.name, rules, faults.REFUND_LIMIT))
    return sale.pay_out(kind, cents)


def _other(
    sale: Sale, tender: str, means: tuple[Means, ...], fault: Fault = faults.REFUND_MEANS
) -> Fault:
    """The refusal, with the means by which money may go back now: «CARTE OU AVOIR SVP»."""
    ways = ("AVOIR", "CARD", "CASH", "TR", "ACCOUNT")
    names = [name for name in ways if name != tender and most(sale, name, means)]
    labels = [brief(name) for name in names][:2]
    if not labels:
        return fault
    joint = f" {say('OU')} "
    return fault.saying(f"{joint.join(labels)} {say('SVP')}"[:WIDTH])


def expires(sale: Sale, cents: int, means: Iterable[Means]) -> str:
    """The last day of a credit note of so much: that of a voucher whose money is in it, or none.

    Else goods bought with a voucher and brought back would make it last anew.
    """
    found = list(sources(sale, means))
    lasting = sum(each.cents for each in found if not each.until)
    out = -sum(paid.amount for paid in sale.tenders if paid.amount < 0)
    days = [each.until for each in found if each.until]
    return min(days) if days and cents + out > lasting else ""
