"""Events of orders: what is to be made for whom, and when. Money on them is `deposit.moved`."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.quantity import Unit


class OrderNoted(Event, frozen=True, kw_only=True):
    """So much of an article is ordered, in thousandths of its unit; negative: so much less."""

    kind: ClassVar[str] = "order.noted"
    order: str
    plu: str
    name: str
    unit: Unit
    quantity: int


class OrderAgreed(Event, frozen=True, kw_only=True):
    """Whom an order is for, by pseudonym, and the local date and time at which it is wanted.

    («2026-03-14T17:00»). What is empty was said by an earlier event, or by none.
    """

    kind: ClassVar[str] = "order.agreed"
    order: str
    person: str = ""
    wanted: str = ""


class OrderEnded(Event, frozen=True, kw_only=True):
    """An order was delivered, or given up: nothing is to be made for it any more."""

    kind: ClassVar[str] = "order.ended"
    order: str


OrderEvent = OrderNoted | OrderAgreed | OrderEnded
ORDER_EVENTS: tuple[type[Event], ...] = (OrderNoted, OrderAgreed, OrderEnded)
