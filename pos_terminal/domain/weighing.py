"""Net weights: what the scale says or the clerk types, less the packing. Pure.

What is printed beside a net weight must say what was taken off it (OIML R 76-1, which EN 45501
takes over): the till records the tare with each line. A tare that was typed or stands in the
catalogue is a «preset» one, marked PT, since nobody weighed it with this article.
"""

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.catalog import Item
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.quantity import PRESET, WEIGHED
from pos_terminal.domain.sale import Refused


class Net(Struct, frozen=True):
    """Grams to be sold, and the grams that were taken off; `kind` is empty where nothing was."""

    grams: int
    tare: int = 0
    kind: str = ""


UNWEIGHED = Net(0)
"""Of what is not sold by weight."""


def on_the_scale(item: Item, entry: Entry, gross: int) -> Net:
    """What is sold of `gross` grams on the scale. Raises Refused.

    A tare typed or weighed goes before the catalogue's; «0 TARE» says that there is none.
    """
    if gross <= 0:
        raise Refused(faults.SCALE_ZERO)
    if entry.tare is None:
        return _less(gross, item.goods.tare, PRESET)
    return _less(gross, entry.tare, WEIGHED if entry.tare_weighed else PRESET)


def by_hand(entry: Entry, typed: int) -> Net:
    """What is sold of `typed` grams: all of it, but for a tare that was typed, too. Raises Refused.

    The catalogue's tare is the packing on the till's own scale, and has nothing to do with it.
    """
    return _less(typed, entry.tare or 0, WEIGHED if entry.tare_weighed else PRESET)


def _less(gross: int, tare: int, kind: str) -> Net:
    if tare == 0:
        return Net(gross)
    if tare >= gross:
        raise Refused(faults.TARE_TOO_HEAVY)
    return Net(gross - tare, tare, kind)
