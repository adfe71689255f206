"""Open orders, folded from their events. Pure."""

from msgspec import json
from msgspec.structs import replace

from pos_terminal.domain.events.balances import OrderBalance, Ordered
from pos_terminal.domain.events.orders import OrderAgreed, OrderEnded, OrderEvent, OrderNoted

_DECODER = json.Decoder(OrderBalance)


def kept(order: OrderBalance) -> bytes:
    """An order as a projection keeps it."""
    return json.encode(order)


def read(body: bytes) -> OrderBalance:
    """An order as it was kept; ValueError for what is none."""
    return _DECODER.decode(body)


def after(order: OrderBalance | None, event: OrderEvent) -> OrderBalance | None:
    """The order after one of its events; None once it is ended.

    An article of which nothing is left is left out.
    """
    had = order or OrderBalance(order=event.order)
    match event:
        case OrderEnded():
            return None
        case OrderAgreed():
            person, wanted = event.person or had.person, event.wanted or had.wanted
            return replace(had, person=person, wanted=wanted)
        case OrderNoted():
            before = sum(each.quantity for each in had.articles if each.plu == event.plu)
            now = Ordered(
                plu=event.plu,
                name=event.name,
                unit=event.unit,
                quantity=before + event.quantity,
            )
            others = tuple(each for each in had.articles if each.plu != event.plu)
            return replace(had, articles=(*others, now) if now.quantity > 0 else others)
