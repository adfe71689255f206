"""Discounts by hand: per cent or an amount, off the last article or, after ST, off the ticket."""

from msgspec.structs import replace

from pos_terminal.domain import adjusting, display, faults
from pos_terminal.domain.adjusting import LINE, TICKET
from pos_terminal.domain.adjustment_events import DiscountGiven
from pos_terminal.domain.clerks import Right
from pos_terminal.domain.desk import authority
from pos_terminal.domain.desk.state import Desk
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import Refused, Sale, apply
from pos_terminal.domain.steps import Show, Sound, Step


def percent(desk: Desk, _: str, __: Moment) -> Step:
    """`10 %`: so much per cent off."""
    return _discount(desk, percent=desk.entry.percent())


def amount(desk: Desk, _: str, __: Moment) -> Step:
    """`50 REMISE`: so many cents off."""
    cents = desk.entry.cents()
    if cents == 0:
        raise Refused(faults.BAD_NUMBER)
    return _discount(desk, amount=cents)


def reason(desk: Desk, _: str, __: Moment) -> Step:
    """`2 MOTIF`: the reason of what follows: a discount, cash moved, a weight by hand."""
    most = max(
        desk.terms.most_reasons, desk.rules.most_reasons, len(desk.refunds.reasons)
    )
    return desk.set(desk.entry.because(most))


def withdraw(desk: Desk, sale: Sale) -> Step:
    """CORR right after a discount takes it back."""
    gone = adjusting.withdraw(sale)
    after = apply(sale, gone) or sale
    show = Show(display.undiscounted(sale.discounts[-1], after.total))
    return Step((gone,), (show, Sound(Tone.ACCEPTED)))


def _discount(desk: Desk, *, percent: int = 0, amount: int = 0) -> Step:
    if replace(desk.entry, number="", reason=None) != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.NOTHING_SOLD)
    number = desk.entry.reason or 1
    if number > len(desk.terms.discount_reasons):
        raise Refused(faults.UNKNOWN_REASON)
    given = adjusting.discount(
        sale,
        TICKET if desk.subtotalled == sale else LINE,
        reason=number,
        name=desk.terms.discount_reasons[number - 1],
        percent=percent,
        amount=amount,
    )
    return authority.need(desk, Right.DISCOUNT, lambda: _give(desk, sale, given))


def _give(desk: Desk, sale: Sale, asked: DiscountGiven) -> Step:
    given = replace(asked, authority=desk.authority)
    desk.entry = Entry()
    after = apply(sale, given) or sale
    if given.scope == TICKET:
        desk.subtotalled = after
    return Step((given,), (Show(display.discounted(given, after)), Sound(Tone.ACCEPTED)))
