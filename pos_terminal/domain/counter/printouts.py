"""What the counter has printed that is no paper of a sale: drawn as it goes to the printer."""

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import ListSales, PrintClosure, PrintList, PrintVoucher
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import report, stock_lists, voucher
from pos_terminal.domain.receipt import Receipt

Printout = ListSales | PrintClosure | PrintList | PrintVoucher


def drawn(
    desk: Desk, printout: Printout, now: Moment, head: str = "", exposed: int | None = None
) -> Receipt:
    """The paper. `now` is when; `head` and `exposed` stand on a closure."""
    identity = desk.identity
    match printout:
        case ListSales(sales):
            return report.open_sales(identity, sales, now)
        case PrintClosure(found, copy):
            at, closed = found.moment, found.closed
            return report.closure(identity, closed, at, head=head, exposed=exposed, copy=copy)
        case PrintList(listing):
            return stock_lists.paper(identity, listing, now)
        case PrintVoucher(made, moment, copy):
            article = desk.present.plu(made.plu) if made.plu else None
            name = article.name if article else ""
            number = desk.mint.number(made)
            return voucher.paper(identity, made, number, moment, name=name, copy=copy)
