"""What of a sale stands: its articles, less those that came back in the same sale. Pure.

A return that names no ticket still is a return of something; where the same sale sold that article
it is of that. Else four croissants of which one goes back would earn what four do, and the ticket
would be refunded as if it had been paid for four.
"""

from collections.abc import Iterable, Mapping, Sequence

from pos_terminal.domain.events.sale import LineSold, TicketLine
from pos_terminal.domain.lookup.questions import Back
from pos_terminal.domain.money import divide, returned

Lines = Sequence[LineSold | TicketLine]


def came_back(lines: Lines, vats: Mapping[int, int] | None = None) -> dict[int, Back]:
    """What came back of each line, in the same sale and without naming a ticket.

    The latest lines of an article come back first, as with `VOID`. `vats` is the VAT in each line,
    once it is known.
    """
    back: dict[int, Back] = {}
    for line in lines:
        if line.quantity < 0 and not (line.of or line.voucher or line.order):
            _take(line, [each for each in reversed(lines) if _alike(each, line)], vats or {}, back)
    return back


def _alike(sold: LineSold | TicketLine, given: LineSold | TicketLine) -> bool:
    same = (sold.plu, sold.unit) == (given.plu, given.unit)
    return same and sold.quantity > 0 and not (sold.issues or sold.order)


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
