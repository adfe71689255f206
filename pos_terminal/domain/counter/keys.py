"""What each key does at the counter, and when it may: one row a function, and no other table.

How a key is called, and its letters in a command barcode, stand in `keyboard/key_table`.
"""

from msgspec import Struct

from pos_terminal.domain.counter import (
    bottles,
    cash,
    closing,
    correcting,
    deposits,
    entry_keys,
    invoicing,
    open_sales,
    papers,
    paying,
    pricing,
    refunding,
    scale,
    selling,
    sign_on,
    stock,
    vouchers,
)
from pos_terminal.domain.counter.desk import Handler
from pos_terminal.domain.keyboard.keys import Function


class KeyRule(Struct, frozen=True):
    """A key's handler, and where it is an exception.

    `without_clerk`: it works while nobody is signed on. `paper`: it prints a paper of a closed
    sale, so who closed that may still press it when he must sign on anew. `totals`: it needs to
    know what the sale comes to, so promotions are looked for first. `beside_choice`: it does what
    it always does while the last article must be given a choice.
    """

    function: Function
    handler: Handler
    without_clerk: bool = False
    paper: bool = False
    totals: bool = False
    beside_choice: bool = False


ROWS = (
    KeyRule(Function.TYPE, entry_keys.type_characters, without_clerk=True),
    KeyRule(Function.CLEAR, entry_keys.clear, without_clerk=True, beside_choice=True),
    KeyRule(Function.TIMES, entry_keys.times),
    KeyRule(Function.GRAMS, entry_keys.grams),
    KeyRule(Function.TARE, scale.tare),
    KeyRule(Function.PRICE, entry_keys.price),
    KeyRule(Function.RETURN, refunding.key),
    KeyRule(Function.VOID, entry_keys.voiding),
    KeyRule(Function.PLU, selling.plu),
    KeyRule(Function.ARTICLE, selling.direct, beside_choice=True),
    KeyRule(Function.CORRECT, correcting.correct, beside_choice=True),
    KeyRule(Function.CANCEL, correcting.cancel, beside_choice=True),
    KeyRule(Function.PERCENT, pricing.percent, totals=True),
    KeyRule(Function.DISCOUNT, pricing.amount, totals=True),
    KeyRule(Function.REASON, pricing.reason),
    KeyRule(Function.STAFF, pricing.staff),
    KeyRule(Function.PRO, pricing.pro),
    KeyRule(Function.PLACE, pricing.place),
    KeyRule(Function.SUBTOTAL, paying.subtotal, totals=True),
    KeyRule(Function.TENDER, paying.tender, totals=True),
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
    KeyRule(Function.READ, closing.read),
    KeyRule(Function.COUNT, closing.count),
    KeyRule(Function.CLOSE, closing.close),
    KeyRule(Function.CARRY, open_sales.carry),
    KeyRule(Function.REPRINT, closing.reprint),
    KeyRule(Function.SERVICE, closing.service),
    KeyRule(Function.DRAWER, cash.drawer),
    KeyRule(Function.TICKET, refunding.ticket, paper=True),
    KeyRule(Function.GIFT, papers.gift, paper=True),
    KeyRule(Function.BRIEF, papers.brief, paper=True),
    KeyRule(Function.NOTE, papers.note, paper=True),
    KeyRule(Function.QR, papers.qr, paper=True),
    KeyRule(Function.DONATE, paying.donate, totals=True),
    KeyRule(Function.ORDER, deposits.order, totals=True),
    KeyRule(Function.PART, deposits.acompte),
    KeyRule(Function.EARNEST, deposits.arrhes),
    KeyRule(Function.RATE, deposits.rate),
    KeyRule(Function.CUSTOMER, invoicing.customer),
    KeyRule(Function.INVOICE, invoicing.invoice),
    KeyRule(Function.HOLD, open_sales.hold, beside_choice=True),
    KeyRule(Function.RECALL, open_sales.recall),
    KeyRule(Function.CLERK, sign_on.clerk, without_clerk=True, beside_choice=True),
)

KEYS = {row.function: row for row in ROWS}
"""The rows by their functions; every function has one."""
