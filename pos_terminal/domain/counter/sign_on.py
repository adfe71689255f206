"""Who stands at the till: a number and a PIN, or a badge; for himself, or to allow something.

A PIN is checked elsewhere, as that takes time. Its digits are never part of an event or a screen.
"""

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import authority
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.pending import Asking
from pos_terminal.domain.counter.steps import CheckPin, PinChecked, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import TrainingEnded, TrainingStarted
from pos_terminal.domain.events.sale import SaleHeld, SaleRecalled
from pos_terminal.domain.events.staff import OperatorSignedOff, OperatorSignedOn
from pos_terminal.domain.events.values import SignOnMeans
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.staff import pin_lock as tries
from pos_terminal.domain.staff.clerks import LONGEST_PIN, SHORTEST_PIN, Clerk, Clerks, Pin


def clerk(desk: Desk, _: str, moment: Moment) -> Step:
    """The number typed is a clerk's, who signs on; 0 signs off."""
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if not desk.clerks:
        raise Refused(faults.CLERK_UNKNOWN)
    number = int(desk.entry.whole())
    _may_leave(desk)
    if number == 0:
        return _sign_off(desk)
    _must_be_free(desk, desk.clerks.clerk(number), moment)
    desk.entry = Entry()
    desk.asking = Asking(clerk=number)
    return Step()


def press(desk: Desk, key: Key, moment: Moment) -> Step:
    """A key while somebody is asked who he is: digits, CLERK behind them, or C to give it up."""
    asking = desk.asking
    if asking is None:
        raise ValueError("nobody is asked")
    match key.function:
        case Function.CLEAR:
            cleared = replace(asking, typed=Pin())
            desk.asking = cleared if asking.typed and not asking.request else None
            return Step()
        case Function.TYPE if asking.request == 0 and key.argument.isdigit():
            if len(asking.typed) + len(key.argument) > LONGEST_PIN:
                raise Refused(faults.TOO_LONG)
            desk.asking = replace(asking, typed=asking.typed + key.argument)
            return Step()
        case Function.CLERK if asking.request == 0:
            return _check(desk, asking, moment) if asking.clerk else _name(desk, asking, moment)
        case _:
            raise Refused(faults.NOT_NOW)


def badge(desk: Desk, code: str, moment: Moment) -> Step:
    """A badge says who it is. What needs authority needs the PIN as well."""
    if desk.fault:
        raise Refused(faults.CLEAR_FIRST)
    desk.nothing_awaited()
    asking = desk.asking
    if asking and asking.request:
        raise Refused(faults.NOT_NOW)
    found = desk.clerks.with_badge(code)
    if asking and asking.right:
        _must_be_free(desk, found, moment)
        desk.asking = replace(asking, clerk=found.number, typed=Pin())
        return Step(effects=(Sound(Tone.ACCEPTED),))
    if not desk.entry.empty:
        raise Refused(faults.NOT_NOW)
    _may_leave(desk)
    if not desk.clerks.needs_pin(found):
        return _sign_on(desk, found, SignOnMeans.BADGE)
    _must_be_free(desk, found, moment)
    desk.asking = Asking(clerk=found.number)
    return Step(effects=(Sound(Tone.ACCEPTED),))


def checked(desk: Desk, answer: PinChecked, moment: Moment) -> Step:
    """Whether the PIN was right. A wrong one counts, even if it was given up meanwhile."""
    if desk.checking != answer.request:
        return Step()  # an earlier counter asked
    desk.checking = 0
    asking = desk.asking if desk.asking and desk.asking.request == answer.request else None
    if not answer.right:
        events = tries.refused(desk.wrong, answer.clerk, moment.utc)
        fault = faults.CLERK_LOCKED if len(events) > 1 else faults.PIN_WRONG
        return desk.refuse(fault, events) if asking else Step(events)
    if asking is None:
        return Step()
    desk.asking = None
    found = desk.clerks.clerk(answer.clerk)
    if asking.right and asking.then:
        return authority.given(desk, found, asking.right, asking.then)
    return _sign_on(desk, found, SignOnMeans.PIN)


def settle(desk: Desk) -> tuple[Event, ...]:
    """What puts the till in order once its clerks are others, or as it starts.

    The open sale of a clerk who is no more waits for whoever recalls it. Without clerks the one
    operator of the settings is signed on, and goes on with the sale at hand.
    """
    orphans = [sale for number, sale in desk.parked.items() if not desk.clerks.known(number)]
    if desk.sale and not desk.clerks.known(desk.clerk):
        orphans.append(desk.sale)
    events: list[Event] = [SaleHeld(sale=sale.number) for sale in orphans]
    if desk.clerks:
        if desk.clerk and not desk.clerks.known(desk.clerk):
            events.append(OperatorSignedOff())
    elif desk.clerk != desk.clerks.alone:
        events.append(OperatorSignedOn(operator=desk.clerks.alone))
        if desk.sale and desk.sale in orphans and desk.clerks.alone not in desk.parked:
            events.append(SaleRecalled(sale=desk.sale.number))
    return tuple(events)


def change(desk: Desk, clerks: Clerks) -> Step:
    """Other clerks hold from now on; who is no more is signed off."""
    desk.clerks = clerks
    events = settle(desk)
    gone = any(isinstance(event, OperatorSignedOff) for event in events)
    return Step(events, (Show(display.signed_off()),) if gone else ())


def _name(desk: Desk, asking: Asking, moment: Moment) -> Step:
    if not asking.typed:
        raise Refused(faults.NUMBER_MISSING)
    found = desk.clerks.clerk(int(asking.typed.digits))
    _must_be_free(desk, found, moment)
    desk.asking = replace(asking, clerk=found.number, typed=Pin())
    return Step()


def _check(desk: Desk, asking: Asking, moment: Moment) -> Step:
    found = desk.clerks.clerk(asking.clerk)
    if len(asking.typed) < SHORTEST_PIN:
        raise Refused(faults.PIN_WRONG)
    _must_be_free(desk, found, moment)
    desk.checks += 1
    desk.checking = desk.checks
    desk.asking = replace(asking, typed=Pin(), request=desk.checks)
    return Step(effects=(CheckPin(desk.checks, found.number, asking.typed, found.pin),))


def _must_be_free(desk: Desk, found: Clerk, moment: Moment) -> None:
    """Raises Refused while his PIN is locked, or another is on its way: one try at a time."""
    if tries.locked(desk.wrong, found.number, moment.utc):
        raise Refused(faults.CLERK_LOCKED)
    if desk.checking:
        raise Refused(faults.NOT_NOW)


def _may_leave(desk: Desk) -> None:
    """Money on the counter is one clerk's: what is being paid is paid first."""
    if desk.sale and desk.sale.tenders:
        raise Refused(faults.TENDER_STARTED)


def _sign_on(desk: Desk, found: Clerk, by: SignOnMeans) -> Step:
    _may_leave(desk)
    events: list[Event] = []
    if desk.training != found.training and (desk.sale or desk.waiting):
        raise Refused(faults.SALES_OPEN)
    if desk.training and not found.training:
        events.append(TrainingEnded())
    events.append(OperatorSignedOn(operator=found.number, by=by))
    if found.training and not desk.training:
        events.append(TrainingStarted(supervisor=found.number))
    own = desk.sale if desk.clerk == found.number else desk.parked.get(found.number)
    greeting = display.signed_on(found.name, found.number)
    shown = display.subtotal(own) if own and own.live else greeting
    return Step(tuple(events), (Show(shown), Sound(Tone.ACCEPTED)))


def _sign_off(desk: Desk) -> Step:
    if not desk.clerk:
        raise Refused(faults.NO_CLERK)
    desk.entry = Entry()
    effects = (Show(display.signed_off()), Sound(Tone.ACCEPTED))
    return Step((OperatorSignedOff(),), effects)


def train(desk: Desk, supervisor: int) -> Step:
    """Begin or end exercises, between sales; asked for twice, they go on as they are."""
    if desk.busy or desk.waiting:
        raise Refused(faults.SALES_OPEN)
    if desk.training == bool(supervisor):
        return Step()
    if supervisor:
        return Step((TrainingStarted(supervisor=supervisor),), (Show(display.training()),))
    return Step((TrainingEnded(),), (Show(display.ready()),))
