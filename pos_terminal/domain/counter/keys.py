"""What each key does at the counter, and when it may: one row a function, and no other table.

How a key is called, and its letters in a command barcode, stand in `keyboard/key_table`.
"""

from msgspec import Struct

from pos_terminal.domain.counter import (
    access,
    accounts,
    articles,
    bottles,
    card_days,
    carry_over,
    cash,
    closing_keys,
    corrections,
    deposits,
    discounts,
    entry_keys,
    helping,
    hold,
    inspections,
    invoices,
    lists,
    orders,
    outages,
    papers,
    payment,
    price_level,
    refunds,
    scale,
    selftests,
    sign_on,
    stick,
    stock,
    support,
    ticket,
    vouchers,
)
from pos_terminal.domain.counter.desk import Handler, Pending
from pos_terminal.domain.counter.options import ChoiceAsked
from pos_terminal.domain.keyboard.keys import Function


class KeyRule(Struct, frozen=True):
    """A key's handler, and where it is an exception.

    `without_clerk`: it works while nobody is signed on. `paper`: it prints a paper of a closed
    sale, so who closed that may still press it when he must sign on anew. `totals`: it needs to
    know what the sale comes to, so promotions are looked for first. `beside` is what may be
    pending while it does what it always does.
    """

    function: Function
    handler: Handler
    without_clerk: bool = False
    paper: bool = False
    totals: bool = False
    beside: tuple[type[Pending], ...] = ()


ROWS = (
    KeyRule(Function.TYPE, entry_keys.type_characters, without_clerk=True),
    KeyRule(Function.CLEAR, entry_keys.clear, without_clerk=True, beside=(ChoiceAsked,)),
    KeyRule(Function.HELP, helping.show, without_clerk=True),
    KeyRule(Function.TIMES, entry_keys.times),
    KeyRule(Function.GRAMS, entry_keys.grams),
    KeyRule(Function.TARE, scale.tare),
    KeyRule(Function.PRICE, entry_keys.price),
    KeyRule(Function.RETURN, refunds.key),
    KeyRule(Function.VOID, entry_keys.voiding),
    KeyRule(Function.PLU, articles.plu),
    KeyRule(Function.ARTICLE, articles.direct, beside=(ChoiceAsked,)),
    KeyRule(Function.CORRECT, corrections.correct, beside=(ChoiceAsked,)),
    KeyRule(Function.CANCEL, corrections.cancel, beside=(ChoiceAsked,)),
    KeyRule(Function.PERCENT, discounts.percent, totals=True),
    KeyRule(Function.DISCOUNT, discounts.amount, totals=True),
    KeyRule(Function.REASON, discounts.reason),
    KeyRule(Function.STAFF, price_level.staff),
    KeyRule(Function.PRO, price_level.pro),
    KeyRule(Function.PLACE, price_level.place),
    KeyRule(Function.SUBTOTAL, payment.subtotal, totals=True),
    KeyRule(Function.BANKNOTE, payment.banknote, totals=True),
    KeyRule(Function.TENDER, payment.tender, totals=True),
    KeyRule(Function.CREDIT_NOTE, vouchers.credit_note, totals=True),
    KeyRule(Function.VOUCHER, vouchers.voucher, totals=True),
    KeyRule(Function.GOODS, stock.press),
    KeyRule(Function.BOTTLES, bottles.report),
    KeyRule(Function.PRODUCTION, stock.production),
    KeyRule(Function.NO_SALE, cash.no_sale),
    KeyRule(Function.FLOAT, cash.fund),
    KeyRule(Function.CASH_IN, cash.come),
    KeyRule(Function.CASH_OUT, cash.go),
    KeyRule(Function.DROP, cash.drop),
    KeyRule(Function.READ, closing_keys.read),
    KeyRule(Function.COUNT, closing_keys.count),
    KeyRule(Function.CLOSE, closing_keys.close),
    KeyRule(Function.CARRY, carry_over.carry),
    KeyRule(Function.REPRINT, closing_keys.reprint),
    KeyRule(Function.SERVICE, closing_keys.service),
    KeyRule(Function.DRAWER, cash.drawer),
    KeyRule(Function.TICKET, ticket.press, paper=True),
    KeyRule(Function.GIFT, papers.gift, paper=True),
    KeyRule(Function.BRIEF, papers.brief, paper=True),
    KeyRule(Function.NOTE, papers.note, paper=True),
    KeyRule(Function.QR, papers.qr, paper=True),
    KeyRule(Function.DONATE, payment.donate, totals=True),
    KeyRule(Function.ORDER, deposits.order, totals=True),
    KeyRule(Function.PART, deposits.acompte),
    KeyRule(Function.EARNEST, deposits.arrhes),
    KeyRule(Function.RATE, deposits.rate),
    KeyRule(Function.NOTE_ORDER, orders.note),
    KeyRule(Function.LIST, lists.show),
    KeyRule(Function.ON_ACCOUNT, accounts.charge, totals=True),
    KeyRule(Function.SETTLE, accounts.settle),
    KeyRule(Function.STATEMENT, accounts.statement),
    KeyRule(Function.CUSTOMER, invoices.customer),
    KeyRule(Function.MONTH_INVOICE, invoices.month),
    KeyRule(Function.INVOICE, invoices.invoice),
    KeyRule(Function.HOLD, hold.hold, beside=(ChoiceAsked,)),
    KeyRule(Function.RECALL, hold.recall),
    KeyRule(Function.INSPECTION, inspections.key),
    KeyRule(Function.STICK, stick.key),
    KeyRule(Function.SELFTEST, selftests.key, without_clerk=True),
    KeyRule(Function.TERMINAL, card_days.key),
    KeyRule(Function.OUTAGE, outages.key),
    KeyRule(Function.ACCESS, access.key),
    KeyRule(Function.SUPPORT, support.key, without_clerk=True),
    KeyRule(Function.ANSWER, support.say_back, without_clerk=True),
    KeyRule(Function.CLERK, sign_on.clerk, without_clerk=True, beside=(ChoiceAsked,)),
)

KEYS = {row.function: row for row in ROWS}
"""The rows by their functions; every function has one."""
