"""What a terminal answered, and what that makes of the sale at hand. Pure."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.authorisation import EURO, Ending, Outcome, Reason, Scheme, Service
from pos_terminal.domain.counter import card_days, payable, payment
from pos_terminal.domain.counter.card_payments import Stranger, open_payments
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.slips import SlipAsked
from pos_terminal.domain.counter.steps import (
    Effect,
    EndTerminalDay,
    OpenDrawer,
    PaymentEnded,
    PaymentStage,
    PrintReport,
    Show,
    Sound,
    Step,
    TerminalDayEnded,
)
from pos_terminal.domain.display import payments as display
from pos_terminal.domain.display import screens
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentIntended,
    TerminalKnown,
    TerminalSum,
    TerminalTotals,
)
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.sale import CardPaid, Tender, TenderReturned
from pos_terminal.domain.events.values import PaymentOutcome
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import LARGEST_TOTAL
from pos_terminal.domain.printing import card_slip
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.tender.tender import MEAL

WHY: dict[Reason, Fault] = {
    Reason.CANCELLED: faults.CARD_ABANDONED,
    Reason.WITHDRAWN: faults.CARD_ABANDONED,
    Reason.NOBODY: faults.CARD_ABANDONED,
    Reason.UNREADABLE: faults.CARD_UNREADABLE,
    Reason.NETWORK: faults.BANK_AWAY,
    Reason.NOT_PREPARED: faults.TERMINAL_NOT_PREPARED,
}
"""What the clerk is told of why no money moved; of all others, that the card was refused."""

AWAY = {
    each.code
    for each in (
        faults.TERMINAL_OFFLINE, faults.TERMINAL_MUTE, faults.TERMINAL_CHANGED,
        faults.TERMINAL_SECRET,
    )
}  # fmt: skip
"""The terminal cannot be asked: another one, that stands alone, may take the card."""


def heard(desk: Desk, given: PaymentStage | PaymentEnded | TerminalDayEnded) -> Step:
    """What a terminal says."""
    if isinstance(given, TerminalDayEnded):
        return _day_ended(desk, given)
    return _ended(desk, given) if isinstance(given, PaymentEnded) else _stage(desk, given)


def day_over(desk: Desk, events: Iterable[Event]) -> tuple[EndTerminalDay, ...]:
    """The day has its Z: terminals that are to close theirs with it."""
    if not any(isinstance(each, PeriodClosed) and each.period is Period.DAY for each in events):
        return ()
    rows = desk.rules.terminals.of
    return tuple(EndTerminalDay(each.device) for each in rows if each.device and each.end_of_day)


def _day_ended(desk: Desk, given: TerminalDayEnded) -> Step:
    totals = given.totals
    if totals is None:
        return desk.notify(given.fault or faults.TERMINAL_ANSWER)
    said = TerminalTotals(
        terminal=given.terminal,
        known=totals.known,
        sums=tuple(
            TerminalSum(
                service=each.service, count=each.count, cents=each.cents, scheme=each.scheme
            )
            for each in totals.sums
        ),
        identity=totals.terminal,
    )
    return Step((said,), (card_days.reckon(desk, given.terminal),))


def _stage(desk: Desk, given: PaymentStage) -> Step:
    """How far it is, where that sale is at hand."""
    sale = desk.sale
    if sale is None or sale.payment is None or sale.payment.ref != given.ref or sale.answered:
        return Step()
    return Step(effects=(Show(display.waiting(sale.payment, given.stage)),))


def _ended(desk: Desk, given: PaymentEnded) -> Step:
    """What a terminal answered, for whichever open sale; an answer to nothing open is nothing."""
    intended = next((each for each in open_payments(desk) if each.ref == given.ref), None)
    if intended is None:
        return Step()
    answered = _answered(given)
    at_hand = bool(desk.sale and desk.sale.payment == intended)
    known, strange = _known(desk, intended, answered)
    if answered.outcome is PaymentOutcome.UNKNOWN:
        return _unknown(desk, intended, answered, at_hand=at_hand)
    if answered.outcome is PaymentOutcome.PAID:
        told = () if at_hand else desk.notify(faults.CARD_ON_HOLD_PAID).effects
        return Step((answered, *known), (*told, *strange, *_slip(desk, given)))
    if not at_hand:
        return Step((answered,), desk.notify(faults.CARD_ON_HOLD_UNPAID).effects)
    shown = Show(screens.remaining(desk.sale.due if desk.sale else 0))
    if given.identity is not None:
        desk.stranger = Stranger(
            intended.sale, intended.terminal, intended.tender, given.identity
        )
        refused = desk.refuse(faults.TERMINAL_CHANGED)
        return Step((answered,), (Show(display.stranger()), *refused.effects))
    if answered.detail in AWAY and intended.service is not Service.REVERSAL:
        desk.pending = SlipAsked(intended.sale, intended.tender, _signed(intended))
        return Step((answered,), (shown, Sound(Tone.REFUSED)))
    why = given.fault or WHY.get(given.outcome.reason if given.outcome else Reason.NONE)
    return Step((answered,), (shown, *desk.refuse(why or faults.CARD_REFUSED).effects))


def _known(
    desk: Desk, intended: PaymentIntended, answered: PaymentAnswered
) -> tuple[tuple[TerminalKnown, ...], tuple[Effect, ...]]:
    """What a terminal that said its number is known by from now on; or that it has another one."""
    said, known = answered.identity, desk.terminals.get(intended.terminal, "")
    if not said or said == known:
        return (), ()
    if not known:
        return (TerminalKnown(terminal=intended.terminal, identity=said),), ()
    return (), desk.notify(faults.TERMINAL_CHANGED).effects


def _slip(desk: Desk, given: PaymentEnded) -> tuple[PrintReport, ...]:
    """The customer's card receipt, where the shop has it printed and the terminal does not."""
    lines = given.outcome.customer_slip if given.outcome else ()
    if not lines or not desk.rules.papers.card_slip:
        return ()
    return (PrintReport(card_slip.paper(lines), role=PrinterRole.RECEIPT),)


def _signed(intended: PaymentIntended) -> int:
    return intended.amount if intended.service is Service.PURCHASE else -intended.amount


def _unknown(
    desk: Desk, intended: PaymentIntended, answered: PaymentAnswered, *, at_hand: bool
) -> Step:
    """Said each time, recorded once: a terminal may be asked about it all day."""
    known = any(
        sale.payment == intended and sale.answered
        for sale in (*((desk.sale,) if desk.sale else ()), *desk.waiting)
    )
    shown = (Show(display.unknown(intended)),) if at_hand else ()
    told = desk.notify(faults.PAYMENT_UNKNOWN).effects
    return Step(() if known else (answered,), (*shown, *told))


def _answered(given: PaymentEnded) -> PaymentAnswered:
    """For the record. Money in another currency is no answer that a till can believe, and more than
    any payment comes to is none either."""
    outcome = given.outcome
    if outcome is None or (outcome.ending is Ending.APPROVED and not _credible(outcome)):
        unknown = given.unknown or outcome is not None
        return PaymentAnswered(
            ref=given.ref,
            outcome=PaymentOutcome.UNKNOWN if unknown else PaymentOutcome.REFUSED,
            amount=0,
            detail=(given.fault or faults.PAYMENT_UNKNOWN).code,
        )
    return _said(given.ref, outcome)


def _credible(outcome: Outcome) -> bool:
    return outcome.currency == EURO and outcome.cents <= LARGEST_TOTAL


def _said(ref: str, outcome: Outcome) -> PaymentAnswered:
    paid = outcome.ending is Ending.APPROVED and outcome.cents > 0
    return PaymentAnswered(
        ref=ref,
        outcome=PaymentOutcome.PAID if paid else PaymentOutcome.REFUSED,
        amount=outcome.cents if paid else 0,
        detail="" if paid else str(outcome.reason),
        tip=outcome.tip if paid else 0,
        scheme=outcome.scheme,
        last_four=outcome.last_four,
        authorisation=outcome.authorisation,
        number=outcome.number,
        identity=outcome.terminal,
        contactless=outcome.contactless,
    )


class Settlement(Struct, frozen=True):
    """What an answer makes of the sale at hand, and what the clerk must know of it."""

    events: tuple[Tender | TenderReturned, ...]
    told: Fault | None = None


def due(desk: Desk) -> bool:
    """Whether an answer waits to become a means of payment, and nothing else is asked."""
    answered = desk.sale and desk.sale.answered
    paid = answered and answered.outcome is PaymentOutcome.PAID
    return bool(paid and desk.pending is None)


def settle(desk: Desk, moment: Moment) -> Step:
    """An answer that is there becomes the means of payment of the sale at hand, which may close."""
    sale = desk.sale
    found = _settlement(desk, sale, moment) if sale else None
    if sale is None or found is None:
        return Step()
    after = sale
    for event in found.events:
        after = apply(after, event) or after
    effects: tuple[Effect, ...] = (Show(screens.remaining(after.due)), Sound(Tone.ACCEPTED))
    if found.told:
        effects = (*effects, *desk.notify(found.told).effects)
    # What gives money back leaves the sale to be paid otherwise.
    if after.due or isinstance(found.events[-1], TenderReturned):
        return Step(found.events, effects)
    closed = payment.close(desk, after, moment, *found.events)
    told = desk.notify(found.told).effects if found.told else ()
    handed_back = any(isinstance(each, Tender) and each.change for each in found.events)
    drawer = (OpenDrawer(desk.drawer),) if handed_back else ()
    return Step(closed.events, (*drawer, *closed.effects, *told))


def _settlement(desk: Desk, sale: Sale, moment: Moment) -> Settlement | None:
    asked, answered = sale.payment, sale.answered
    if asked is None or answered is None or answered.outcome is not PaymentOutcome.PAID:
        return None
    if asked.service is Service.REVERSAL:
        return _reversed(sale, answered)
    cents = answered.amount if asked.service is Service.PURCHASE else -answered.amount
    meal = answered.scheme is Scheme.CONECS and asked.service is Service.PURCHASE
    told = _other_amount(asked, answered)
    if meal and asked.tender != MEAL.name and _beyond(desk, sale, cents, moment):
        told = faults.MEAL_CARD_LIMIT
    # More was debited than is due: it comes out of the drawer, as change does; a tip for the staff.
    over = max(cents - sale.due, 0) if cents > 0 else 0
    card = replace(_card(asked, answered), tip=min(answered.tip, over))
    taken = _tender(sale, MEAL.name if meal else asked.tender, cents, card)
    return Settlement((replace(taken, amount=cents - over, change=over),), told)


def _other_amount(asked: PaymentIntended, answered: PaymentAnswered) -> Fault | None:
    """What the clerk is told of an amount that was not asked: a tip, or a surprise."""
    if answered.amount == asked.amount:
        return None
    tipped = answered.amount - answered.tip == asked.amount
    return faults.CARD_TIP if tipped else faults.CARD_OTHER_AMOUNT


def _reversed(sale: Sale, answered: PaymentAnswered) -> Settlement:
    """The last means goes back; where the terminal gave back less of it, the rest stays paid."""
    last = sale.tenders[-1]
    returned = sale.give_back()
    kept = last.amount - answered.amount
    if kept <= 0:
        return Settlement((returned,))
    return Settlement(
        (returned, _tender(sale, last.tender, kept, last.card)), faults.CARD_OTHER_AMOUNT
    )


def _card(asked: PaymentIntended, answered: PaymentAnswered) -> CardPaid:
    return CardPaid(
        reference=asked.ref,
        scheme=answered.scheme,
        last_four=answered.last_four,
        authorisation=answered.authorisation,
        number=answered.number,
        terminal=asked.terminal,
    )


def _tender(sale: Sale, name: str, cents: int, card: CardPaid | None) -> Tender:
    return Tender(sale=sale.number, tender=name, amount=cents, given=cents, change=0, card=card)


def _beyond(desk: Desk, sale: Sale, cents: int, moment: Moment) -> bool:
    already = sum(paid.amount for paid in sale.tenders if paid.tender == MEAL.name)
    most = payable.limit(desk, MEAL, moment.day, already, sale.live).most
    return most is not None and cents > most
