"""Gift vouchers and credit notes: what a closed sale makes of them, and their paper. Pure.

A sale that is open holds what it takes of a voucher by its own lines and tenders. Only the ticket
that closes it moves the balance, in the same append, so that the two can never differ.
"""

from collections.abc import Callable, Iterator
from datetime import date

from pos_terminal.domain import faults
from pos_terminal.domain.cash_events import VoucherMoved
from pos_terminal.domain.catalog import MULTI, SINGLE
from pos_terminal.domain.events import SaleClosed
from pos_terminal.domain.money import allot, euros, percent
from pos_terminal.domain.paper_codes import (
    CHANCE,
    CREDIT_NOTE,
    GIFT_MULTI,
    GIFT_SINGLE,
    grouped,
    voucher_code,
    voucher_number,
)
from pos_terminal.domain.payment import CREDIT_NOTE as AVOIR
from pos_terminal.domain.payment import VOUCHER, TenderKind
from pos_terminal.domain.quantity import ONE
from pos_terminal.domain.receipt import Align, Barcode, Block, Receipt, Row, Rule, Text
from pos_terminal.domain.refunds import RefundRules
from pos_terminal.domain.sale import Refused, Sale
from pos_terminal.domain.ticket import Shop
from pos_terminal.domain.words import say

Draw = Callable[[int], int]
"""Draws a number by chance, from 0 to below the one that it is given: nobody can foretell it."""

MOST = 10
"""Vouchers that one sale makes: each is a paper, and only so many may wait for the printer."""


def no_chance(below: int) -> int:
    """What a counter draws that was given no chance. ValueError."""
    raise ValueError(f"nothing to draw a number below {below} with")


def moves(
    ticket: SaleClosed, day: date, rules: RefundRules, draw: Draw
) -> tuple[VoucherMoved, ...]:
    """What becomes of vouchers with this ticket: those it makes, and what it takes of others."""
    return (*_made(ticket, day, rules, draw), *_used(ticket))


def _made(ticket: SaleClosed, day: date, rules: RefundRules, draw: Draw) -> Iterator[VoucherMoved]:
    valid = rules.valid(day)
    for line in ticket.lines:
        if not line.issues or line.voided:
            continue
        what = GIFT_SINGLE if line.issues == SINGLE else GIFT_MULTI
        for worth in allot(line.gross, [1] * (line.quantity // ONE)):
            yield VoucherMoved(
                voucher=voucher_number(what, draw(CHANCE)),
                purpose=line.issues,
                amount=worth,
                series=ticket.series,
                number=ticket.number,
                plu=line.plu,
                vat=line.vat,
                expires=_expires(day, valid.gift_months),
            )
    for paid in ticket.tenders:
        if paid.tender == AVOIR.name and paid.amount < 0:
            yield VoucherMoved(
                voucher=voucher_number(CREDIT_NOTE, draw(CHANCE)),
                purpose=MULTI,
                amount=-paid.amount,
                series=ticket.series,
                number=ticket.number,
                expires=_expires(day, valid.credit_note_months),
            )


def _used(ticket: SaleClosed) -> Iterator[VoucherMoved]:
    for line in ticket.lines:
        if line.voucher and not line.voided:
            yield VoucherMoved(
                voucher=line.voucher,
                purpose=SINGLE,
                amount=line.gross,
                series=ticket.series,
                number=ticket.number,
                plu=line.plu,
                vat=line.vat,
            )
    for paid in ticket.tenders:
        if paid.voucher:
            yield VoucherMoved(
                voucher=paid.voucher,
                purpose=MULTI,
                amount=-paid.amount,
                series=ticket.series,
                number=ticket.number,
            )


def _expires(day: date, months: int) -> str:
    """The last day of so many months from that day on: the same day, or the month's last one."""
    if not months:
        return ""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(year, month + 1, last).isoformat()
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def may_be_sold(sale: Sale, quantity: int, gross: int, *, training: bool) -> None:
    """Raises Refused where so many vouchers cannot be sold: each is a paper of some worth."""
    if training:
        raise Refused(faults.NOT_IN_TRAINING)
    if quantity < 0:
        raise Refused(faults.VOUCHER_NOT_RETURNED)
    pieces, rest = divmod(quantity, ONE)
    if rest:
        raise Refused(faults.BAD_NUMBER)
    if gross < pieces:
        raise Refused(faults.NO_PRICE)
    others = sum(line.quantity for line in sale.live if line.issues)
    if pieces + others // ONE > MOST:
        raise Refused(faults.AMOUNT_TOO_LARGE)


def covered(sale: Sale) -> None:
    """Raises Refused where vouchers for goods of a rate take off more than there are of these."""
    if any(goods(sale, line.vat) < 0 for line in sale.live if line.voucher):
        raise Refused(faults.VOUCHER_NOT_FOR_THESE)


def goods(sale: Sale, rate: int) -> int:
    """Cents of what a voucher for that rate may still take off: no other voucher, no deposit."""
    return sum(
        line.gross
        for line in sale.live
        if line.vat == rate and not (line.gross > 0 and (line.issues or line.order))
    )


def kind_of(number: str) -> TenderKind:
    """The means of payment that a voucher is."""
    return AVOIR if number.startswith(CREDIT_NOTE) else VOUCHER


def paper(
    shop: Shop,
    terminal: str,
    made: VoucherMoved,
    at: str,
    *,
    name: str = "",
    copy: int = 0,
    simulated: bool = False,
) -> Receipt:
    """The paper that the customer keeps. `at` is the local time at which it was made, ISO 8601.

    `name` is the article's as which it was sold. A simulated one says so, and has no barcode.
    """
    title = (name or say("BON CADEAU")) if made.plu else say("AVOIR")
    return Receipt(
        title=f"{title} {made.voucher[-6:]}" + (f" duplicata {copy}" if copy else ""),
        blocks=(
            Text(shop.name, Align.CENTRE, bold=True),
            *(Text(line, Align.CENTRE) for line in shop.header),
            Text(""),
            Text(title, Align.CENTRE, bold=True, tall=True),
            *_marks(copy, simulated=simulated),
            Rule(),
            Row(say("VALEUR"), f"{euros(made.amount)} €", bold=True, tall=True),
            Text(f"{say('no')} {grouped(made.voucher)}"),
            Row(f"{say('Fait le')} {_french(at[:10])}", at[11:16]),
            Text(f"{say('Ticket')} {terminal}-{made.number:06d}"),
            Text(_until(made)),
            Rule(),
            *(Text(line) for line in _terms(made)),
            *(() if simulated else (Barcode(voucher_code(made.voucher)),)),
            *_marks(copy, simulated=simulated),
        ),
    )


def _marks(copy: int, *, simulated: bool) -> Iterator[Block]:
    if simulated:
        yield Text(say("*** SIMULATION ***"), Align.CENTRE, bold=True)
    if copy:
        yield Text(f"{say('DUPLICATA')} {copy}", Align.CENTRE, bold=True)


def _until(made: VoucherMoved) -> str:
    if not made.expires:
        return say("Sans date limite")
    return say("Valable jusqu'au") + f" {_french(made.expires)}"


def _terms(made: VoucherMoved) -> Iterator[str]:
    """What it pays for, and when its VAT is due (code général des impôts, art. 256 ter)."""
    if made.purpose == SINGLE:
        rate = percent(made.vat).replace(".", ",")
        yield f"{say('Bon à usage unique : TVA comprise')} {rate} %."
        yield say("À valoir sur des articles à ce taux, en une ou plusieurs fois.")
    else:
        yield say("À valoir sur tous nos articles, en une ou plusieurs fois.")
        yield say("TVA due à l'utilisation.")
    yield say("À garder : le bon ou son numéro est demandé pour payer.")


def _french(day: str) -> str:
    return "/".join(reversed(day.split("-")))
