"""Bottles sold by the glass: opened, finished, and the paper of what was poured against sold."""

from datetime import timedelta
from fractions import Fraction

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog import goods
from pos_terminal.domain.catalog.catalog import Item
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import PrintList, Show, Sound, Step
from pos_terminal.domain.counter.stock_alerts import its_stock, loss_reason
from pos_terminal.domain.display import stock as display
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.bottles import Bottle, finish
from pos_terminal.domain.lookup.questions import Answer, BottlesFound, BottlesWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import stock_lists
from pos_terminal.domain.screen import Screen

LONGEST = 31
"""Days that the paper may look back."""


def open_bottle(desk: Desk, item: Item, moment: Moment) -> Step:
    """`OUVRIR` and an article: a bottle of it is open now; the one before it is finished."""
    left = _left(desk, item)
    before = _open_one(desk, item, left)
    if before is None and left:
        raise Refused(faults.NO_BOTTLE)
    ended = _finish(desk, item, before, left) if before else ()
    opened = BottleOpened(plu=item.plu, at=moment.at)
    return _done(desk, display.bottle_opened(item.name), *ended, opened)


def finish_bottle(desk: Desk, item: Item) -> Step:
    """`FINIR` and an article: its open bottle is done with; `2 FINIR`: two were thrown away."""
    left = _left(desk, item)
    before = _open_one(desk, item, left)
    if before is None:
        raise Refused(faults.NO_BOTTLE)
    ended = _finish(desk, item, before, left)
    return _done(desk, display.bottle_finished(item.name), *ended)


def _left(desk: Desk, item: Item) -> Fraction:
    """Units that are thrown away of the bottle: none, if no number was typed. Raises Refused."""
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if its_stock(desk, item).part or item.vessel is None:
        raise Refused(faults.NO_BOTTLE_SIZE)
    if desk.entry.reason is not None and not desk.entry.quantity:
        raise Refused(faults.NOT_NOW)  # nothing is thrown away
    loss_reason(desk)
    left = item.goods.unit.units(goods.units(desk.entry.quantity or 0))
    if left > item.vessel:
        raise Refused(faults.BAD_NUMBER)
    return left


def _open_one(desk: Desk, item: Item, left: Fraction) -> Bottle | None:
    """The open bottle of the article. To throw something away of it needs a right. Wait."""
    if left:
        authority.need(desk, Right.STOCK)
    bottles = _found(look_up(desk, BottlesWanted((item.plu,))))
    return next((each for each in bottles if not each.finished), None)


def _finish(desk: Desk, item: Item, bottle: Bottle, left: Fraction) -> tuple[Event, ...]:
    ended = finish(bottle, item.vessel or Fraction(0), left, loss_reason(desk))
    return tuple(_by(event, desk.authority) for event in ended)


def _done(desk: Desk, screen: Screen, *events: Event) -> Step:
    desk.entry = Entry()
    return Step(events, (Show(screen, private=True), Sound(Tone.ACCEPTED)))


def _by(event: BottleFinished | StockMoved, clerk: int) -> Event:
    return replace(event, authority=clerk)


def report(desk: Desk, _: str, moment: Moment) -> Step:
    """`VERSE`: poured against sold, of open bottles and those finished today; `7 VERSE`: a week."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    back = int(desk.entry.whole()) if desk.entry.number else 0
    if back > LONGEST:
        raise Refused(faults.BAD_NUMBER)
    since = (moment.day - timedelta(back)).isoformat()

    authority.need(desk, Right.STOCK)
    bottles = _found(look_up(desk, BottlesWanted(since=since)))
    desk.entry = Entry()
    listing = stock_lists.bottles(desk.catalog, bottles)
    return Step(effects=(PrintList(listing), Sound(Tone.ACCEPTED)))


def _found(answer: Answer | None) -> tuple[Bottle, ...]:
    if not isinstance(answer, BottlesFound):
        raise TypeError(f"{answer!r} is no answer to BottlesWanted")
    return answer.bottles
