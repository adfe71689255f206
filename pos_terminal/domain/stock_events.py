"""Movements of goods: one ledger for the counter, the web, and what the shop does with its own."""

from typing import ClassVar

from pos_terminal.domain.events import Event


class StockMoved(Event, frozen=True, kw_only=True):
    """`numerator` / `denominator` units of an article, in (positive) or out: never rounded.

    `cause` is sale, web, withdrawal, tasting, loss, unsold, made, delivered, transferred, counted
    or opened. `sale` and `line` name the line of a sale that moved it; 0 where there is none.
    """

    kind: ClassVar[str] = "stock.moved"
    plu: str
    numerator: int
    denominator: int
    cause: str
    sale: int = 0
    line: int = 0
    note: str = ""


STOCK_EVENTS: tuple[type[Event], ...] = (StockMoved,)
