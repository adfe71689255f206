"""What of a sale stands: its articles, less those that came back in the same sale. Pure.

A return that names no ticket still is a return of something; where the same sale sold that article
it is of that. Else four croissants of which one goes back would earn what four do, and the ticket
would be refunded as if it had been paid for four.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pos_terminal.domain.events.sale import LineSold, TicketLine
from pos_terminal.domain.lookup.questions import Back
from pos_terminal.domain.money import divide, returned
from pos_terminal.domain.quantity import ONE

Lines = Sequence[LineSold | TicketLine]


def came_back(lines: Lines, vats: Mapping[int, int] | None = None) -> dict[int, Back]:
    """What came back of each line, in the same sale and without naming a ticket.

    A piece that comes back was sold as one: at its price, by its quantity, a half as a half. Where
    that leaves a choice the latest line comes back first, as with `VOID`. `vats` is the VAT in each
    line, once it is known.
    """
    back: dict[int, Back] = {}
    for line in lines:
        if line.quantity < 0 and not (line.of or line.voucher or line.order):
            alike = [each for each in reversed(lines) if _alike(each, line)]
            _take(line, sorted(alike, key=partial(_likeness, line)), vats or {}, back)
    return back


def _alike(sold: LineSold | TicketLine, given: LineSold | TicketLine) -> bool:
    same = (sold.plu, sold.unit) == (given.plu, given.unit)
    return same and sold.quantity > 0 and not (sold.issues or sold.order)


def _likeness(given: LineSold | TicketLine, sold: LineSold | TicketLine) -> tuple[bool | int, ...]:
    """What was given back is first of the lines for which this is least.

    It knows prices and quantities, and not the place in the sale: in whatever order the same is
    sold, the same pieces are left, and promotions find the same.
    """
    parts = sold.quantity % ONE != 0
    return (
        (sold.price, sold.per) != (given.price, given.per),
        sold.quantity != -given.quantity,
        parts is not (given.quantity % ONE != 0),
        sold.quantity,
    )


def _take(
    given: LineSold | TicketLine,
    sold: Iterable[LineSold | TicketLine],
    vats: Mapping[int, int],
    back: dict[int, Back],
) -> None:
    """Find the lines of what was given back; what the sale did not sell is of another day."""
    cents, tax = -given.gross, -vats.get(given.line, 0)
    taken = Back()
    for line in sold:
        had = back.get(line.line, Back())
        # A line gives no more than it has left, whatever earlier returns took of it.
        now = min(line.quantity - had.quantity, -given.quantity - taken.quantity)
        if now <= 0:
            continue
        amount = returned(cents, -given.quantity, taken.quantity, now, taken.amount)
        vat = returned(tax, -given.quantity, taken.quantity, now, taken.tax)
        back[line.line] = Back(had.quantity + now, had.amount + amount, had.tax + vat)
        taken = Back(taken.quantity + now, taken.amount + amount, taken.tax + vat)


def quantities(lines: Lines) -> dict[int, int]:
    """Thousandths of each line that stand; none of a return."""
    back = came_back(lines)
    return {
        line.line: max(line.quantity, 0) - back.get(line.line, Back()).quantity for line in lines
    }


def worth(lines: Sequence[LineSold]) -> dict[int, int]:
    """What stands of each line, at what the line costs now, in cents; 0 for a return."""
    stands = quantities(lines)
    return {
        line.line: divide(line.gross * stands[line.line], line.quantity) if line.quantity > 0 else 0
        for line in lines
    }
