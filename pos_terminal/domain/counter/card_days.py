"""`TPE`: which payment terminal a sale's cards go through, and their days against the journal's.

A terminal's end of day, whoever asked for it, has its paper printed once it is on record. Nobody
waits for that: the question is asked in the background, and a power cut that forgets it loses no
more than a paper that `TPE` and `TICKET` print again.
"""

from typing import ClassVar

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lists import Paging
from pos_terminal.domain.counter.lookup import look_up
from pos_terminal.domain.counter.steps import (
    EndTerminalDay,
    LookedUp,
    PrintList,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import payments as display
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.questions import Answer, CardDays, CardDaysWanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import card_days
from pos_terminal.domain.printing.day_lists import DayList


class CardDaysShown(Paging, frozen=True):
    """What the terminals took is looked at. Z has those that the till can ask close their day."""

    refusal: ClassVar[Fault] = faults.CARD_DAYS_SHOWN
    turning: ClassVar[Function] = Function.TERMINAL

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """TPE for the next, TICKET for the paper, Z, C."""
        if key.function is not Function.CLOSE:
            return super().press(desk, key, moment)
        desk.pending = None
        devices = [each.device for each in desk.rules.terminals.of if each.device]
        ends = tuple(EndTerminalDay(device) for device in devices)
        return Step(effects=(Show(display.day_asked()), Sound(Tone.ACCEPTED), *ends))


def key(desk: Desk, _: str, moment: Moment) -> Step:
    """`2 TPE` in a sale: its cards go through that terminal; `TPE` between sales: their days."""
    if desk.entry.empty:
        return _show(desk, moment)
    sale, number = desk.at_hand(faults.NOTHING_SOLD), int(desk.entry.whole())
    if desk.entry != Entry(number=desk.entry.number):
        raise Refused(faults.NOT_NOW)
    terminals = desk.rules.terminals.of
    if not 0 < number <= len(terminals):
        raise Refused(faults.NO_SUCH_TERMINAL)
    kept = {each.number: desk.chosen.get(each.number, 0) for each in desk.waiting}
    desk.entry, desk.chosen = Entry(), {**kept, sale.number: number}
    shown = display.chosen(number, terminals[number - 1].device, sale.due)
    return Step(effects=(Show(shown), Sound(Tone.ACCEPTED)))


def _show(desk: Desk, moment: Moment) -> Step:
    between_sales(desk)
    if not desk.rules.terminals.of:
        raise Refused(faults.NO_SUCH_TERMINAL)
    authority.need(desk, Right.CLOSE)
    desk.pending = CardDaysShown(_drawn(desk, look_up(desk, CardDaysWanted()), moment))
    return Step(effects=(Sound(Tone.ACCEPTED),))


def answered(desk: Desk, answer: LookedUp, moment: Moment) -> Step | None:
    """The paper of a terminal's day; None where the answer is to another question."""
    if answer.request not in desk.card_days:
        return None
    desk.card_days.discard(answer.request)
    if answer.fault:
        return desk.notify(answer.fault)
    printed = PrintList(_drawn(desk, answer.found, moment).paper)
    found = answer.found.reckonings if isinstance(answer.found, CardDays) else ()
    told = any(each.difference for each in found)
    return Step(effects=(printed, *(desk.notify(faults.CARD_DAY_DIFFERS).effects if told else ())))


def _drawn(desk: Desk, found: Answer | None, moment: Moment) -> DayList:
    reckonings = found.reckonings if isinstance(found, CardDays) else ()
    return card_days.drawn(desk.identity.terminal, reckonings)
