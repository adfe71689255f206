"""Gift vouchers and credit notes at the till: made, looked up, used, printed once more.

A voucher for anything is a means of payment, one for goods of a rate takes off what it pays for
(docs/vouchers.md). What an open sale holds of one is held against every other.
"""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.codes.vouchers import VOUCHER_DIGITS, checked_voucher, read_voucher
from pos_terminal.domain.counter import authority, payment
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import PrintVoucher, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.balances import VoucherBalance
from pos_terminal.domain.events.prepaid import VoucherCopied
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.events.values import EntryMethod, Right, VoucherPurpose
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, VoucherWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import part
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.pay_outs import expires, pay_out
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.sale.vouchers import covered, goods, kind_of
from pos_terminal.domain.staff import pin_lock
from pos_terminal.domain.tender.tender import CREDIT_NOTE, VOUCHER


class Unknown(Exception):
    """A number that no voucher has: it counts, so that nobody tries one after the other."""


def credit_note(desk: Desk, _: str, moment: Moment) -> Step:
    """`AVOIR`: what the shop owes goes on a credit note, or so much of it as was typed.

    Behind a voucher's number, and where the customer owes, it uses that voucher.
    """
    owes = desk.sale is not None and desk.sale.due < 0
    if desk.entry.number and not (owes and len(desk.entry.number) < VOUCHER_DIGITS):
        return _typed(desk, moment)
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    given = desk.entry.cents() if desk.entry.number else None
    sale = desk.at_hand(faults.NOTHING_TO_PAY_OUT)
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if sale.due >= 0:
        raise Refused(faults.NOTHING_TO_PAY_OUT)
    desk.mint.keyed()
    covered(sale)
    refunds = desk.rules.refunds
    paid = pay_out(sale, CREDIT_NOTE, given, refunds.means, refunds.cash_limit * 100)
    paid = replace(paid, expires=expires(sale, -paid.amount, refunds.means))
    desk.entry = Entry()
    after = apply(sale, paid) or sale
    if after.due:
        return Step((paid,), (Show(display.remaining(after.due)), Sound(Tone.ACCEPTED)))
    return payment.close(desk, after, moment, paid)


def voucher(desk: Desk, _: str, moment: Moment) -> Step:
    """`BON`: behind a number it uses that voucher; alone it prints the last ones once more."""
    if desk.entry.number:
        return _typed(desk, moment)
    desk.nothing_typed()
    if desk.sale or desk.last is None or not desk.made:
        raise Refused(faults.NO_VOUCHER)
    authority.need(desk, Right.REFUND)
    return _print_again(desk)


def scanned(desk: Desk, code: str, moment: Moment) -> Step:
    """A voucher's barcode uses it, for so much where an amount was typed."""
    number = read_voucher(code)
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    amount = desk.entry.cents() if desk.entry.number else None
    if amount == 0:
        raise Refused(faults.BAD_NUMBER)
    return _use(desk, number, amount, moment, EntryMethod.SCAN)


def _typed(desk: Desk, moment: Moment) -> Step:
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    return _use(desk, checked_voucher(desk.entry.number), None, moment, EntryMethod.KEY)


def _use(desk: Desk, number: str, amount: int | None, moment: Moment, entry: EntryMethod) -> Step:
    """Look it up; then it pays, or says what it is worth where nothing is being sold.

    From here on it is called by its reference: the number goes no further.
    """
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    reference = desk.mint.keyed().reference(number)
    if pin_lock.locked(desk.wrong, pin_lock.VOUCHERS, moment.utc):
        raise Refused(faults.VOUCHER_LOCKED)
    try:
        return _known(desk, reference, amount, moment, entry)
    except Unknown:
        noted = pin_lock.voucher_refused(desk.wrong, moment.utc)
        return replace(desk.refuse(faults.VOUCHER_UNKNOWN), events=(noted,))


def _known(
    desk: Desk, reference: str, amount: int | None, moment: Moment, entry: EntryMethod
) -> Step:
    sale = desk.sale
    if sale is None or not sale.live:
        if amount is not None:
            raise Refused(faults.NOTHING_SOLD)
        return _say(desk, _good(look_up(desk, VoucherWanted(reference)), moment))
    if any(reference in each.vouchers for each in (*desk.waiting, sale)):
        raise Refused(faults.VOUCHER_TAKEN)
    if sale.due <= 0:
        raise Refused(faults.NOTHING_DUE)
    balance = _good(look_up(desk, VoucherWanted(reference)), moment)
    return _pay(desk, balance, amount, moment, entry)


def _good(answer: Answer | None, moment: Moment) -> VoucherBalance:
    """The voucher that was found, where it is still worth something. Raises Refused, or Unknown."""
    if not isinstance(answer, VoucherBalance):
        raise Unknown
    if answer.amount <= 0:
        raise Refused(faults.VOUCHER_USED_UP)
    if answer.expires and answer.expires < moment.day.isoformat():
        raise Refused(faults.VOUCHER_EXPIRED)
    return answer


def _say(desk: Desk, balance: VoucherBalance) -> Step:
    """What it is worth. What open sales hold of it is taken off."""
    held = sum(sale.vouchers.get(balance.voucher, 0) for sale in desk.waiting)
    desk.entry = Entry()
    credit = kind_of(balance.voucher) is CREDIT_NOTE
    screen = display.voucher_balance(credit, balance.amount - held, balance.expires)
    return Step(effects=(Show(screen), Sound(Tone.ACCEPTED)))


def _pay(
    desk: Desk, balance: VoucherBalance, amount: int | None, moment: Moment, entry: EntryMethod
) -> Step:
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if amount is not None and amount > balance.amount:
        raise Refused(faults.VOUCHER_TOO_SMALL)
    if balance.purpose is VoucherPurpose.SINGLE:
        return _take_off(desk, sale, balance, amount, entry)
    covered(sale)
    most = sale.payable
    if most <= 0 < sale.owed:
        raise Refused(faults.VOUCHER_FOR_ADVANCE)
    worth = min(balance.amount, most) if amount is None else amount
    if worth > sale.owed or worth <= 0:
        raise Refused(faults.TENDER_EXACT)
    if worth > most:
        raise Refused(faults.VOUCHER_FOR_ADVANCE)
    left = balance.amount - worth
    paid = sale.pay(kind_of(balance.voucher), worth)
    paid = replace(paid, voucher=balance.voucher, left=left, expires=balance.expires)
    after = apply(sale, paid) or sale
    desk.entry = Entry()
    if after.due:
        screen = display.voucher_used(after.due, left)
        return Step((paid,), (Show(screen), Sound(Tone.ACCEPTED)))
    return payment.close(desk, after, moment, paid)


def _take_off(
    desk: Desk, sale: Sale, balance: VoucherBalance, amount: int | None, entry: EntryMethod
) -> Step:
    """A voucher for goods of one rate: its VAT is paid, so what it pays for is a minus there."""
    most = goods(sale, balance.vat)
    worth = min(balance.amount, most) if amount is None else amount
    if not 0 < worth <= most:
        raise Refused(faults.VOUCHER_NOT_FOR_THESE)
    item = desk.catalog.plu(balance.plu)
    line = sale.sell(
        LineSold(
            sale=0,
            line=0,
            plu=balance.plu,
            name=item.name if item else VOUCHER.label,
            unit=Unit.PIECE,
            family=item.family if item else "",
            quantity=-ONE,
            price=worth,
            per=ONE,
            list_price=None,
            list_per=None,
            vat=balance.vat,
            gross=-worth,
            entry=entry,
            voucher=balance.voucher,
            expires=balance.expires,
            tax=-part(balance.tax, balance.amount, worth),
        )
    )
    desk.entry = Entry()
    screen = display.voucher_used(sale.due - worth, balance.amount - worth)
    return Step((line,), (Show(screen), Sound(Tone.ACCEPTED)))


def _print_again(desk: Desk) -> Step:
    last = desk.last
    if last is None:
        raise Refused(faults.NO_VOUCHER)
    copied = VoucherCopied(
        series=last.ticket.series,
        number=last.ticket.number,
        copy=desk.voucher_copies + 1,
        authority=desk.authority,
    )
    for made in desk.made:
        desk.mint.number(made)  # where the key is not that one there is no number to print
    papers = (PrintVoucher(made, last.moment, copied.copy) for made in desk.made)
    return Step((copied,), (*papers, Sound(Tone.ACCEPTED)))
