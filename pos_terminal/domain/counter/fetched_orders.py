"""Orders that end with the ticket that fetches them."""

from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.events.orders import OrderEnded
from pos_terminal.domain.lookup.questions import DepositsHeld, DepositWanted, Orders, OrdersWanted
from pos_terminal.domain.sale.sale import Sale


def fetched(desk: Desk, sale: Sale) -> tuple[OrderEnded, ...]:
    """The noted orders that end with this sale: it takes off all that is held for them. Wait.

    Where something stays held, there is more to fetch.
    """
    taken: dict[str, int] = {}
    for line in sale.live:
        if line.order and line.gross < 0 and not line.back:
            taken[line.order] = taken.get(line.order, 0) - line.gross
    for paid in sale.tenders:
        if paid.order:
            taken[paid.order] = taken.get(paid.order, 0) + paid.amount
    if not taken:
        return ()
    found = look_up(desk, OrdersWanted())
    noted = {each.order for each in found.orders} if isinstance(found, Orders) else set[str]()
    return tuple(
        OrderEnded(order=order)
        for order in sorted(taken.keys() & noted)
        if _held(desk, order) == taken[order]
    )


def _held(desk: Desk, order: str) -> int:
    found = look_up(desk, DepositWanted(order))
    return sum(each.amount for each in found.deposits) if isinstance(found, DepositsHeld) else 0
