"""Lists to look at between sales: the day's tickets, open orders, what is held for customers.

The first `LISTE` shows the first page, each further one the next; `TICKET` has it all on paper.
"""

from typing import ClassVar

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk, Pending
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import PrintList, Sound, Step
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.customers import Contacts, ContactsWanted
from pos_terminal.domain.lookup.questions import (
    Held,
    HeldWanted,
    Orders,
    OrdersWanted,
    Tickets,
    TicketsWanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import day_lists
from pos_terminal.domain.printing.day_lists import DayList
from pos_terminal.domain.screen import Screen


class Paging(Pending, frozen=True):
    """A list is looked at, page by page; `turning` is the key that shows the next."""

    refusal: ClassVar[Fault] = faults.PAGING
    turning: ClassVar[Function] = Function.LIST

    shown: DayList
    page: int = 0

    def screen(self, desk: Desk) -> Screen:
        """The page."""
        return self.shown.pages[self.page]

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """LISTE for the next page, TICKET for the paper, C."""
        match key.function:
            case self.turning:
                page = (self.page + 1) % len(self.shown.pages)
                desk.pending = replace(self, page=page)
                return Step()
            case Function.TICKET:
                desk.pending = None
                return Step(effects=(PrintList(self.shown.paper), Sound(Tone.ACCEPTED)))
            case _:
                return super().press(desk, key, moment) or Step()

    def after_error(self) -> "Paging":
        """It goes on."""
        return self


def show(desk: Desk, _: str, moment: Moment) -> Step:
    """`LISTE`: the day's tickets; `1 LISTE`: open orders; `2 LISTE`: what is held, what is owed."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    between_sales(desk)
    which = desk.entry.whole() if desk.entry.number else "0"
    match which:
        case "0":
            authority.need(desk, Right.CLOSE)
            made = _tickets(desk, moment)
        case "1":
            made = _orders(desk, moment)
        case "2":
            authority.need(desk, Right.CLOSE)
            made = _held(desk, moment)
        case _:
            raise Refused(faults.BAD_NUMBER)
    desk.entry = Entry()
    desk.pending = Paging(made)
    return Step(effects=(Sound(Tone.ACCEPTED),))


def _tickets(desk: Desk, moment: Moment) -> DayList:
    found = look_up(desk, TicketsWanted())
    tickets = found.tickets if isinstance(found, Tickets) else ()
    return day_lists.tickets(desk.identity.terminal, tickets)


def _orders(desk: Desk, moment: Moment) -> DayList:
    found, held = look_up(desk, OrdersWanted()), look_up(desk, HeldWanted())
    orders = found.orders if isinstance(found, Orders) else ()
    people = tuple(sorted({each.person for each in orders if each.person}))
    known = look_up(desk, ContactsWanted(people)) if people else None
    contacts = known.contacts if isinstance(known, Contacts) else ()
    deposits = held.deposits if isinstance(held, Held) else ()
    return day_lists.orders(orders, contacts, deposits)


def _held(desk: Desk, moment: Moment) -> DayList:
    held = look_up(desk, HeldWanted())
    return day_lists.held(held if isinstance(held, Held) else Held())
