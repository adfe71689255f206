"""Discounts by hand: per cent or an amount, off the last article or, after ST, off the ticket."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import ReductionScope, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import discounts
from pos_terminal.domain.sale.sale import Sale, apply


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
    return desk.set(desk.entry.because(desk.rules.most_reasons))


def withdraw(desk: Desk, sale: Sale) -> Step:
    """CORR right after a discount takes it back."""
    gone = discounts.withdraw(sale)
    after = apply(sale, gone) or sale
    show = Show(display.undiscounted(sale.discounts[-1], after.total))
    return Step((gone,), (show, Sound(Tone.ACCEPTED)))


def _discount(desk: Desk, *, percent: int = 0, amount: int = 0) -> Step:
    if replace(desk.entry, number="", reason=None) != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.NOTHING_SOLD)
    number = desk.entry.reason or 1
    if number > len(desk.rules.sales.discount_reasons):
        raise Refused(faults.UNKNOWN_REASON)
    given = discounts.discount(
        sale,
        ReductionScope.TICKET if desk.subtotalled == sale else ReductionScope.LINE,
        reason=number,
        name=desk.rules.sales.discount_reasons[number - 1],
        percent=percent,
        amount=amount,
    )
    authority.need(desk, Right.DISCOUNT)
    given = replace(given, authority=desk.authority)
    desk.entry = Entry()
    after = apply(sale, given) or sale
    if given.scope is ReductionScope.TICKET:
        desk.subtotalled = after
    return Step((given,), (Show(display.discounted(given, after)), Sound(Tone.ACCEPTED)))
