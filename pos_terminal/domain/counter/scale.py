"""What is sold by weight: asking the scale, a weight typed with its reason, packing taken off."""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Found, Item
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import HEAVIEST_TARE, Entry
from pos_terminal.domain.counter.pending import Weighing
from pos_terminal.domain.counter.steps import Sound, Step, Weigh
from pos_terminal.domain.events.values import TareKind
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.quantity import Unit


def tare(desk: Desk, _: str, __: Moment) -> Step:
    """`20 TARE`: the next article's packing weighs 20 g; `TARE` alone weighs what lies there."""
    if desk.entry.number:
        return desk.set(desk.entry.with_tare())
    if desk.entry.tare is not None:
        raise Refused(faults.NOT_NOW)
    return weigh(desk, None)


def weigh(desk: Desk, item: Item | None) -> Step:
    """Ask the scale for this article, or for packing alone."""
    desk.weighings += 1
    desk.weighing = Weighing(desk.weighings, item, desk.entry, desk.authority)
    desk.entry = Entry()
    return Step(effects=(Weigh(desk.weighings),))


def tared(desk: Desk, waiting: Weighing, grams: int) -> Step:
    """The packing's weight: it waits for its article, as a typed one does. Raises Refused."""
    if grams <= 0:
        raise Refused(faults.SCALE_ZERO)
    if grams > HEAVIEST_TARE:
        raise Refused(faults.TARE_TOO_HEAVY)
    desk.entry = replace(waiting.entry, tare=grams, tare_weighed=True)
    return Step(effects=(Sound(Tone.ACCEPTED),))


def check(desk: Desk, found: Found) -> None:
    """A weight, a tare or a reason typed is for what is sold by weight. Raises Refused."""
    entry = desk.entry
    labelled = found.quantity is not None or found.cents is not None
    by_weight = found.item.unit is Unit.KG and not labelled
    if (entry.by_weight or entry.tare is not None) and not by_weight:
        raise Refused(faults.NOT_NOW if labelled else faults.NOT_BY_WEIGHT)
    if entry.reason is not None and not (by_weight and entry.quantity is not None):
        raise Refused(faults.NOT_NOW)  # it is for something else
    if entry.reason is not None and entry.reason > len(desk.terms.weight_reasons):
        raise Refused(faults.UNKNOWN_REASON)


def reason(desk: Desk, entry: Entry) -> str:
    """Why the weight was typed: the shop's first reason where none was said."""
    return desk.terms.weight_reasons[(entry.reason or 1) - 1]


class Net(Struct, frozen=True):
    """Grams to be sold, and the grams that were taken off; `kind` is empty where nothing was."""

    grams: int
    tare: int = 0
    kind: TareKind = TareKind.NONE


UNWEIGHED = Net(0)
"""Of what is not sold by weight."""


def on_the_scale(item: Item, entry: Entry, gross: int) -> Net:
    """What is sold of `gross` grams on the scale. Raises Refused.

    A tare typed or weighed goes before the catalogue's; «0 TARE» says that there is none.
    """
    if gross <= 0:
        raise Refused(faults.SCALE_ZERO)
    if entry.tare is None:
        return _less(gross, item.goods.tare, TareKind.PRESET)
    return _less(gross, entry.tare, TareKind.WEIGHED if entry.tare_weighed else TareKind.PRESET)


def by_hand(entry: Entry, typed: int) -> Net:
    """What is sold of `typed` grams: all of it, but for a tare that was typed, too. Raises Refused.

    The catalogue's tare is the packing on the till's own scale, and has nothing to do with it.
    """
    kind = TareKind.WEIGHED if entry.tare_weighed else TareKind.PRESET
    return _less(typed, entry.tare or 0, kind)


def _less(gross: int, tare: int, kind: TareKind) -> Net:
    if tare == 0:
        return Net(gross)
    if tare >= gross:
        raise Refused(faults.TARE_TOO_HEAVY)
    return Net(gross - tare, tare, kind)
