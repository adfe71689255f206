"""Gift vouchers and credit notes: what a closed sale makes of them, and their paper. Pure.

A sale that is open holds what it takes of a voucher by its own lines and tenders. Only the ticket
that closes it moves the balance, in the same append, so that the two can never differ.
"""

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.codes.vouchers import (
    CREDIT_NOTE,
    GIFT_MULTI,
    GIFT_SINGLE,
    VoucherKey,
    kind_digit,
)
from pos_terminal.domain.events.held import prepaying
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import VoucherPurpose
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import months_later
from pos_terminal.domain.money import allot
from pos_terminal.domain.quantity import ONE
from pos_terminal.domain.sale.refunds import RefundRules
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.tender.tender import CREDIT_NOTE as AVOIR
from pos_terminal.domain.tender.tender import VOUCHER, TenderKind

Draw = Callable[[int], int]
"""Draws a number by chance, from 0 to below the one that it is given: nobody can foretell it."""

SEEDS = 1 << 64
"""A voucher's seed is a number below this one: no two of a till's are alike."""

MOST = 10
"""Vouchers that one sale makes: each is a paper, and only so many may wait for the printer."""


def no_chance(below: int) -> int:
    """What a counter draws that was given no chance. ValueError."""
    raise ValueError(f"nothing to draw a number below {below} with")


class Mint(Struct, frozen=True):
    """What makes vouchers and knows them again: the till's key, and chance.

    Without a key none is made, and none is known: whoever asks is Refused.
    """

    key: VoucherKey | None = None
    draw: Draw = no_chance

    def keyed(self) -> VoucherKey:
        """The key. Raises Refused."""
        if self.key is None:
            raise Refused(faults.VOUCHER_KEY)
        return self.key

    def number(self, made: VoucherMoved) -> str:
        """The number of a voucher that this till made. Raises Refused where another key did."""
        number = self.keyed().number(kind_digit(made.voucher), made.seed)
        if self.keyed().reference(number) != made.voucher:
            raise Refused(faults.VOUCHER_KEY)
        return number

    def make(self, what: str) -> tuple[str, str]:
        """The reference and the seed of a new voucher. Raises Refused."""
        seed = f"{self.draw(SEEDS):016x}"
        return self.keyed().reference(self.keyed().number(what, seed)), seed


NO_MINT = Mint()
"""What a counter has that was given no key."""


def moves(
    ticket: SaleClosed, day: date, rules: RefundRules, mint: Mint
) -> tuple[VoucherMoved, ...]:
    """What becomes of vouchers with this ticket: those it makes, and what it takes of others."""
    return (*_made(ticket, day, rules, mint), *_used(ticket))


def _made(ticket: SaleClosed, day: date, rules: RefundRules, mint: Mint) -> Iterator[VoucherMoved]:
    valid = rules.valid(day)
    for line in ticket.lines:
        if not line.issues or line.voided:
            continue
        what = GIFT_SINGLE if line.issues is VoucherPurpose.SINGLE else GIFT_MULTI
        each_ = [1] * (line.quantity // ONE)
        # Allotted like the worth: all vouchers of the line together hold the VAT that was booked.
        taxes = allot(line.vat_amount, each_)
        for worth, tax in zip(allot(line.gross, each_), taxes, strict=True):
            reference, seed = mint.make(what)
            yield VoucherMoved(
                voucher=reference,
                seed=seed,
                purpose=line.issues,
                amount=worth,
                series=ticket.series,
                number=ticket.number,
                plu=line.plu,
                vat=line.vat,
                expires=_expires(day, valid.gift_months),
                tax=tax,
            )
    for paid in ticket.tenders:
        # Below zero it is made, above it pays: the same means goes both ways.
        if paid.tender == AVOIR.name and paid.amount < 0:
            reference, seed = mint.make(CREDIT_NOTE)
            yield VoucherMoved(
                voucher=reference,
                seed=seed,
                purpose=VoucherPurpose.MULTI,
                amount=-paid.amount,
                series=ticket.series,
                number=ticket.number,
                expires=_sooner(_expires(day, valid.credit_note_months), paid.expires),
            )


def _used(ticket: SaleClosed) -> Iterator[VoucherMoved]:
    for line in ticket.lines:
        if line.voucher and not line.voided:
            yield VoucherMoved(
                voucher=line.voucher,
                purpose=VoucherPurpose.SINGLE,
                amount=line.gross,
                series=ticket.series,
                number=ticket.number,
                plu=line.plu,
                vat=line.vat,
                tax=line.vat_amount,
            )
    for paid in ticket.tenders:
        if paid.voucher:
            yield VoucherMoved(
                voucher=paid.voucher,
                purpose=VoucherPurpose.MULTI,
                amount=-paid.amount,
                series=ticket.series,
                number=ticket.number,
            )


def _sooner(one: str, other: str) -> str:
    """The earlier of two last days, where there are any."""
    return min(filter(None, (one, other)), default="")


def _expires(day: date, months: int) -> str:
    """The last day of so many months from that day on; empty for one that never expires."""
    return months_later(day, months).isoformat() if months else ""


def may_be_sold(sale: Sale, quantity: int, gross: int, *, training: bool) -> None:
    """Raises Refused where so many vouchers cannot be sold: each is a paper of some worth."""
    if training:
        raise Refused(faults.NOT_IN_TRAINING)
    if quantity < 0:
        raise Refused(faults.VOUCHER_NOT_RETURNED)
    pieces, rest = divmod(quantity, ONE)
    if rest:
        raise Refused(faults.BAD_NUMBER)
    # Less than a cent each: none of them would be worth anything.
    if gross < pieces:
        raise Refused(faults.NO_PRICE)
    others = sum(line.quantity for line in sale.live if line.issues)
    if pieces + others // ONE > MOST:
        raise Refused(faults.AMOUNT_TOO_LARGE)


def covered(sale: Sale) -> None:
    """Raises Refused where what was paid in advance takes off more than is bought.

    What is beyond would be paid out: that needs the right to give money back, which nobody was
    asked for when it was taken off.
    """
    if any(goods(sale, line.vat) < 0 for line in sale.live if line.voucher):
        raise Refused(faults.VOUCHER_NOT_FOR_THESE)
    _for_goods_alone(sale)
    bought = used = 0
    for line in sale.live:
        if line.voucher or (line.order and line.gross < 0 and not line.back):
            used -= line.gross
        elif line.gross > 0 and not prepaying(line):
            bought += line.gross
    if used > bought:
        raise Refused(faults.DEPOSIT_TOO_LARGE)


def _for_goods_alone(sale: Sale) -> None:
    """What comes back buys no voucher and no deposit. Raises Refused.

    Else bread that meal vouchers paid would become what is paid out, and a voucher last anew.
    """
    there = [line for line in sale.live if not (line.returnable or line.back)]
    advance = [line.gross for line in there if prepaying(line)]
    if advance and sum(line.gross for line in there) < sum(advance):
        raise Refused(faults.VOUCHER_FOR_ADVANCE)


def goods(sale: Sale, rate: int) -> int:
    """Cents of what a voucher for that rate may still take off: no other voucher, no deposit."""
    return sum(
        line.gross
        for line in sale.live
        if line.vat == rate
        and not line.returnable
        and not (line.gross > 0 and (line.issues or line.order))
    )


def kind_of(reference: str) -> TenderKind:
    """The means of payment that a voucher is."""
    return AVOIR if kind_digit(reference) == CREDIT_NOTE else VOUCHER
