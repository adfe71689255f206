"""Articles: named by number, key or scan, weighed where sold by weight, put on the sale."""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Found, Item
from pos_terminal.domain.codes.barcode import (
    LONGEST,
    CheckDigitError,
    has_gtin_form,
    is_gtin,
    is_readable,
    upc_a,
)
from pos_terminal.domain.counter import authority, options, orders, refunds, scale, stock
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.scale import UNWEIGHED, Net
from pos_terminal.domain.counter.steps import Scanned, Show, Sound, Step
from pos_terminal.domain.counter.voided_lines import void
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.values import EntryMethod, PriceList, Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.quantity import ONE, Price, Unit
from pos_terminal.domain.sale.discounts import is_reduced
from pos_terminal.domain.sale.lines import line_of
from pos_terminal.domain.sale.options import question
from pos_terminal.domain.sale.sale import apply
from pos_terminal.domain.sale.terms import Expired
from pos_terminal.domain.sale.vouchers import may_be_sold


def scan(desk: Desk, scanned: Scanned, moment: Moment) -> Step:
    """A code from a scanner."""
    if desk.entry.number:
        raise Refused(faults.NOT_NOW)
    code = scanned.text
    if not 0 < len(code) <= LONGEST or not is_readable(code):
        raise Refused(faults.UNREADABLE)
    try:
        found = desk.catalog.code(code) or desk.find_elsewhere(code, scanned.aim, desk.catalog)
    except CheckDigitError:
        raise Refused(faults.BAD_CHECK_DIGIT) from None
    if found is None:
        wrong = has_gtin_form(code) and not (is_gtin(code) or upc_a(code))
        raise Refused(faults.BAD_CHECK_DIGIT if wrong else faults.UNKNOWN_ARTICLE)
    _in_date(desk, found, moment)
    return _found(desk, found, moment, EntryMethod.SCAN, code)


def _in_date(desk: Desk, found: Found, moment: Moment) -> None:
    """Refuse to sell what has expired, or ask a manager; it may be taken back, or lost."""
    leaves = desk.entry.voiding or desk.entry.returning or desk.entry.action
    now = moment.local.replace(tzinfo=None, second=0, microsecond=0)
    if leaves or not found.expires or now <= found.expires:
        return
    if desk.rules.sales.expired is Expired.REFUSE:
        raise Refused(faults.EXPIRED)
    authority.need(desk, Right.OVERRIDE)


def plu(desk: Desk, _: str, moment: Moment) -> Step:
    """The number typed is an article's."""
    return _article(desk, desk.entry.whole(), moment)


def direct(desk: Desk, number: str, moment: Moment) -> Step:
    """A key of its own for one article; `250 [DIVERS]` gives one without a price its price."""
    if desk.entry.number:
        item = desk.catalog.plu(number)
        if item is None or item.choice or item.listed(moment.day) or desk.entry.voiding:
            raise Refused(faults.NOT_NOW)
        desk.entry = desk.entry.at_price()
    return _article(desk, number, moment)


def _article(desk: Desk, number: str, moment: Moment) -> Step:
    if desk.sale and desk.sale.refund and not desk.entry.voiding:
        return refunds.article(desk, number, EntryMethod.KEY)  # the catalogue may have it no more
    item = desk.catalog.plu(number)
    if item is None:
        raise Refused(faults.UNKNOWN_ARTICLE)
    return _found(desk, Found(item), moment, EntryMethod.KEY, "")


def _found(desk: Desk, found: Found, moment: Moment, entry: EntryMethod, code: str) -> Step:
    if desk.entry.voiding:
        if replace(desk.entry, number="", voiding=False) != Entry():
            raise Refused(faults.NOT_NOW)  # a line is taken back whole, as it was sold
        return void(desk, found.item)
    if desk.entry.action:
        return stock.act(desk, found, moment)
    if desk.entry.order:
        return orders.article(desk, found)
    if desk.sale and desk.sale.refund:
        return refunds.found(desk, found, entry, code)
    if desk.entry.rate is not None or desk.entry.drawer is not None:
        raise Refused(faults.NOT_NOW)
    scale.check(desk, found)
    asked = desk.question
    if asked and found.item not in asked.choices:
        raise Refused(faults.CHOICE_WANTED)
    if found.item.choice:
        return options.add(desk, found.item, moment, entry, code)

    _allowed(desk, found.item, moment)
    return _put(desk, found, moment, entry, code)


def _allowed(desk: Desk, item: Item, moment: Moment) -> None:
    """Whether it may go back, and at another price. Raises Refused or Wait."""
    if desk.entry.returning:
        if desk.sale and is_reduced(desk.sale, item.plu):
            raise Refused(faults.RETURN_DISCOUNTED)
        authority.need(desk, Right.RETURN)
    listed = item.listed(moment.day, desk.sale.prices if desk.sale else PriceList.ORDINARY)
    if listed is not None and desk.entry.charged(listed) != listed:
        authority.need(desk, Right.OVERRIDE)


def _put(desk: Desk, found: Found, moment: Moment, entry: EntryMethod, code: str) -> Step:
    if found.quantity is not None or found.cents is not None:
        _check_label(desk, found)
        return _sell(desk, found, moment, EntryMethod.LABEL, code)
    if found.item.unit is not Unit.KG:
        return _sell(desk, found, moment, entry, code)
    if desk.entry.quantity is not None:
        net = scale.by_hand(desk.entry, desk.entry.quantity)
        return _sell(
            desk, replace(found, quantity=net.grams), moment, EntryMethod.MANUAL, code, net=net
        )
    net = scale.on_the_scale(found.item, desk.entry, scale.weigh(desk, found.item))
    return _sell(desk, replace(found, quantity=net.grams), moment, EntryMethod.SCALE, "", net=net)


def _check_label(desk: Desk, found: Found) -> None:
    """A label says its own quantity or price: none may be typed, and both must mean something."""
    if desk.entry.quantity is not None or desk.entry.price is not None:
        raise Refused(faults.NOT_NOW)
    if found.cents is not None and not 0 < found.cents <= LARGEST_TOTAL:
        raise Refused(faults.NO_PRICE)
    if found.quantity is not None and found.quantity <= 0:
        raise Refused(faults.SCALE_ZERO)


def _price(desk: Desk, found: Found, listed: Price | None) -> Price:
    """What it costs: what its label says, what was typed, or what is listed. Raises Refused."""
    item, entry = found.item, desk.entry
    price = entry.charged(listed) if found.cents is None else Price(found.cents)
    if price is None:
        raise Refused(faults.NO_PRICE)
    keyed = entry.price is not None or entry.per is not None
    # Bounds are for a piece: of what is weighed, a label's price says nothing of a kilogram's.
    labelled = found.cents is not None and item.unit is Unit.PIECE
    if (keyed or labelled) and not item.within(price):
        raise Refused(faults.PRICE_OUT_OF_BOUNDS)
    return price


def _sell(
    desk: Desk, found: Found, moment: Moment, entry: EntryMethod, code: str, *, net: Net = UNWEIGHED
) -> Step:
    item = found.item
    opened, sale = desk.opening()
    price = _price(desk, found, item.listed(moment.day, sale.prices))
    quantity = found.quantity or desk.entry.quantity or ONE
    unit = item.unit
    if found.cents is not None:
        quantity, unit = ONE, Unit.PIECE
    if desk.entry.returning:
        quantity = -quantity
    if item.voucher:
        desk.mint.keyed()
        may_be_sold(sale, quantity, price.gross(quantity), training=desk.training)
    made = line_of(
        sale, item, price, quantity,
        moment=moment, vat=desk.rules.default_vat, authority=desk.authority,
    )  # fmt: skip
    line = sale.sell(
        replace(
            made,
            unit=unit,
            entry=entry,
            code=code,
            issues=item.voucher,
            reason=scale.reason(desk, desk.entry) if entry is EntryMethod.MANUAL else "",
            tare=net.tare,
            tare_kind=net.kind,
        )
    )
    desk.entry = Entry()
    after = apply(sale, line)
    asked = question(after, desk.catalog)
    screen = display.line(line)
    if asked:
        screen = display.question(asked)
    elif after and desk.rules.display.running_total:
        screen = display.with_total(screen, line.gross, after.total)
    return Step((*opened, line), (Show(screen), Sound(Tone.ACCEPTED)))
