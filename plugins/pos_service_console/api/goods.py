"""What is in stock and what is ordered, by the sums of the till's own lists; whom an order is for
is a pseudonym in the journal, and not even that here.
"""

from fractions import Fraction

from msgspec import Struct

from pos_service_console import holdings
from pos_service_console.api.endpoint import Asked, Endpoint, Given
from pos_service_console.catalogue import Present
from pos_service_console.sales import Sales
from pos_terminal.domain.events.balances import DepositBalance, OrderBalance
from pos_terminal.domain.printing.stock_lists import is_low
from pos_terminal.domain.quantity import ONE

NOTHING = Fraction(0)


class StockLeft(Struct, frozen=True):
    """What is left of an article, in thousandths of its unit, rounded; `low`: too little."""

    plu: str
    name: str
    unit: str
    left: int
    low: bool


class Stock(Struct, frozen=True):
    """Every article whose stock is kept."""

    stock: list[StockLeft]


class Ordered(Struct, frozen=True):
    """So much of an article, in thousandths of its unit."""

    plu: str
    name: str
    unit: str
    quantity: int


class Order(Struct, frozen=True):
    """An open order: when it is wanted (local, empty where nobody said), and what of; `paid` cents
    are held for it.
    """

    order: str
    wanted: str
    articles: list[Ordered]
    paid: int


class Orders(Struct, frozen=True):
    """All that are open; one of which nothing is noted but money has no articles."""

    orders: list[Order]


class Goods:
    """Answers them."""

    def __init__(self, sales: Sales, present: Present) -> None:
        self._sales = sales
        self._present = present

    def endpoints(self) -> list[Endpoint]:
        """What it answers."""
        return [
            Endpoint(method="GET", path="/stock", scope="stock.read", gives=Stock,
                     does="What is left of each article whose stock is kept", answer=self._stock),
            Endpoint(method="GET", path="/orders", scope="orders.read", gives=Orders,
                     does="Open orders, what of, and what is paid of them", answer=self._orders),
        ]  # fmt: skip

    async def _stock(self, _: Asked) -> Given:
        read = await self._present.read()
        held = await self._sales.ask(holdings.stock)
        kept = ((each, held.get(each.plu, NOTHING)) for each in read.stocked() if each.goods.kept)
        return Given(Stock([
            StockLeft(item.plu, item.name, item.unit.value, round(left * ONE), is_low(item, left))
            for item, left in kept
        ]))  # fmt: skip

    async def _orders(self, _: Asked) -> Given:
        found, deposits = await self._sales.ask(
            lambda db: (holdings.orders(db), holdings.deposits(db))
        )
        noted = {each.order for each in found}
        loose = dict.fromkeys(each.order for each in deposits if each.order not in noted)
        every = (*found, *(OrderBalance(order=each) for each in loose))
        return Given(Orders([_order(each, deposits) for each in every]))


def _order(each: OrderBalance, deposits: tuple[DepositBalance, ...]) -> Order:
    articles = [
        Ordered(one.plu, one.name, one.unit.value, one.quantity) for one in each.articles
    ]
    paid = sum(one.amount for one in deposits if one.order == each.order)
    return Order(each.order, each.wanted, articles, paid)
