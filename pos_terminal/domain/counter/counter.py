"""The counter: what a key, a scan or a weight makes of the sale at hand. Pure.

`handle(input, moment)` decides and applies at once: it returns a `Step` with the events to be
journaled and the effects that may be released once those are durable. `apply` alone rebuilds the
counter from the journal. What is typed shows as an overlay at once; what the sale says is the
base screen, which only a durable record changes.
"""

import dataclasses

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.papers import is_paper, is_voucher
from pos_terminal.domain.counter import closing as closing_keys
from pos_terminal.domain.counter import lookup as looking
from pos_terminal.domain.counter import open_sales as reviewing
from pos_terminal.domain.counter import (
    options,
    refunding,
    selling,
    sign_on,
    vouchers,
)
from pos_terminal.domain.counter import papers as paper
from pos_terminal.domain.counter import promotions as promoting
from pos_terminal.domain.counter import sign_on as signing
from pos_terminal.domain.counter import stock_alerts as stocking
from pos_terminal.domain.counter.desk import Desk, Finder
from pos_terminal.domain.counter.keys import KEYS, KeyRule
from pos_terminal.domain.counter.steps import (
    CatchUp,
    CloseDue,
    DeviceAway,
    DeviceBack,
    Input,
    LookedUp,
    NewCatalog,
    NewClerks,
    NewPromotions,
    PaperDone,
    PinChecked,
    Pressed,
    Scanned,
    Step,
    Train,
    Trouble,
    Weighed,
)
from pos_terminal.domain.events.system import CatalogChanged, PromotionsChanged
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.command_codes import decode, is_command
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.drawer import ONE_DRAWER, Drawers
from pos_terminal.domain.printing.shop import ORDINARY_PAPERS, PaperRules
from pos_terminal.domain.sale.refunds import ORDINARY_REFUNDS, RefundRules
from pos_terminal.domain.sale.terms import ORDINARY_TERMS, Terms
from pos_terminal.domain.sale.vouchers import Draw, no_chance
from pos_terminal.domain.staff.clerks import is_badge
from pos_terminal.domain.tender.tender import ORDINARY_RULES, TenderRules


class Counter(Desk):
    """One till's counter: its desk, and the rules of what may happen when."""

    def __init__(
        self,
        catalog: Catalog,
        default_vat: int,
        find_elsewhere: Finder = lambda *_: None,
        rules: TenderRules = ORDINARY_RULES,
        terms: Terms = ORDINARY_TERMS,
        *,
        papers: PaperRules = ORDINARY_PAPERS,
        drawers: Drawers = ONE_DRAWER,
        refunds: RefundRules = ORDINARY_REFUNDS,
        draw: Draw = no_chance,
    ) -> None:
        super().__init__(
            catalog, default_vat, find_elsewhere, rules, terms, papers=papers, drawers=drawers,
            refunds=refunds, draw=draw,
        )  # fmt: skip
        self._next_catalog: Catalog | None = None
        self._next_promotions: NewPromotions | None = None

    def handle(self, given: Input, moment: Moment) -> Step:
        """Decide what the input means, apply it, and say what to record and what to do then."""
        self.authority = 0
        try:
            step = self._decide(given, moment)
        except Refused as refusal:
            step = self.refuse(refusal.fault)
        for event in step.events:
            self.apply(event, moment.at)
        found = promoting.resettle(self, step.events)
        for event in found:
            self.apply(event, moment.at)
        step = replace(step, events=(*step.events, *found)) if found else step
        step = stocking.settle(self, step)
        return self._with_new_promotions(self._with_new_catalog(step))

    def _decide(self, given: Input, moment: Moment) -> Step:
        match given:
            case Pressed(key):
                return self._press(key, moment)
            case Scanned():
                return self._scan(given, moment)
            case Weighed():
                return selling.weighed(self, given, moment)
            case LookedUp():
                return stocking.answered(self, given) or looking.looked_up(self, given, moment)
            case PaperDone():
                return paper.done(self, given)
            case Trouble() | DeviceAway() | DeviceBack():
                return self.hear(given)
            case PinChecked():
                return signing.checked(self, given, moment)
            case NewCatalog(catalog):
                self._next_catalog = catalog
                return Step()
            case NewPromotions():
                self._next_promotions = given
                return Step()
            case NewClerks(clerks):
                return signing.change(self, clerks)
            case Train(supervisor):
                return sign_on.train(self, supervisor)
            case CloseDue():
                return Step(effects=() if self.busy else (CatchUp(),))

    def _scan(self, given: Scanned, moment: Moment) -> Step:
        if is_paper(given.text):
            return self._paper(given.text, moment)
        if is_command(given.text) and not is_badge(given.text):
            return self._command(given.text, moment)
        if self.counting and not self.fault:
            raise Refused(faults.COUNTING)
        if self.reviewing and not self.fault:
            raise Refused(faults.REVIEWING)
        self._see_notice()
        if is_badge(given.text):
            return signing.badge(self, given.text, moment)
        return selling.scan(self, given, moment)

    def _paper(self, code: str, moment: Moment) -> Step:
        """A paper of the till's own: a ticket to be refunded, or a voucher."""
        if self.fault:
            raise Refused(faults.CLEAR_FIRST)
        self.nothing_awaited()
        self._see_notice()
        if self.asking or self.counting or self.reviewing:
            raise Refused(faults.NOT_NOW)
        if self.vacant:
            raise Refused(faults.NO_CLERK)
        if self.question:
            raise Refused(faults.CHOICE_WANTED)
        if is_voucher(code):
            return vouchers.scanned(self, code, moment)
        return refunding.scanned(self, code, moment)

    def _command(self, code: str, moment: Moment) -> Step:
        """A command barcode acts as its keys; only the last of them can lead to an event.

        Who is asked for a PIN types it: a barcode can be seen and copied.
        """
        if self.asking and not self.fault:
            raise Refused(faults.PIN_BY_HAND)
        step = Step()
        for key in decode(code):
            step = self._press(key, moment)
        return step

    def _see_notice(self) -> bool:
        """A notice has been seen, or heard, by who goes on: away with it, if nothing covers it."""
        seen = self.notice is not None and self.fault is None
        if seen:
            self.notice = None
        return seen

    def _press(self, key: Key | None, moment: Moment) -> Step:
        if self._see_notice() and key and key.function is Function.CLEAR:
            return Step()  # C was for the notice; every other key counts all the same
        if self.fault and (key is None or key.function is not Function.CLEAR):
            raise Refused(faults.CLEAR_FIRST)
        if key is None:
            raise Refused(faults.KEY_UNKNOWN)
        if key.function is not Function.CLEAR:
            self.nothing_awaited()
        answered = None if self.fault else self._answer(key, moment)
        if answered is None and self.vacant and not self._works_alone(KEYS[key.function]):
            raise Refused(faults.NO_CLERK)
        return answered or self._settled(key, moment)

    def _settled(self, key: Key, moment: Moment) -> Step:
        """What the key does, once it is known what promotions make of the sale.

        They stand even if the key is then refused; taking them in twice changes nothing.
        """
        rule = KEYS[key.function]
        found = promoting.settle(self) if rule.totals else ()
        for event in found:
            self.apply(event, moment.at)
        try:
            step = rule.handler(self, key.argument, moment)
        except Refused as refusal:
            return self.refuse(refusal.fault, found)
        return replace(step, events=(*found, *step.events)) if found else step

    def _answer(self, key: Key, moment: Moment) -> Step | None:
        """What the key says to a question that is open (who, how many, which); None: it is none."""
        if self.asking:
            return signing.press(self, key, moment)
        if self.counting:
            return closing_keys.press(self, key)
        if self.reviewing:
            return reviewing.press(self, key)
        if KEYS[key.function].beside_choice:
            return None
        return options.answer(self, key, moment)

    def _works_alone(self, rule: KeyRule) -> bool:
        """Whether a key works where somebody must sign on: his last ticket can still be printed."""
        return rule.without_clerk or (rule.paper and bool(self.clerk))

    def _with_new_promotions(self, step: Step) -> Step:
        """Between sales other promotions take over; a sale at hand ends under those it has."""
        wanted = self._next_promotions
        if wanted is None or self.busy:
            return step
        self._next_promotions = None
        if wanted.source == self.terms.source:
            return step
        self.terms = dataclasses.replace(
            self.terms, promotions=wanted.promotions, source=wanted.source
        )
        changed = PromotionsChanged(promotions=wanted.source)
        return replace(step, events=(*step.events, changed))

    def _with_new_catalog(self, step: Step) -> Step:
        """Between sales a waiting catalogue takes over; an open sale keeps its prices.

        An article that waits for its weight is the beginning of a sale.
        """
        if self._next_catalog is None or self.busy:
            return step
        earlier, self.present, self._next_catalog = self.present, self._next_catalog, None
        if earlier.sha256 == self.present.sha256:
            return step
        wanted = {sale.catalog for sale in self.waiting}
        kept = {**self.kept, earlier.sha256: earlier}
        self.kept = {sha256: kept[sha256] for sha256 in kept.keys() & wanted}
        changed = CatalogChanged(catalog=self.present.sha256)
        return replace(step, events=(*step.events, changed))
