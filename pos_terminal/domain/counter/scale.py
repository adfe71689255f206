"""What is sold by weight: asking the scale, a weight typed with its reason, packing taken off."""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Found, Item
from pos_terminal.domain.counter.decision import Decision
from pos_terminal.domain.counter.desk import Desk, Pending, Wait
from pos_terminal.domain.counter.entry import HEAVIEST_TARE, Entry
from pos_terminal.domain.counter.steps import Input, Sound, Step, Weigh, Weighed
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import TareKind
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.quantity import Unit
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight


class Weighing(Pending, frozen=True):
    """The scale's answer of that number is awaited, for `then`. C drops what was set for it, too.

    Without an article it is the packing of the next one that is weighed.
    """

    request: int
    item: Item | None
    then: Decision

    @property
    def on_its_way(self) -> bool:
        """The lane always answers, if only with a fault."""
        return True

    def screen(self, desk: Desk) -> Screen:
        """What to put on the scale."""
        return display.waiting_for_weight(self.item)

    def answer(self, desk: Desk, given: Input, moment: Moment) -> Step | Decision:
        """Go on with what the scale says."""
        if not isinstance(given, Weighed) or given.request != self.request:
            return Step()  # a weight that nobody waits for is worth nothing
        desk.pending = None
        if given.fault:
            raise Refused(given.fault)
        return self.then.weighed(given.weight)


def weigh(desk: Desk, item: Item | None) -> Weight:
    """This article on the scale, or packing alone. Wait, until it has answered."""
    weight = desk.decision.weight
    if weight is not None:
        return weight
    desk.weighings += 1
    raise Wait(Weighing(desk.weighings, item, desk.decision), Weigh(desk.weighings))


def tare(desk: Desk, _: str, __: Moment) -> Step:
    """`20 TARE`: the next article's packing weighs 20 g; `TARE` alone weighs what lies there."""
    if desk.entry.number:
        return desk.set(desk.entry.with_tare())
    if desk.entry.tare is not None:
        raise Refused(faults.NOT_NOW)
    weight = weigh(desk, None)
    if weight.grams <= 0:
        raise Refused(faults.SCALE_ZERO)
    if weight.net:
        raise Refused(faults.SCALE_TARED)
    if weight.grams > HEAVIEST_TARE:
        raise Refused(faults.TARE_TOO_HEAVY)
    desk.entry = replace(desk.entry, tare=weight.grams, tare_weighed=True)
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
    if entry.reason is not None and entry.reason > len(desk.rules.sales.weight_reasons):
        raise Refused(faults.UNKNOWN_REASON)


def reason(desk: Desk, entry: Entry) -> str:
    """Why the weight was typed: the shop's first reason where none was said."""
    return desk.rules.sales.weight_reasons[(entry.reason or 1) - 1]


class Net(Struct, frozen=True):
    """Grams to be sold, and the grams that were taken off; `kind` is empty where nothing was.

    What the scale took off itself has its kind, and no grams: nobody knows them.
    """

    grams: int
    tare: int = 0
    kind: TareKind = TareKind.NONE


UNWEIGHED = Net(0)
"""Of what is not sold by weight."""


def on_the_scale(item: Item, entry: Entry, weight: Weight) -> Net:
    """What is sold of what lies on the scale. Raises Refused.

    A tare typed or weighed goes before the catalogue's; «0 TARE» says that there is none, or none
    but the scale's own. Of a weight that is net already no other tare is taken off: the packing
    would be the shop's gift twice, or the customer's loss.
    """
    if weight.grams <= 0:
        raise Refused(faults.SCALE_ZERO)
    typed = entry.tare is not None
    tare = item.goods.tare if entry.tare is None else entry.tare
    if weight.net:
        if tare:
            raise Refused(faults.SCALE_TARED)
        return Net(weight.grams, kind=TareKind.SCALE)
    weighed = typed and entry.tare_weighed
    return _less(weight.grams, tare, TareKind.WEIGHED if weighed else TareKind.PRESET)


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
