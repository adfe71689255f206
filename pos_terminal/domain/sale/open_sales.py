"""An open sale as a list shows it."""

from msgspec import Struct


class OpenSale(Struct, frozen=True):
    """An open sale, for a list: whose it is, and how long it has been there.

    `held` is its place among the sales on hold, for RECALL; 0: at the counter, or its clerk's.
    """

    number: int
    clerk: int
    held: int
    articles: int
    total: int
    at: str
