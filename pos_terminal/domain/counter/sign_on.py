"""Who stands at the till: signed on by number and PIN or by badge, signed off, in training."""

from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.authority import Identification, must_be_free
from pos_terminal.domain.counter.decision import Decision
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import PinChecked, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import TrainingEnded, TrainingStarted
from pos_terminal.domain.events.sale import SaleHeld, SaleRecalled
from pos_terminal.domain.events.staff import OperatorSignedOff, OperatorSignedOn
from pos_terminal.domain.events.values import SignOnMeans
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.staff import pin_lock
from pos_terminal.domain.staff.clerks import Clerk, Clerks


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
    must_be_free(desk, desk.clerks.clerk(number), moment)
    desk.entry = Entry()
    desk.pending = Identification(clerk=number)
    return Step()


def badge(desk: Desk, code: str, moment: Moment) -> Step:
    """A badge says who signs on."""
    found = desk.clerks.with_badge(code)
    desk.nothing_typed()
    _may_leave(desk)
    if not desk.clerks.needs_pin(found):
        return _sign_on(desk, found, SignOnMeans.BADGE)
    must_be_free(desk, found, moment)
    desk.pending = Identification(clerk=found.number)
    return Step(effects=(Sound(Tone.ACCEPTED),))


def checked(desk: Desk, answer: PinChecked, moment: Moment) -> Iterator[Step | Decision]:
    """Whether the PIN was right. A wrong one counts, even if it was given up meanwhile."""
    if desk.checking != answer.request:
        return  # an earlier counter asked
    desk.checking = 0
    asked = desk.pending
    waiting = isinstance(asked, Identification) and asked.request == answer.request
    if not answer.right:
        events = pin_lock.refused(desk.wrong, answer.clerk, moment.utc)
        yield Step(events)
        if waiting:
            raise Refused(faults.CLERK_LOCKED if len(events) > 1 else faults.PIN_WRONG)
    elif isinstance(asked, Identification) and waiting:
        desk.pending = None
        yield _identified(desk, asked, desk.clerks.clerk(answer.clerk))


def _identified(desk: Desk, asked: Identification, found: Clerk) -> Step | Decision:
    """He signs on, or allows what waits for him, if he has the right himself."""
    if asked.then is None:
        return _sign_on(desk, found, SignOnMeans.PIN)
    if asked.right not in found.rights:
        raise Refused(faults.NO_RIGHT)
    return asked.then.allowed(found.number)


def reconcile(desk: Desk) -> tuple[Event, ...]:
    """What puts the till in order once its clerks are others, or as it starts.

    The open sale of a clerk who is no more waits for whoever recalls it. Without clerks the one
    operator of the settings is signed on, and goes on with the sale at hand.
    """
    orphans = [sale for number, sale in desk.parked.items() if not desk.clerks.known(number)]
    if desk.sale and not desk.clerks.known(desk.clerk):
        orphans.append(desk.sale)
    events: list[Event] = [SaleHeld(sale=sale.number) for sale in orphans]
    if desk.clerks:
        # The number in the settings was nobody's: who has that number now did not sign on by it.
        by_settings = desk.signed_on.by is SignOnMeans.SETTINGS
        if desk.clerk and (by_settings or not desk.clerks.known(desk.clerk)):
            events.append(OperatorSignedOff())
    elif desk.clerk != desk.clerks.alone:
        events.append(OperatorSignedOn(operator=desk.clerks.alone))
        if desk.sale and desk.sale in orphans and desk.clerks.alone not in desk.parked:
            events.append(SaleRecalled(sale=desk.sale.number))
    return tuple(events)


def end_day(desk: Desk) -> tuple[Event, ...]:
    """With its Z a day is over for whoever did it: the next one begins with a sign-on."""
    return (OperatorSignedOff(),) if desk.clerks and desk.clerk else ()


def new_day(desk: Desk, moment: Moment) -> Step:
    """Nobody stays signed on overnight, unless a customer is being served."""
    since, day = desk.signed_on.at, desk.rules.closing.day
    if not (desk.clerks and since) or desk.busy:
        return Step()
    if day(datetime.fromisoformat(since)) >= day(moment.local):
        return Step()
    return Step(end_day(desk), (Show(display.signed_off()),))


def change(desk: Desk, clerks: Clerks) -> Step:
    """Other clerks hold from now on; who is no more is signed off."""
    for number, clerk in clerks.of.items():
        earlier = desk.clerks.of.get(number)
        if earlier and earlier.pin != clerk.pin:
            desk.wrong = pin_lock.without(desk.wrong, number)
    desk.clerks = clerks
    events = reconcile(desk)
    gone = any(isinstance(event, OperatorSignedOff) for event in events)
    return Step(events, (Show(display.signed_off()),) if gone else ())


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
