"""`CLEUSB`: a stick is looked at, for as long as somebody who may ask for that waits for it.

On a till in service that takes a PIN typed now, whoever is signed on. Before there is nobody yet
who could have one, and nothing yet that could be taken away.
"""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.jet import MAINTENANCE
from pos_terminal.domain.audit.stick import StickAction, StickAnswer, StickAsked, check
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.authority import Identification
from pos_terminal.domain.counter.cash import between_sales
from pos_terminal.domain.counter.desk import Desk, Wait
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import PrintReport, Show, Sound, Step
from pos_terminal.domain.display import stick as display
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing import stick as printing

BY_NUMBER = {"1": StickAction.UPDATE, "2": StickAction.TAKE}


def key(desk: Desk, _: str, __: Moment) -> Step:
    """A number, `CLEUSB`: have it done, and who wanted it recorded. Alone: what there is."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if not desk.entry.number:
        return Step(effects=(Show(display.choices(), private=True), Sound(Tone.ACCEPTED)))
    between_sales(desk)
    asked = _asked(desk.entry.number)
    if not desk.identity.simulated:
        _must_be_allowed(desk)
    allowed = f", accord de {desk.authority}" if desk.authority else ""
    event = TechnicalEvent(code=MAINTENANCE, detail=f"clé USB : {asked.action}{allowed}")
    desk.entry = Entry()
    effects = (asked, Show(display.reading(), private=True), Sound(Tone.ACCEPTED))
    return Step((event,), effects)


def answered(desk: Desk, told: StickAnswer, moment: Moment) -> Step:
    """Its paper; where it failed, that at the counter and on record, too."""
    fault = faults.by_code(told.fault) if told.fault else None
    paper = PrintReport(printing.paper(desk.identity, told, fault, moment), patient=True)
    if fault is None:
        screen = display.ended() if told.ended else display.going_on()
        shown = () if desk.busy else (Show(screen, private=True),)
        return Step(effects=(*shown, Sound(Tone.ACCEPTED), paper))
    failed = TechnicalEvent(code=MAINTENANCE, detail=f"clé USB, échec : {told.fault} {told.detail}")
    return Step((failed,), (*desk.notify(fault).effects, paper))


def _asked(number: str) -> StickAsked:
    action = BY_NUMBER.get(number, StickAction.HAND)
    asked = StickAsked(action, number if action is StickAction.HAND else "")
    try:
        check(asked)
    except ValueError as error:
        raise Refused(faults.BAD_NUMBER) from error
    return asked


def _must_be_allowed(desk: Desk) -> None:
    if not desk.clerks:
        raise Refused(faults.NO_RIGHT)  # without PINs whoever stands here would do
    if not desk.authority:
        raise Wait(Identification(right=Right.ACCESS, then=desk.decision), Sound(Tone.ALARM))
    authority.need(desk, Right.ACCESS)
