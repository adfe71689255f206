"""The counter: what a key, a scan or a weight makes of the sale at hand. Pure.

`handle(input, moment)` decides and applies at once, and returns a `Step`: the events to be
journaled, and the effects that may be released once those are durable. What is typed shows as an
overlay at once; what the sale says is the base screen, which only a durable record changes.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.inspection import EvidenceWritten
from pos_terminal.domain.audit.stick import StickAnswer
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.papers import is_paper, is_voucher
from pos_terminal.domain.counter import (
    articles,
    card_answers,
    card_days,
    card_payments,
    closures,
    helping,
    inspections,
    invoices,
    options,
    outages,
    papers,
    promotions,
    refunds,
    selftests,
    sign_on,
    stick,
    stock_alerts,
    support,
    typed_ahead,
    vouchers,
)
from pos_terminal.domain.counter.decision import NOTHING, Decision
from pos_terminal.domain.counter.desk import Desk, Pending, Wait
from pos_terminal.domain.counter.keys import KEYS
from pos_terminal.domain.counter.steps import (
    AccessNews,
    BooksReady,
    CatchUp,
    CloseDue,
    Closing,
    DeviceAway,
    DeviceBack,
    Effect,
    Input,
    LookedUp,
    LookUp,
    NewCatalog,
    NewClerks,
    NewPromotions,
    PaperDone,
    PaymentEnded,
    PaymentStage,
    PinChecked,
    Pressed,
    ReadDay,
    Scanned,
    SelfTestEnded,
    SettlePayment,
    Sound,
    Step,
    TerminalDayEnded,
    Train,
    Trouble,
    Weighed,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import PeriodClosed, ServiceClosed
from pos_terminal.domain.events.staff import AuthorityGiven
from pos_terminal.domain.events.system import CatalogChanged, PromotionsChanged
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.command_codes import decode, is_command
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.questions import Answer, TicketFound, Wanted
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.staff.clerks import is_badge

News = (
    PaperDone
    | PaymentEnded
    | PaymentStage
    | SettlePayment
    | TerminalDayEnded
    | Trouble
    | DeviceAway
    | DeviceBack
    | NewClerks
    | AccessNews
    | Train
    | CloseDue
)


class Counter:
    """One till's counter: its desk, and the rules of what may happen there when."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._next_catalog: Catalog | None = None
        self._next_promotions: NewPromotions | None = None

    def handle(self, given: Input, moment: Moment) -> Step:
        """Decide what the input means, apply it, and say what to record and what to do then."""
        return self._apply(self._steps(given, moment), moment)

    def start(self, moment: Moment) -> Step:
        """What puts the desk in order as the till starts, with the clerks that it has now."""
        return self._apply(self._starting(moment), moment)

    def closed(self, made: Sequence[ServiceClosed | PeriodClosed], moment: Moment) -> Step:
        """What follows closures that were decided beside the counter; the closures come first."""
        off = () if self.desk.busy else closures.signing_off(self.desk, made)
        told = (*closures.told(self.desk, made, moment), *card_answers.day_over(self.desk, made))
        return self._apply([Step((*made, *off), told)], moment)

    def read(self, books: Books, moment: Moment) -> Step:
        """An X that was asked for beside the counter."""
        asked = BooksReady(ReadDay(), books)
        return self._apply([closures.decide(self.desk, asked, moment)], moment)

    def reprinted(self, found: TicketFound, moment: Moment) -> Step:
        """Another paper of that ticket, which was asked for beside the counter."""
        return self._apply([papers.again(self.desk, found)], moment)

    def invoiced(
        self, number: int, month: str, found: tuple[tuple[Wanted, Answer | None], ...],
        moment: Moment,
    ) -> Step | Wanted:
        """The invoice of that month for the customer of that number, asked for beside the counter;
        or what is to be looked up before, once it was durable. Raises Refused.

        `found` was looked up for it, and no ticket was closed since, nor an invoice made.
        """
        desk = self.desk
        at_hand, desk.decision = desk.decision, replace(NOTHING, found=found)
        try:
            step = invoices.month_beside(desk, number, month, moment)
        except Wait as wait:
            if not isinstance(wait.effect, LookUp):
                raise
            return wait.effect.wanted
        finally:
            desk.decision = at_hand
        return self._apply([step], moment)

    def _starting(self, moment: Moment) -> Iterator[Step]:
        desk = self.desk
        last, day = desk.last, desk.rules.closing.day
        if last and day(last.moment.local) < day(moment.local):
            desk.parting = None  # that customer left yesterday
        yield Step(sign_on.reconcile(desk))
        yield sign_on.new_day(desk, moment)

    def _apply(self, steps: Iterable[Step], moment: Moment) -> Step:
        """All the steps as one; the only place where what was just decided is applied.

        Each step is decided on the desk as the steps before it left that, so none may be asked for
        before the events of the one before are applied.
        """
        events: list[Event] = []
        effects: list[Effect] = []
        for step in steps:
            for event in step.events:
                self.desk.apply(event, moment)
            events += step.events
            effects += step.effects
            # What is typed behind X, Z or a count is decided behind it: a sale begun meanwhile
            # would be of the day that is being closed, or keep it from being closed.
            self.desk.booking |= any(isinstance(each, Closing) for each in step.effects)
        return Step(tuple(events), tuple(effects))

    def _steps(self, given: Input, moment: Moment) -> Iterator[Step]:
        """What the input leads to; behind an answer, what was typed ahead of it as well."""
        yield from self._whole(given, moment)
        while (kept := typed_ahead.following(self.desk)) is not None:
            yield from self._whole(kept, moment)

    def _whole(self, given: Input, moment: Moment) -> Iterator[Step]:
        """What one input leads to, and then what that entails."""
        done: list[Step] = []
        yield sign_on.new_day(self.desk, moment)
        for step in self._led_to(given, moment):
            done.append(step)
            yield step
        for step in self._settled(moment):
            done.append(step)
            yield step
        ended = [event for step in done for event in step.events]
        yield Step(effects=card_answers.day_over(self.desk, ended))
        yield promotions.look_again(self.desk, done)
        yield stock_alerts.move(self.desk, done)
        yield self._other_catalog()
        yield self._other_promotions()

    def _settled(self, moment: Moment) -> Iterator[Step]:
        """A terminal's answer that is there for the sale at hand, as if somebody had pressed it."""
        if not card_answers.due(self.desk):
            return
        try:
            yield from self._decide(Decision(SettlePayment()), moment)
        except Refused as refusal:
            yield self.desk.refuse(refusal.fault)

    def _led_to(self, given: Input, moment: Moment) -> Iterator[Step]:
        try:
            yield from self._take(given, moment)
        except Refused as refusal:
            yield self.desk.refuse(refusal.fault)

    def _take(self, given: Input, moment: Moment) -> Iterator[Step]:
        match given:
            case Pressed(key):
                yield from self._pressed(key, moment)
            case Scanned():
                yield from self._scanned(given, moment)
            case Weighed() | LookedUp():
                yield from self._go_on(self._answered(given, moment), moment)
            case PinChecked():
                for led_to in sign_on.checked(self.desk, given, moment):
                    yield from self._go_on(led_to, moment)
            case NewCatalog(catalog):
                self._next_catalog = catalog
            case NewPromotions():
                self._next_promotions = given
            case BooksReady():
                self.desk.booking = False
                yield closures.decide(self.desk, given, moment)
            case EvidenceWritten():
                yield inspections.written(self.desk, given, moment)
            case StickAnswer():
                yield stick.answered(self.desk, given, moment)
            case SelfTestEnded():
                yield selftests.ended(self.desk, given)
            case _:
                yield self._told(given)

    def _told(self, given: News) -> Step:
        """What nobody at the counter asked for."""
        match given:
            case PaperDone():
                return papers.done(self.desk, given)
            case Trouble() | DeviceAway() | DeviceBack():
                return self._heard(given)
            case SettlePayment():
                return Step()  # it is decided behind every input
            case PaymentEnded() | PaymentStage() | TerminalDayEnded():
                return card_answers.heard(self.desk, given)
            case NewClerks(clerks):
                return sign_on.change(self.desk, clerks)
            case AccessNews():
                return support.news(self.desk, given)
            case Train(supervisor):
                return sign_on.train(self.desk, supervisor)
            case CloseDue():
                return Step(effects=() if self.desk.busy else (CatchUp(),))

    def _heard(self, news: Trouble | DeviceAway | DeviceBack) -> Step:
        """What is heard of the till's devices and of what it does beside selling."""
        desk = self.desk
        match news:
            case DeviceBack(fault):
                desk.notice = None if desk.notice == fault else desk.notice
                return Step()
            case DeviceAway(fault) if desk.notice:
                # What came of it (an uncertain ticket) says more than that the printer is gone.
                return Step(effects=(Sound(fault.tone),))
            case _:
                return desk.notify(news.fault)

    def _pressed(self, key: Key | None, moment: Moment) -> Iterator[Step]:
        if key and key.function is Function.SUPPORT:  # over everything: it shows the support out
            shown_out = support.end(self.desk)
            if shown_out:
                yield shown_out
                return
        if key and key.function is Function.HELP:  # over everything, an error as well
            yield helping.show(self.desk, key.argument, moment)
            return
        if self._helped() and key and key.function is Function.CLEAR and not self.desk.fault:
            return  # C was for the help, as it is for a notice
        if self._see_notice() and key and key.function is Function.CLEAR:
            return  # C was for the notice; every other key counts all the same
        given = Pressed(key)
        kept = typed_ahead.keep(self.desk, given)
        if kept is None:
            yield from self._decide(Decision(given), moment)
        else:
            yield kept

    def _scanned(self, given: Scanned, moment: Moment) -> Iterator[Step]:
        """A command barcode acts as its keys; only the last of them can lead to an event."""
        text = given.text  # all codes of the till's own begin with the mark of a command
        self._helped()
        commands = is_command(text) and not (is_badge(text) or is_paper(text))
        if not commands:
            self._see_notice()
        kept = typed_ahead.keep(self.desk, given)
        if kept is not None:
            yield kept
            return
        if not commands:
            yield from self._decide(Decision(given), moment)
            return
        pending = self.desk.pending
        keys = decode(text)
        ends = keys == (Key(Function.SUPPORT),) and self.desk.access.support
        if pending and pending.secret and not self.desk.fault and not ends:
            raise Refused(faults.PIN_BY_HAND)  # a barcode can be seen and copied
        for key in keys:
            yield from self._pressed(key, moment)

    def _helped(self) -> bool:
        """The help has been read by who goes on."""
        helped, self.desk.helping = self.desk.helping, False
        return helped

    def _see_notice(self) -> bool:
        """A notice has been seen, or heard, by who goes on: away with it, if nothing covers it."""
        desk = self.desk
        seen = desk.notice is not None and desk.fault is None
        if seen:
            desk.notice = None
        return seen

    def _answered(self, given: Weighed | LookedUp, moment: Moment) -> Step | Decision:
        """An answer is for the question in the background, or for whoever waits for it."""
        if isinstance(given, LookedUp):
            for answered in (stock_alerts.answered, card_days.answered):
                known = answered(self.desk, given, moment)
                if known is not None:
                    return known
        pending = self.desk.pending
        return pending.answer(self.desk, given, moment) if pending else Step()

    def _go_on(self, led_to: Step | Decision, moment: Moment) -> Iterator[Step]:
        if isinstance(led_to, Decision):
            yield from self._decide(led_to, moment)
        else:
            yield led_to

    def _decide(self, decision: Decision, moment: Moment) -> Iterator[Step]:
        """Decide a key or a code, for the first time or with what was learnt for it since.

        A right that was lent is noted in front of what it was lent for, once.
        """
        desk, typed = self.desk, self.desk.entry
        desk.decision = decision
        try:
            for step in self._ruled(decision.given, outages.as_of(desk, moment)):
                lent = self._lent(decision)
                yield replace(step, events=(*lent, *step.events)) if lent else step
                decision = desk.decision
        except Wait as wait:
            # Decided anew, the key finds what was typed as it found it the first time.
            desk.pending, desk.entry = wait.pending, typed
            yield Step(self._lent(decision), (wait.effect,))

    def _lent(self, before: Decision) -> tuple[Event, ...]:
        """The rights that were lent since then for what is being decided."""
        now = self.desk.decision
        return tuple(
            AuthorityGiven(authority=now.authority, right=right)
            for right in now.rights[len(before.rights) :]
        )

    def _ruled(self, given: Input, moment: Moment) -> Iterator[Step]:
        if isinstance(given, Scanned):
            yield from self._code(given, moment)
        elif isinstance(given, Pressed):
            yield from self._key(given.key, moment)
        elif isinstance(given, SettlePayment):
            yield card_answers.settle(self.desk, moment)

    def _key(self, key: Key | None, moment: Moment) -> Iterator[Step]:
        desk = self.desk
        if desk.fault:
            if key is None or key.function is not Function.CLEAR:
                raise Refused(faults.CLEAR_FIRST)
            desk.fault = None
            return
        if key is None:
            raise Refused(faults.KEY_UNKNOWN)
        rule, pending = KEYS[key.function], self._pending()
        answers = pending is not None and type(pending) not in rule.beside
        step = pending.press(desk, key, moment) if pending and answers else None
        if step is not None:
            yield step
            return
        # Who must sign on anew may still have the last ticket printed.
        works_alone = rule.without_clerk or (rule.paper and desk.clerk)
        if desk.vacant and not works_alone:
            raise Refused(faults.NO_CLERK)
        if rule.totals:
            yield promotions.look_for(desk)  # they stand even if the key is then refused
        yield rule.handler(desk, key.argument, moment)

    def _code(self, scanned: Scanned, moment: Moment) -> Iterator[Step]:
        """A code that is no command: a badge, a paper of the till's own, or an article."""
        desk, code = self.desk, scanned.text
        if desk.fault:
            raise Refused(faults.CLEAR_FIRST)
        pending = self._pending()
        step = pending.scan(desk, scanned, moment) if pending else None
        if step is not None:
            yield step
            return
        if is_badge(code):
            yield sign_on.badge(desk, code, moment)
            return
        if desk.vacant:
            raise Refused(faults.NO_CLERK)
        if not is_paper(code):
            yield articles.scan(desk, scanned, moment)
        elif is_voucher(code):
            yield promotions.look_for(desk)
            yield vouchers.scanned(desk, code, moment)
        else:
            yield refunds.scanned(desk, code)

    def _pending(self) -> Pending | None:
        """What is waited for or asked now."""
        desk = self.desk
        return desk.pending or card_payments.pending(desk) or options.choice(desk)

    def _other_promotions(self) -> Step:
        """Between sales other promotions take over; a sale at hand ends under those it has."""
        desk, wanted = self.desk, self._next_promotions
        if wanted is None or desk.busy:
            return Step()
        self._next_promotions = None
        if wanted.source == desk.promotions_source:
            return Step()
        desk.promotions, desk.promotions_source = wanted.promotions, wanted.source
        return Step((PromotionsChanged(promotions=wanted.source),))

    def _other_catalog(self) -> Step:
        """Between sales a waiting catalogue takes over; an open sale keeps its prices.

        An article that waits for its weight is the beginning of a sale.
        """
        desk = self.desk
        if self._next_catalog is None or desk.busy:
            return Step()
        earlier, desk.present, self._next_catalog = desk.present, self._next_catalog, None
        if earlier.sha256 == desk.present.sha256:
            return Step()
        wanted = {sale.catalog for sale in desk.waiting}
        kept = {**desk.kept, earlier.sha256: earlier}
        desk.kept = {sha256: kept[sha256] for sha256 in kept.keys() & wanted}
        return Step((CatalogChanged(catalog=desk.present.sha256),))
