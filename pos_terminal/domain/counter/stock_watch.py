"""What is asked in the background once a sale took goods out."""

from collections.abc import Mapping
from fractions import Fraction

from msgspec import Struct

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.screen import Screen


class StockWatch(Struct, frozen=True):
    """A closed sale took goods out, and whether any runs low is asked; nobody waits for it.

    `moved` maps the articles to the units that went; `screen` is what the sale's end shows.
    """

    request: int
    closed: SaleClosed
    moved: Mapping[str, Fraction]
    screen: Screen
