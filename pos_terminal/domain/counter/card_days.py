"""`TPE`: which payment terminal a sale's cards go through, and their days against the journal's.

A terminal's end of day, whoever asked for it, is held to the journal once it is on record: that is
recorded, too, and printed. Nobody waits for it: the question is asked in the background, and by the
next start where a power cut forgot it.
"""

from collections.abc import Iterable
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
    LookUp,
    PrintList,
    Show,
    Sound,
    Step,
)
from pos_terminal.domain.display import payments as display
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import TerminalReckoned, TerminalSettled, TerminalTotals
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.questions import Answer, CardDays, CardDaysWanted
from pos_terminal.domain.lookup.reckoning import Reckoning
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import card_days


class CardDaysShown(Paging, frozen=True):
    """What the terminals took is looked at. Z has those that the till can ask close their day, CORR
    says that the difference of the one on this page is explained.

    `days` are theirs, by page; `authority` is who lent the right to close, by which this is
    shown.
    """

    refusal: ClassVar[Fault] = faults.CARD_DAYS_SHOWN
    turning: ClassVar[Function] = Function.TERMINAL

    days: tuple[Reckoning, ...] = ()
    authority: int = 0

    def press(self, desk: Desk, key: Key, moment: Moment) -> Step:
        """TPE for the next, TICKET for the paper, Z, CORR, C."""
        match key.function:
            case Function.CLOSE:
                return self._end(desk)
            case Function.CORRECT:
                return self._settle(desk)
        return super().press(desk, key, moment)

    def _settle(self, desk: Desk) -> Step:
        day = self.days[self.page] if self.days else None
        if day is None or not day.difference or day.settled:
            raise Refused(self.refusal)
        desk.pending = None
        settled = TerminalSettled(
            terminal=day.terminal, difference=day.difference, authority=self.authority
        )
        shown = Show(display.explained(day.terminal, day.difference))
        return Step((settled,), (shown, Sound(Tone.ACCEPTED)))

    def _end(self, desk: Desk) -> Step:
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
    found = _reckonings(look_up(desk, CardDaysWanted()))
    drawn = card_days.drawn(desk.identity.terminal, found)
    # The newest first, as on the display.
    desk.pending = CardDaysShown(drawn, days=found[::-1], authority=desk.authority)
    return Step(effects=(Sound(Tone.ACCEPTED),))


def reckon(desk: Desk, terminal: str) -> LookUp:
    """Ask what the journal has of that terminal's last day, in the background: `answered`."""
    desk.lookups += 1
    desk.card_days.add(desk.lookups)
    return LookUp(desk.lookups, CardDaysWanted(terminal))


def unreckoned(desk: Desk, recent: Iterable[Event]) -> tuple[LookUp, ...]:
    """What a start asks: of days that are on record, and that a power cut kept from being held."""
    told = dict[str, None]()
    for event in recent:
        if isinstance(event, TerminalTotals) and event.known:
            told[event.terminal] = None
        elif isinstance(event, TerminalReckoned):
            told.pop(event.terminal, None)
    return tuple(reckon(desk, terminal) for terminal in told)


def answered(desk: Desk, answer: LookedUp, moment: Moment) -> Step | None:
    """The record and the paper of a terminal's day; None where the answer is to another question.

    A terminal that gave no sums has its paper alone.
    """
    if answer.request not in desk.card_days:
        return None
    desk.card_days.discard(answer.request)
    if answer.fault:
        return desk.notify(answer.fault)
    found = _reckonings(answer.found)
    printed = PrintList(card_days.drawn(desk.identity.terminal, found).paper)
    reckoned = tuple(_reckoned(each, each.said) for each in found if each.said is not None)
    told = any(each.difference for each in reckoned)
    notice = desk.notify(faults.CARD_DAY_DIFFERS).effects if told else ()
    return Step(reckoned, (printed, *notice))


def _reckoned(day: Reckoning, said: int) -> TerminalReckoned:
    refs = tuple(each.ref for each in day.doubtful) if said != day.journal else ()
    return TerminalReckoned(
        terminal=day.terminal, said=said, journal=day.journal, payments=day.payments, doubtful=refs
    )


def _reckonings(found: Answer | None) -> tuple[Reckoning, ...]:
    return found.reckonings if isinstance(found, CardDays) else ()
