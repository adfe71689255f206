"""Customers on account: what a closed sale puts on an account, credits, or pays of it. Pure.

Restaurants and schools fetch bread each day and pay once a month. The sale is turnover, with its
VAT, on the day of delivery (Code général des impôts, art. 269); the means of payment is a debt, and
the payment of that debt is no turnover any more.
"""

from collections.abc import Iterator

from pos_terminal.domain import faults
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.sale import LineSold, SaleClosed
from pos_terminal.domain.events.values import AccountMove, EntryMethod
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.tender.tender import ACCOUNT


def settling(number: int, person: str, cents: int) -> LineSold:
    """The line by which the customer of that number pays so many cents of what he owes."""
    return LineSold(
        sale=0,
        line=0,
        plu="",
        name=f"{say('REGLEMENT COMPTE')} {number}",
        unit=Unit.PIECE,
        family="",
        quantity=ONE,
        price=cents,
        per=ONE,
        list_price=None,
        list_per=None,
        vat=0,
        gross=cents,
        entry=EntryMethod.KEY,
        account=person,
    )


def chargeable(sale: Sale) -> int:
    """What is due, and may go on an account. Raises Refused where a part of it may not.

    A debt buys nothing to pay with, and pays no debt.
    """
    if sale.due <= 0:
        raise Refused(faults.NOTHING_DUE)
    if sale.due > sale.payable:
        raise Refused(faults.VOUCHER_FOR_ADVANCE)
    return sale.due


def creditable(sale: Sale, person: str) -> None:
    """Raises Refused where what comes back went on the account of somebody else, or of several."""
    went = {paid.account for opened in sale.refunds for paid in opened.paid if paid.account}
    if went - {person}:
        raise Refused(faults.ACCOUNT_OF_ANOTHER)


def moves(ticket: SaleClosed) -> Iterator[AccountMoved]:
    """What the ticket does to accounts."""
    for paid in ticket.tenders:
        if paid.tender == ACCOUNT.name:
            move = AccountMove.CHARGED if paid.amount > 0 else AccountMove.CREDITED
            yield _moved(ticket, paid.account, move, paid.amount)
    for line in ticket.lines:
        if line.account and not line.voided:
            yield _moved(ticket, line.account, AccountMove.SETTLED, -line.gross)


def _moved(ticket: SaleClosed, person: str, move: AccountMove, cents: int) -> AccountMoved:
    return AccountMoved(
        person=person, move=move, amount=cents, series=ticket.series, number=ticket.number
    )
