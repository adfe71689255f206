"""Orders: what is to be made for whom, and when; noted between sales, without any money.

`123 NOTER` begins, or goes on. Then each article is noted, `12 CLIENT` says whom it is for, and
`14031700 NOTER` that it is wanted on 14 March at 17:00. `NOTER` alone, or `C`, ends the noting.
The ticket that takes off all that was paid in advance ends the order, as does `RF 123 NOTER`: it
was delivered without a deposit, or given up. `TICKET` has the order on paper for the kitchen, and
as a label for its box.
"""

from datetime import datetime

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog import goods
from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import PrintReport, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.balances import OrderBalance
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.orders import OrderAgreed, OrderEnded, OrderNoted
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import Contacts, ContactsWanted, Customer
from pos_terminal.domain.lookup.questions import Orders, OrdersWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import short_day_and_hour
from pos_terminal.domain.printing import labels
from pos_terminal.domain.quantity import ONE
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.sale.deposits import HIGHEST
from pos_terminal.domain.screen import WIDTH

WHEN = 8
"""Digits of a day, a month, an hour and a minute: 14031700."""


def note(desk: Desk, _: str, moment: Moment) -> Step:
    """`NOTER`: begin to note an order, say when it is wanted, or leave it; with RF end it."""
    between_sales(desk)
    entry = desk.entry
    if replace(entry, number="", order="", noted="", returning=False) != Entry():
        raise Refused(faults.NOT_NOW)
    if entry.returning:
        return _end(desk)
    if not entry.order:
        return desk.set(Entry(order=_number(desk)))
    if not entry.number:
        return desk.set(Entry())
    wanted = _when(entry.whole(), moment)
    return _go_on(desk, OrderAgreed(order=entry.order, wanted=wanted), short_day_and_hour(wanted))


def article(desk: Desk, found: Found) -> Step:
    """The article that was keyed or scanned is ordered; with RF before it, so much less of it."""
    entry = desk.entry
    plain = replace(entry, number="", order="", noted="", quantity=None, by_weight=False)
    if replace(plain, returning=False) != Entry() or found.quantity is not None:
        raise Refused(faults.NOT_NOW)
    item = found.item
    quantity = (ONE if entry.quantity is None else entry.quantity) * (-1 if entry.returning else 1)
    noted = OrderNoted(
        order=entry.order, plu=item.plu, name=item.name, unit=item.unit, quantity=quantity
    )
    return _go_on(desk, noted, f"{goods.amount(goods.units(quantity))} x {item.name}")


def customer(desk: Desk, found: Customer) -> Step:
    """Whom the order is for: by pseudonym alone."""
    agreed = OrderAgreed(order=desk.entry.order, person=found.person)
    return _go_on(desk, agreed, f"{say('CLIENT')} {found.number}")


def _go_on(desk: Desk, event: Event, noted: str) -> Step:
    desk.entry = Entry(order=desk.entry.order, noted=noted[:WIDTH])
    return Step((event,), (Sound(Tone.ACCEPTED),))


def papers(desk: Desk) -> Step:
    """`TICKET` while an order is noted: the kitchen's slip of it, and the label of its box."""
    entry = desk.entry
    if replace(entry, order="", noted="") != Entry():
        raise Refused(faults.NOT_NOW)
    order = _open_order(desk, entry.order)
    known = look_up(desk, ContactsWanted((order.person,))) if order.person else None
    contacts = known.contacts if isinstance(known, Contacts) else ()
    contact = next((each for each in contacts if each.person == order.person), None)
    return Step(
        effects=(
            PrintReport(labels.slip(order, contact), patient=True, role=PrinterRole.KITCHEN),
            PrintReport(labels.parcel(order, contact), patient=True, role=PrinterRole.LABEL),
            Sound(Tone.ACCEPTED),
        )
    )


def _open_order(desk: Desk, number: str) -> OrderBalance:
    found = look_up(desk, OrdersWanted())
    orders = found.orders if isinstance(found, Orders) else ()
    order = next((each for each in orders if each.order == number), None)
    if order is None:
        raise Refused(faults.ORDER_UNKNOWN)
    return order


def _end(desk: Desk) -> Step:
    number = _number(desk)
    _open_order(desk, number)
    desk.entry = Entry()
    show = Show(display.order_ended(number))
    return Step((OrderEnded(order=number),), (show, Sound(Tone.ACCEPTED)))


def _number(desk: Desk) -> str:
    number = int(desk.entry.whole())
    if not 0 < number <= HIGHEST:
        raise Refused(faults.BAD_NUMBER)
    return str(number)


def _when(typed: str, moment: Moment) -> str:
    """The next such date and time, as records have it. Raises Refused for what is none."""
    if len(typed) != WHEN:
        raise Refused(faults.WHEN_WANTED)
    day, month, hour, minute = (int(typed[at : at + 2]) for at in range(0, WHEN, 2))
    for year in (moment.day.year, moment.day.year + 1):
        try:
            wanted = datetime(year, month, day, hour, minute)
        except ValueError:
            continue
        if wanted.date() >= moment.day:
            return wanted.isoformat(timespec="minutes")
    raise Refused(faults.WHEN_WANTED)
