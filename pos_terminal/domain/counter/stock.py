"""Keys that do something else with an article than sell it: move its stock, ask about it.

`3 PERTE`, then the article by key, number or scan; the sale at hand is not touched.
"""

from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog import goods
from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.domain.counter import authority, bottles, scale
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import Effect, PrintList, Show, Sound, Step
from pos_terminal.domain.counter.stock_alerts import balances, held, its_stock, loss_reason
from pos_terminal.domain.display import stock as display
from pos_terminal.domain.events.stock import StockMoved
from pos_terminal.domain.events.values import MovementCause, PriceList, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.movement_keys import MOVEMENTS, Movement
from pos_terminal.domain.lookup.questions import (
    Orders,
    OrdersWanted,
    SoldFound,
    SoldWanted,
    StockWanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import day_lists, stock_lists
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.receipt import Listing
from pos_terminal.domain.stock.production import FARTHEST, LONGEST_PAST, propose
from pos_terminal.domain.stock.sale_movements import Owner, moved


class Action(Struct, frozen=True):
    """What a stock key does with the next article; `with_all` is for who presses it twice.

    `counts` says that a number and a reason may go before the key.
    """

    with_article: Callable[[Desk, Found, Moment], Step]
    with_all: Callable[[Desk, Moment], Step] | None = None
    counts: bool = False


def press(desk: Desk, name: str, moment: Moment) -> Step:
    """One of these keys: the next article is for it. Pressed again it lists all, or is undone."""
    entry = desk.entry
    if entry.action != name:
        return desk.set(entry.acting(name))
    action = _ACTIONS.get(name)
    if entry != Entry(action=name) or action is None or action.with_all is None:
        return desk.set(Entry())
    return action.with_all(desk, moment)


def act(desk: Desk, found: Found, moment: Moment) -> Step:
    """The article that such a key was for. Raises Refused, or Wait."""
    entry = desk.entry
    plain = replace(entry, number="", action="", quantity=None, by_weight=False, returning=False)
    if replace(plain, reason=None) != Entry() or found.cents is not None:
        raise Refused(faults.NOT_NOW)
    if entry.by_weight and found.item.unit is not Unit.KG:
        raise Refused(faults.NOT_BY_WEIGHT)
    if entry.action in MOVEMENTS:
        return _move(desk, MOVEMENTS[entry.action], found)
    action = _ACTIONS[entry.action]
    if entry.returning or entry.by_weight:
        raise Refused(faults.NOT_NOW)
    if not action.counts and (entry.quantity is not None or entry.reason is not None):
        raise Refused(faults.NOT_NOW)
    return action.with_article(desk, found, moment)


def _move(desk: Desk, movement: Movement, found: Found) -> Step:
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    its = its_stock(desk, found.item)
    note = _reason(desk, movement)
    if movement.cause is MovementCause.COUNTED:
        return _count(desk, movement, its)
    if found.item.unit is Unit.KG and found.quantity is None and desk.entry.quantity is None:
        net = scale.on_the_scale(found.item, desk.entry, scale.weigh(desk, found.item))
        found = Found(found.item, quantity=net.grams)
    quantity = _quantity(desk, its, found)
    if not quantity:
        raise Refused(faults.BAD_NUMBER)
    sign = -movement.sign if desk.entry.returning else movement.sign
    if movement.needs_right:
        authority.need(desk, Right.STOCK)
    event = moved(its, sign * quantity, movement.cause, note=note)
    return _moved(desk, movement, event, its, sign * quantity)


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
    screen = display.moved(movement.label, goods.amount(count), name)
    return Step((event,), (Show(screen, private=True), Sound(Tone.ACCEPTED)))


def _count(desk: Desk, movement: Movement, its: Owner) -> Step:
    """What was counted sets the stock: the movement is what makes it so."""
    if its.part or desk.entry.returning:
        raise Refused(faults.COUNT_WHOLES)
    if desk.entry.quantity is None:
        raise Refused(faults.NUMBER_MISSING)
    there = _typed(desk, its)
    if movement.needs_right:
        authority.need(desk, Right.STOCK)
    before = held(look_up(desk, StockWanted((its.whole.plu,))), its.whole.plu)
    return _moved(desk, movement, moved(its, there - before, MovementCause.COUNTED), its, there)


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
    there = held(look_up(desk, StockWanted((its.whole.plu,))), its.whole.plu)
    desk.entry = Entry()
    whole = stock_lists.counted(its.whole, there)
    said = goods.amount(there / its.share) if its.part else whole
    shown = display.stock(found.item.name, said)
    return Step(effects=(Show(shown, private=True), Sound(Tone.ACCEPTED)))


def _stock_list(desk: Desk, moment: Moment) -> Step:
    """`STOCK STOCK`: all of it on paper."""
    balance = balances(look_up(desk, StockWanted()))
    return _print(desk, stock_lists.stock(desk.catalog, balance))


def _allergens(desk: Desk, found: Found, moment: Moment) -> Step:
    """`ALLERG` and an article: what is in it; on paper as well where the display is too small."""
    item = found.item
    if item.goods.allergens is None:
        raise Refused(faults.ALLERGENS_UNKNOWN)
    desk.entry = Entry()
    text = stock_lists.contained(item)
    screen, whole = display.allergens(item.name, text)
    effects: tuple[Effect, ...] = (Show(screen, private=True), Sound(Tone.ACCEPTED))
    if not whole:
        effects = (*effects, PrintList(stock_lists.allergens((item,))))
    return Step(effects=effects)


def _allergen_list(desk: Desk, moment: Moment) -> Step:
    """`ALLERG ALLERG`: all articles on paper."""
    return _print(desk, stock_lists.allergens(desk.catalog.items))


def _open(desk: Desk, found: Found, moment: Moment) -> Step:
    return bottles.open_bottle(desk, found.item, moment)


def _finish(desk: Desk, found: Found, _: Moment) -> Step:
    return bottles.finish_bottle(desk, found.item)


def _print(desk: Desk, listing: Listing) -> Step:
    desk.entry = Entry()
    return Step(effects=(PrintList(listing), Sound(Tone.ACCEPTED)))


def _price(desk: Desk, found: Found, moment: Moment) -> Step:
    """`TARIF`: what the article costs today at the prices of the sale; nothing is sold."""
    listed = found.item.listed(moment.day, desk.sale.prices if desk.sale else PriceList.ORDINARY)
    if listed is None:
        raise Refused(faults.NO_PRICE)
    desk.entry = Entry()
    return Step(effects=(Show(display.price(found.item, listed)), Sound(Tone.ACCEPTED)))


_ACTIONS = {
    "OUVRIR": Action(_open, counts=True),
    "FINIR": Action(_finish, counts=True),
    "STOCK": Action(_stock, _stock_list),
    "TARIF": Action(_price),
    "ALLERG": Action(_allergens, _allergen_list),
}
"""The keys that are no movement, by their names."""


def production(desk: Desk, _: str, moment: Moment) -> Step:
    """`PROD`: what to make today; `1 PROD`: tomorrow, and so on for a week.

    What orders want on that day stands by itself: whether the average knew of it nobody can tell.
    """
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    ahead = int(desk.entry.whole()) if desk.entry.number else 0
    if ahead > FARTHEST:
        raise Refused(faults.BAD_NUMBER)
    past = look_up(desk, SoldWanted(LONGEST_PAST))
    if not isinstance(past, SoldFound):
        raise TypeError(f"{past!r} is no answer to SoldWanted")
    balance = balances(look_up(desk, StockWanted()))
    proposal = propose(desk.catalog, past.days, balance, moment.day, ahead)
    orders = look_up(desk, OrdersWanted())
    wanted = orders.orders if isinstance(orders, Orders) else ()
    listing = stock_lists.production(proposal)
    ordered = tuple(day_lists.wanted_on(wanted, proposal.day))
    return _print(desk, replace(listing, blocks=(*listing.blocks, *ordered)))
