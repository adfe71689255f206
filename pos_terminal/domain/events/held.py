"""Money taken in advance: held for the customer, and no turnover until it is used. Pure.

A voucher for anything and arrhes are a debt: no VAT is due before they buy something (Code général
des impôts, art. 256 ter and 269, 2, a). An acompte is a debt as well, but its VAT is due as it is
received. A voucher for goods of one rate is neither: it is sold as those goods are. A deposit on
packaging goes back with the packaging, and is left out of the taxable amount (art. 267, III). Who
pays what he bought on account pays for what was turnover as it was delivered.
"""

from pos_terminal.domain.events.sale import LineSold, SaleClosed, TicketLine
from pos_terminal.domain.events.values import DepositNature, VoucherPurpose


def is_held(line: LineSold | TicketLine) -> bool:
    """Whether the line moves money that is held, into it or out of it: it is no turnover."""
    multi = line.issues is VoucherPurpose.MULTI
    return multi or bool(line.order or line.account) or line.returnable


def untaxed(line: LineSold | TicketLine) -> bool:
    """Whether no VAT is due on it, not even at 0 %: nothing has been supplied for it yet."""
    earnest = line.deposit is DepositNature.EARNEST
    multi = line.issues is VoucherPurpose.MULTI
    return multi or earnest or line.returnable or bool(line.account)


def prepaying(line: LineSold | TicketLine) -> bool:
    """Whether the line is no purchase: a voucher, a deposit on an order, a debt that is paid."""
    return bool(line.issues or line.account) or bool(line.order and line.gross > 0)


def sells(ticket: SaleClosed) -> bool:
    """Whether something is bought on it: it gives back, or takes money in advance, not that alone.

    A mere refund makes the turnover smaller, and is nobody who came to buy.
    """
    return any(
        line.quantity > 0 and not (line.voided or line.voucher or is_held(line))
        for line in ticket.lines
    )
