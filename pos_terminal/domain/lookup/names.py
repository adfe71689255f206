"""Which vouchers, orders, customers and tickets a record names whose worth it moves. Pure."""

from collections.abc import Iterator

from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed


def voucher(reference: str) -> str:
    """The name of a voucher."""
    return f"voucher {reference}"


def order(number: str) -> str:
    """The name of an order, for which deposits are held."""
    return f"order {number}"


def customer(person: str) -> str:
    """The name of who has an account."""
    return f"customer {person}"


def ticket(series: str, number: int) -> str:
    """The name of a ticket, or of an invoice."""
    return f"ticket {series}-{number}"


def names(event: Event) -> Iterator[str]:
    """What the event moves, takes back, or prints; a ticket does not name itself."""
    match event:
        case VoucherMoved():
            yield voucher(event.voucher)
        case DepositMoved():
            yield order(event.order)
        case AccountMoved():
            yield customer(event.person)
        case ReceiptRequested() | ReceiptPrinted():
            yield ticket(event.series, event.number)
        case InvoiceMade():
            yield from (ticket(*place) for place in event.places)
        case SaleClosed():
            back = (line.of for line in event.lines if line.of)
            yield from {ticket(of.series, of.number): None for of in back}
        case _:
            pass
