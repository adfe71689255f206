"""Deposits on orders: taken, looked up, taken off at delivery, given back."""

from collections.abc import Sequence

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority, payment
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.balances import DepositBalance
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.sale import LineSold
from pos_terminal.domain.events.values import DepositNature, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.questions import Answer, DepositsHeld, DepositWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.sale import deposits
from pos_terminal.domain.sale.deposits import HIGHEST
from pos_terminal.domain.sale.sale import Sale, apply


def rate(desk: Desk, _: str, moment: Moment) -> Step:
    """`5,5 TAUX`: the VAT rate of the acompte that follows; one that the shop sells at."""
    given = desk.entry.at_rate()
    rates = {desk.rules.default_vat}
    for item in desk.catalog.items:
        found = (item.vats.on(moment.day), item.vats_on_spot.on(moment.day))
        rates.update(each for each in found if each is not None)
    if given.rate not in rates:
        raise Refused(faults.RATE_UNKNOWN)
    return desk.set(given)


def acompte(desk: Desk, _: str, __: Moment) -> Step:
    """`2000 PRIX 123 ACOMPTE`: take 20.00 on order 123; with RF before it, give it back."""
    vat = desk.rules.default_vat if desk.entry.rate is None else desk.entry.rate
    return _move(desk, DepositNature.PART, vat)


def arrhes(desk: Desk, _: str, __: Moment) -> Step:
    """`2000 PRIX 123 ARRHES`: likewise, without VAT."""
    if desk.entry.rate is not None:
        raise Refused(faults.NOT_NOW)
    return _move(desk, DepositNature.EARNEST, 0)


def order(desk: Desk, _: str, moment: Moment) -> Step:
    """`123 COMMANDE`, or its barcode: take off what is held; between sales, say what is held."""
    number = _number(desk, replace(desk.entry, number=""))
    sale = desk.sale
    if sale is None or not sale.live:
        return _say(desk, number, _held(look_up(desk, DepositWanted(number))))
    if sale.refund:
        raise Refused(faults.NOT_NOW)
    _only_here(desk, sale, number)
    if number in sale.orders:
        raise Refused(faults.DEPOSIT_IN_USE)
    return _settle(desk, sale, _held(look_up(desk, DepositWanted(number))), moment)


def _move(desk: Desk, nature: DepositNature, vat: int) -> Step:
    entry = desk.entry
    number = _number(desk, replace(entry, number="", price=None, rate=None, returning=False))
    if desk.sale and desk.sale.refund:
        raise Refused(faults.NOT_NOW)
    _only_here(desk, desk.sale, number)
    if entry.price == 0:
        raise Refused(faults.DEPOSIT_AMOUNT)
    if entry.returning:
        return _give_back(desk, nature, number)
    if entry.price is None:
        raise Refused(faults.DEPOSIT_AMOUNT)
    if desk.sale and any(x.order == number and x.gross < 0 for x in desk.sale.live):
        raise Refused(faults.DEPOSIT_IN_USE)
    taken = DepositBalance(order=number, nature=nature, amount=0, vat=vat)
    return _put(desk, [deposits.line(taken, entry.price)])


def _give_back(desk: Desk, nature: DepositNature, number: str) -> Step:
    back = desk.entry.price
    if desk.entry.rate is not None:
        raise Refused(faults.NOT_NOW)
    if desk.sale and number in desk.sale.orders:
        raise Refused(faults.DEPOSIT_IN_USE)

    authority.need(desk, Right.RETURN)
    held = _held(look_up(desk, DepositWanted(number)))
    lines = deposits.given_back(held, nature, back)
    return _put(desk, [replace(each, authority=desk.authority) for each in lines])


def _number(desk: Desk, rest: Entry) -> str:
    """The order's number, without needless zeros. Raises Refused, in exercises too."""
    if rest != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    number = int(desk.entry.whole())
    if not 0 < number <= HIGHEST:
        raise Refused(faults.BAD_NUMBER)
    return str(number)


def _only_here(desk: Desk, sale: Sale | None, number: str) -> None:
    """Raises Refused where another open sale has this order: what is held is held once."""
    if any(number in each.orders for each in desk.waiting if each is not sale):
        raise Refused(faults.DEPOSIT_IN_USE)


def _held(answer: Answer | None) -> Sequence[DepositBalance]:
    return answer.deposits if isinstance(answer, DepositsHeld) else ()


def _say(desk: Desk, number: str, held: Sequence[DepositBalance]) -> Step:
    if not held:
        raise Refused(faults.NOTHING_DEPOSITED)
    desk.entry = Entry()
    return Step(effects=(Show(display.deposits_held(number, held)), Sound(Tone.ACCEPTED)))


def _put(desk: Desk, asked: Sequence[LineSold]) -> Step:
    """These lines on the sale at hand, or on a new one."""
    opened, sale = desk.opening()
    events: list[Event] = [*opened]
    for each in asked:
        made = sale.sell(each)
        events.append(made)
        sale = apply(sale, made) or sale
    desk.entry = Entry()
    moved = sum(each.gross for each in asked)
    show = Show(display.deposit_moved(asked[0], moved, sale.due))
    return Step(tuple(events), (show, Sound(Tone.ACCEPTED)))


def _settle(desk: Desk, sale: Sale, held: Sequence[DepositBalance], moment: Moment) -> Step:
    lines, paid = deposits.taken_off(sale, held)
    events: tuple[Event, ...] = lines if paid is None else (*lines, paid)
    for each in events:
        sale = apply(sale, each) or sale
    desk.entry = Entry()
    if paid and not sale.due:
        return payment.close(desk, sale, moment, *events)
    off = -sum(each.gross for each in lines) + (paid.amount if paid else 0)
    left = sum(each.amount for each in held) - off
    show = Show(display.deposit_settled(held[0].order, off, left, sale.due))
    return Step(events, (show, Sound(Tone.ACCEPTED)))
