"""What is due, and taking it; giving back what was taken by mistake."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import (
    card_payments,
    fetched_orders,
    papers,
    payable,
    payment_correction,
    slips,
)
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import Effect, OpenDrawer, PrintVoucher, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import Tender
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import accounts, deposits, donations
from pos_terminal.domain.sale.pay_outs import exchanged, pay_out
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.sale.vouchers import covered, moves
from pos_terminal.domain.tender.tender import CASH, TENDERS, TenderKind


def donate(desk: Desk, _: str, __: Moment) -> Step:
    """`DON`: up to the next euro; `50 DON`: so many cents. CORR takes it back."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.NOTHING_SOLD)
    covered(sale)
    cents = desk.entry.cents() if desk.entry.number else None
    rules = desk.rules.tenders
    given = donations.gift(sale, cents, rules.donations_to, rules.donation_most)
    desk.entry = Entry()
    show = Show(display.gift(-given.amount, sale.due - given.amount))
    return Step((given,), (show, Sound(Tone.ACCEPTED)))


def subtotal(desk: Desk, _: str, __: Moment) -> Step:
    """Show what the sale comes to so far."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_SOLD)
    desk.subtotalled = sale
    return Step(effects=(Show(display.subtotal(sale)),))


def tender(desk: Desk, name: str, moment: Moment) -> Step:
    """Take a means of payment: the amount typed, or all that is due; the sale closes when paid.

    A meal voucher without an amount pays what such vouchers may pay of what is due. Where no sale
    is open, the last ticket was paid by it.
    """
    kind = TENDERS[name]
    by_slip = slips.typed(desk)
    if desk.sale and by_slip:
        return _taken(desk, desk.sale, by_slip, moment)
    if desk.sale is None and desk.entry.empty:
        return payment_correction.press(desk, kind)
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    sale = desk.at_hand(faults.NOTHING_SOLD)
    given = desk.entry.cents() if desk.entry.number else None
    return _take(desk, sale, kind, given, moment)


def banknote(desk: Desk, name: str, moment: Moment) -> Step:
    """`20EUR`: the customer gives that note; the change is shown, or what is still missing."""
    desk.nothing_typed()
    sale = desk.at_hand(faults.NOTHING_SOLD)
    if sale.due <= 0:
        raise Refused(faults.NOT_NOW)  # money goes back: nobody gives a note
    return _take(desk, sale, CASH, int(name.removesuffix("EUR")) * 100, moment)


def _take(desk: Desk, sale: Sale, kind: TenderKind, given: int | None, moment: Moment) -> Step:
    paid = _pay(desk, sale, kind, given, moment)
    terminal = card_payments.through(desk, sale, kind)
    if terminal is None:
        return _taken(desk, sale, paid, moment)
    if not terminal.device:
        return slips.ask(desk, paid)
    return card_payments.ask(desk, sale, paid, terminal)


def _taken(desk: Desk, sale: Sale, paid: Tender, moment: Moment) -> Step:
    desk.entry = Entry()
    after = apply(sale, paid) or sale
    if after.due:
        return Step((paid,), (Show(display.remaining(after.due)), Sound(Tone.ACCEPTED)))
    return close(desk, after, moment, paid)


def close(desk: Desk, sale: Sale, moment: Moment, *events: Event) -> Step:
    """The sale is paid in full by the last of these events: its ticket, and what that entails.

    Raises Refused where more is taken off than is bought, by whatever key it is paid.
    """
    covered(sale)
    fetched = fetched_orders.fetched(desk, sale)
    closed = replace(
        sale.close(*desk.next_ticket()),
        drawer=desk.drawer,
        exchanged=exchanged(sale, desk.rules.refunds.means),
    )
    deposited = (*deposits.moves(closed), *accounts.moves(closed))
    moved = moves(closed, moment.day, desk.rules.refunds, desk.mint)
    made = tuple(PrintVoucher(each, moment) for each in moved if each.amount > 0)
    # Where nothing goes in or out it stays shut: a sale of nothing is no way around `no-sale`.
    drawer = not desk.training and any(
        TENDERS[each.tender].opens_drawer and each.amount for each in closed.tenders
    )
    effects: tuple[Effect, ...] = (Show(display.paid(closed)), Sound(Tone.ACCEPTED))
    due = papers.of_law(desk, closed, moment)
    return Step(
        (*events, closed, *moved, *deposited, *fetched, *due.events),
        (*((OpenDrawer(desk.drawer),) if drawer else ()), *effects, *made, *due.effects),
    )


def give_back(desk: Desk, sale: Sale) -> Step:
    """The last means of payment goes back; the sale goes on as before it.

    What went through a terminal the terminal gives back: its answer undoes it.
    """
    card = sale.tenders[-1].card
    if card and card.reference:
        return card_payments.reverse(desk, sale)
    returned = sale.give_back()
    label = say(TENDERS[returned.tender].label)
    screen = display.given_back(label, returned.amount, sale.due - returned.amount)
    return Step((returned,), (Show(screen), Sound(Tone.ACCEPTED)))


def _pay(desk: Desk, sale: Sale, kind: TenderKind, given: int | None, moment: Moment) -> Tender:
    covered(sale)
    if sale.due < 0:
        refunds = desk.rules.refunds
        return pay_out(sale, kind, given, refunds.means, refunds.cash_limit * 100)
    already = sum(paid.amount for paid in sale.tenders if paid.tender == kind.name)
    limit = payable.limit(desk, kind, moment.day, already, sale.live)
    if limit.most is not None and kind.food_only and sale.due > 0:
        if limit.most <= 0:
            raise Refused(limit.why)
        given = min(sale.due, limit.most) if given is None else given
    paid = sale.pay(kind, given)
    if limit.most is not None and paid.amount > limit.most:
        raise Refused(limit.why)
    if paid.change > desk.rules.tenders.change_limit * 100:
        raise Refused(faults.CHANGE_LIMIT)
    return paid
