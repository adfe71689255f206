"""What the counter has printed that is no paper of a sale: drawn as it goes to the printer."""

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import ListSales, PrintClosure, PrintList, PrintVoucher
from pos_terminal.domain.printing import report, stock_lists, voucher
from pos_terminal.domain.receipt import Receipt

Printout = ListSales | PrintClosure | PrintList | PrintVoucher


def drawn(desk: Desk, printout: Printout, now: str, head: str = "") -> Receipt:
    """The paper. `now` is the local time; `head` stands on a closure (`report.closure`)."""
    identity = desk.identity
    match printout:
        case ListSales(sales):
            return report.open_sales(identity, sales, now)
        case PrintClosure(found, copy):
            return report.closure(identity, found.closed, found.at, head=head, copy=copy)
        case PrintList(listing):
            return stock_lists.paper(identity, listing, listing.at)
        case PrintVoucher(made, at, copy):
            article = desk.present.plu(made.plu) if made.plu else None
            name = article.name if article else ""
            number = desk.mint.number(made)
            return voucher.paper(identity, made, number, at, name=name, copy=copy)
