"""Noting an order at the counter: what is wanted, and so much less of it."""

from pos_terminal.domain.events.orders import OrderNoted
from tests.support.bench import bench


def test_an_order_has_what_was_noted_and_so_much_less_as_was_taken_off() -> None:
    till = bench()
    till.press("123 NOTER 1 PLU 3 x 2 PLU RF 2 PLU")
    assert [(each.order, each.plu, each.quantity) for each in till.of(OrderNoted)] == [
        ("123", "1", 1000), ("123", "2", 3000), ("123", "2", -1000),
    ]  # fmt: skip
