"""Stock at the counter: what a closed ticket moves, and word of what runs low."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.steps import LookedUp, LookUp, Show, Sound, Step
from pos_terminal.domain.counter.stock_watch import StockWatch
from pos_terminal.domain.display import stock as display
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, StockHeld, StockWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.stock.sale_movements import Owner, of_ticket, owner


def move(desk: Desk, done: Sequence[Step]) -> Step:
    """The movements of the ticket that was closed, if one was, and a look at what is left then."""
    events = (event for step in done for event in step.events)
    closed = next((event for event in events if isinstance(event, SaleClosed)), None)
    if closed is None:
        return Step()
    moves = of_ticket(closed, _catalog(desk, closed))
    return Step(moves, _watch(desk, closed, moves, done))


def _catalog(desk: Desk, closed: SaleClosed) -> Catalog:
    """The one that the sale had."""
    return desk.kept.get(closed.catalog, desk.present)


def _watch(
    desk: Desk, closed: SaleClosed, moves: tuple[StockMoved, ...], done: Sequence[Step]
) -> tuple[LookUp, ...]:
    catalog = _catalog(desk, closed)
    went = dict(desk.watch.moved) if desk.watch else {}  # nobody has answered that yet
    for move in moves:
        item = catalog.plu(move.plu)
        if item and item.goods.alert is not None:
            amount = Fraction(move.numerator, move.denominator)
            went[move.plu] = went.get(move.plu, Fraction(0)) + amount
    if not any(amount < 0 for amount in went.values()):
        return ()
    shown = [effect.screen for step in done for effect in step.effects if isinstance(effect, Show)]
    desk.lookups += 1
    desk.watch = StockWatch(desk.lookups, closed, went, shown[-1] if shown else Screen())
    return (LookUp(desk.lookups, StockWanted(tuple(sorted(went)))),)


def answered(desk: Desk, answer: LookedUp, _: Moment) -> Step | None:
    """What the background question found; None where the answer is to another one.

    It never stops anybody: the display keeps the change to be given, and says below what runs low.
    Once the next sale has begun it is a notice, gone with the next key.
    """
    watch = desk.watch
    if watch is None or watch.request != answer.request:
        return None
    desk.watch = None
    if answer.fault:
        return desk.notify(answer.fault)
    left = balances(answer.found)
    low = [text for plu, went in watch.moved.items() if (text := _low(desk, plu, went, left))]
    if not low:
        return Step()
    text = low[0]
    if desk.sale or desk.last is None or desk.last.ticket != watch.closed:
        return desk.notify(replace(faults.STOCK_LOW, text=text))
    shown = Screen(watch.screen.line1, text)
    return Step(effects=(Show(shown, private=True), Sound(Tone.ALARM)))


def _low(desk: Desk, plu: str, went: Fraction, balance: Mapping[str, Fraction]) -> str:
    """What to say where the sale crossed the alert; empty where it did not."""
    item, left = desk.present.plu(plu), balance.get(plu, Fraction(0))
    alert = item.goods.alert if item else None
    if item is None or alert is None or not left <= alert < left - went:
        return ""
    count = amount(item.goods.unit.count(left)) if left > 0 else None
    return display.low(item.name, count)


def its_stock(desk: Desk, item: Item) -> Owner:
    """Whose stock the article moves. Raises Refused."""
    its = owner(item, desk.catalog)
    if its is None:
        raise Refused(faults.NOT_STOCKED)
    return its


def loss_reason(desk: Desk) -> str:
    """Why goods are lost: the shop's first reason where none was said. Raises Refused."""
    number = desk.entry.reason or 1
    if number > len(desk.rules.sales.loss_reasons):
        raise Refused(faults.UNKNOWN_REASON)
    return desk.rules.sales.loss_reasons[number - 1]


def held(answer: Answer | None, plu: str) -> Fraction:
    """How many units of an article there are by the answer."""
    return balances(answer).get(plu, Fraction(0))


def balances(answer: Answer | None) -> dict[str, Fraction]:
    """What there is by PLU."""
    if not isinstance(answer, StockHeld):
        raise TypeError(f"{answer!r} is no answer to StockWanted")
    return {each.plu: Fraction(each.numerator, each.denominator) for each in answer.stock}
