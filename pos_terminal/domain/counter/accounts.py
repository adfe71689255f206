"""Customers on account: to buy now and pay later, to pay, and to read what is owed."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import payment
from pos_terminal.domain.counter.authority import need
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import PrintList, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.customers import HIGHEST, Customer, CustomerWanted
from pos_terminal.domain.lookup.questions import AccountWanted, CustomerAccount
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import account as account_paper
from pos_terminal.domain.sale import accounts
from pos_terminal.domain.sale.pay_outs import pay_out
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.sale.vouchers import covered
from pos_terminal.domain.tender.tender import ACCOUNT


def charge(desk: Desk, _: str, moment: Moment) -> Step:
    """`12 ENCOMPTE`: customer 12 pays later what is due; in a refund, what comes back is credited.

    Needs the right; no more than the shop's limit may be owed.
    """
    sale = desk.at_hand(faults.NOTHING_SOLD)
    customer, account = _account(desk, replace(desk.entry, number=""))
    covered(sale)
    if sale.due < 0:
        accounts.creditable(sale, customer.person)
        refunds = desk.rules.refunds
        paid = pay_out(sale, ACCOUNT, None, refunds.means, refunds.cash_limit * 100)
    else:
        cents = accounts.chargeable(sale)
        if account.owed + cents > desk.rules.accounts.limit * 100:
            raise Refused(faults.ACCOUNT_LIMIT)
        need(desk, Right.ACCOUNT)
        paid = sale.pay(ACCOUNT, cents)
    paid = replace(paid, account=customer.person)
    desk.entry = Entry()
    after = apply(sale, paid) or sale
    if after.due:
        return Step((paid,), (Show(display.remaining(after.due)), Sound(Tone.ACCEPTED)))
    return payment.close(desk, after, moment, paid)


def settle(desk: Desk, _: str, __: Moment) -> Step:
    """`5000 PRIX 12 REGLE`: customer 12 pays 50.00 of what he owes; without a price all of it.

    It is a line of a sale, which is paid as any other.
    """
    price = desk.entry.price
    customer, account = _account(desk, replace(desk.entry, number="", price=None))
    if desk.sale and desk.sale.refund:
        raise Refused(faults.NOT_NOW)
    if any(x.account == customer.person for sale in _sales(desk) for x in sale.live):
        raise Refused(faults.ACCOUNT_IN_USE)
    cents = account.owed if price is None else price
    if account.owed <= 0 or cents == 0:
        raise Refused(faults.NOTHING_OWED)
    if cents > account.owed:
        raise Refused(faults.MORE_THAN_OWED)
    opened, sale = desk.opening()
    line = sale.sell(accounts.settling(customer.number, customer.person, cents))
    after = apply(sale, line) or sale
    desk.entry = Entry()
    show = Show(display.account_settled(line, after.due))
    return Step((*opened, line), (show, Sound(Tone.ACCEPTED)))


def statement(desk: Desk, _: str, moment: Moment) -> Step:
    """`12 RELEVE`: what customer 12 owes, on the display, and ticket by ticket on paper."""
    if desk.sale:
        raise Refused(faults.NOT_NOW)
    customer, account = _account(desk, replace(desk.entry, number=""))
    desk.entry = Entry()
    paper = account_paper.statement(desk.identity.terminal, customer.number, account)
    show = Show(display.account(customer.number, account.owed), private=True)
    return Step(effects=(show, PrintList(paper), Sound(Tone.ACCEPTED)))


def _sales(desk: Desk) -> tuple[Sale, ...]:
    return (*desk.waiting, *((desk.sale,) if desk.sale else ()))


def _account(desk: Desk, rest: Entry) -> tuple[Customer, CustomerAccount]:
    """The customer whose number is typed, and what he owes. Raises Refused, or Wait."""
    if rest != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    number = int(desk.entry.whole())
    if not 0 < number <= HIGHEST:
        raise Refused(faults.CUSTOMER_UNKNOWN)
    customer = look_up(desk, CustomerWanted(number))
    if not isinstance(customer, Customer):
        raise Refused(faults.CUSTOMER_UNKNOWN)
    account = look_up(desk, AccountWanted(customer.person))
    return customer, account if isinstance(account, CustomerAccount) else CustomerAccount(0)
