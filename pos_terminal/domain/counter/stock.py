"""Keys that do something else with an article than sell it: move its stock, ask about it.

`3 PERTE`, then the article by key, number or scan; the sale at hand is not touched.
"""

from collections.abc import Callable
from fractions import Fraction

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog import goods
from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.domain.counter import authority, bottles
from pos_terminal.domain.counter import scale as weights
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import Effect, PrintList, Show, Sound, Step
from pos_terminal.domain.counter.stock_alerts import balances, held, its_stock, loss_reason
from pos_terminal.domain.display import stock as goods_screens
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.values import MovementCause, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, SoldFound, SoldWanted, StockWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import stock_lists as goods_paper
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.receipt import Listing
from pos_terminal.domain.stock.movements import MOVEMENTS, Movement
from pos_terminal.domain.stock.production import FARTHEST, LONGEST_PAST, propose
from pos_terminal.domain.stock.sale_movements import Owner, moved


def press(desk: Desk, name: str, moment: Moment) -> Step:
    """One of these keys: the next article is for it. Pressed again it lists all, or is undone."""
    entry = desk.entry
    if entry.action != name:
        return desk.set(entry.acting(name))
    desk.entry = Entry()
    if entry != Entry(action=name) or name not in _LISTS:
        return Step()
    return _LISTS[name](desk, moment)


def act(desk: Desk, found: Found, moment: Moment) -> Step:
    """The article that such a key was for. Raises Refused."""
    entry = desk.entry
    plain = replace(entry, number="", action="", quantity=None, by_weight=False, returning=False)
    if replace(plain, reason=None) != Entry() or found.cents is not None:
        raise Refused(faults.NOT_NOW)
    if entry.by_weight and found.item.unit is not Unit.KG:
        raise Refused(faults.NOT_BY_WEIGHT)
    if entry.action in MOVEMENTS:
        return _move(desk, MOVEMENTS[entry.action], found, moment)
    if entry.returning or entry.by_weight:
        raise Refused(faults.NOT_NOW)
    if entry.action in bottles.KEYS:
        return bottles.KEYS[entry.action](desk, found.item, moment)
    if entry.quantity is not None or entry.reason is not None:
        raise Refused(faults.NOT_NOW)
    return _QUESTIONS[entry.action](desk, found, moment)


def weighed(desk: Desk, found: Found, moment: Moment) -> Step:
    """The weight of an article that is moved."""
    return _move(desk, MOVEMENTS[desk.entry.action], found, moment)


def _move(desk: Desk, movement: Movement, found: Found, moment: Moment) -> Step:
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    its = its_stock(desk, found.item)
    note = _reason(desk, movement)
    if movement.cause is MovementCause.COUNTED:
        return _may(desk, movement, lambda: _count(desk, its, moment))
    if found.item.unit is Unit.KG and found.quantity is None and desk.entry.quantity is None:
        return weights.weigh(desk, found.item)
    quantity = _quantity(desk, its, found)
    if not quantity:
        raise Refused(faults.BAD_NUMBER)
    sign = -movement.sign if desk.entry.returning else movement.sign
    event = moved(its, sign * quantity, movement.cause, note=note)
    return _may(desk, movement, lambda: _moved(desk, movement, event, its, sign * quantity))


def _may(desk: Desk, movement: Movement, then: Callable[[], Step]) -> Step:
    return authority.need(desk, Right.STOCK, then) if movement.needs_right else then()


def _moved(
    desk: Desk, movement: Movement, event: StockMoved, its: Owner, quantity: Fraction
) -> Step:
    desk.entry = Entry()
    event = replace(event, authority=desk.authority)
    name, count = its.whole.name, quantity
    if its.part:
        part = desk.catalog.plu(its.part)
        name = part.name if part else name
    else:
        count = its.whole.goods.unit.count(quantity)
    screen = goods_screens.moved(movement.label, goods.amount(count), name)
    return Step((event,), (Show(screen), Sound(Tone.ACCEPTED)))


def _count(desk: Desk, its: Owner, moment: Moment) -> Step:
    """What was counted sets the stock: the movement is what makes it so."""
    if its.part or desk.entry.returning:
        raise Refused(faults.COUNT_WHOLES)
    if desk.entry.quantity is None:
        raise Refused(faults.NUMBER_MISSING)
    there = _typed(desk, its)

    def then(answer: Answer | None, _: Moment) -> Step:
        event = moved(its, there - held(answer, its.whole.plu), MovementCause.COUNTED)
        return _moved(desk, MOVEMENTS["INVENT"], event, its, there)

    return look_up(desk, StockWanted((its.whole.plu,)), then)


def _quantity(desk: Desk, its: Owner, found: Found) -> Fraction:
    """How much of what moves: the label's weight or the scale's, what was typed, or one."""
    if found.quantity is not None:
        if desk.entry.quantity is not None:
            raise Refused(faults.NOT_NOW)
        return goods.units(found.quantity)
    return _typed(desk, its)


def _typed(desk: Desk, its: Owner) -> Fraction:
    quantity = desk.entry.quantity
    count = goods.units(ONE if quantity is None else quantity)
    if its.part or desk.entry.by_weight:
        return count
    return its.whole.goods.unit.units(count)


def _reason(desk: Desk, movement: Movement) -> str:
    number = desk.entry.reason
    if movement.cause is not MovementCause.LOSS:
        if number is not None:
            raise Refused(faults.NOT_NOW)
        return ""
    return loss_reason(desk)


def _stock(desk: Desk, found: Found, _: Moment) -> Step:
    """`STOCK` and an article: how much there is, in parts where it is one."""
    its = its_stock(desk, found.item)

    def then(answer: Answer | None, _: Moment) -> Step:
        desk.entry = Entry()
        there = held(answer, its.whole.plu)
        whole = goods_paper.counted(its.whole, there)
        said = goods.amount(there / its.share) if its.part else whole
        shown = goods_screens.stock(found.item.name, said)
        return Step(effects=(Show(shown), Sound(Tone.ACCEPTED)))

    return look_up(desk, StockWanted((its.whole.plu,)), then)


def _stock_list(desk: Desk, _: Moment) -> Step:
    """`STOCK STOCK`: all of it on paper."""

    def then(answer: Answer | None, moment: Moment) -> Step:
        return _print(goods_paper.stock(desk.catalog, balances(answer), moment.at))

    return look_up(desk, StockWanted(), then)


def _allergens(desk: Desk, found: Found, moment: Moment) -> Step:
    """`ALLERG` and an article: what is in it; on paper as well where the display is too small."""
    item = found.item
    if item.goods.allergens is None:
        raise Refused(faults.ALLERGENS_UNKNOWN)
    desk.entry = Entry()
    text = goods_paper.contained(item)
    screen, whole = goods_screens.allergens(item.name, text)
    effects: tuple[Effect, ...] = (Show(screen), Sound(Tone.ACCEPTED))
    if not whole:
        effects = (*effects, PrintList(goods_paper.allergens((item,), moment.at)))
    return Step(effects=effects)


def _allergen_list(desk: Desk, moment: Moment) -> Step:
    """`ALLERG ALLERG`: all articles on paper."""
    return _print(goods_paper.allergens(desk.catalog.items, moment.at))


def _print(listing: Listing) -> Step:
    return Step(effects=(PrintList(listing), Sound(Tone.ACCEPTED)))


_QUESTIONS = {"STOCK": _stock, "ALLERG": _allergens}
_LISTS: dict[str, Callable[[Desk, Moment], Step]] = {
    "STOCK": _stock_list,
    "ALLERG": _allergen_list,
}


def production(desk: Desk, _: str, moment: Moment) -> Step:
    """`PROD`: what to make today; `1 PROD`: tomorrow, and so on for a week."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    ahead = int(desk.entry.whole()) if desk.entry.number else 0
    if ahead > FARTHEST:
        raise Refused(faults.BAD_NUMBER)

    def sold(past: Answer | None, moment: Moment) -> Step:
        if not isinstance(past, SoldFound):
            raise TypeError(f"{past!r} is no answer to SoldWanted")
        days = past.days

        def stocked(answer: Answer | None, moment: Moment) -> Step:
            desk.entry = Entry()
            proposal = propose(desk.catalog, days, balances(answer), moment.day, ahead)
            listing = goods_paper.production(proposal, moment.at)
            return Step(effects=(PrintList(listing), Sound(Tone.ACCEPTED)))

        return look_up(desk, StockWanted(), stocked)

    return look_up(desk, SoldWanted(LONGEST_PAST), sold)
