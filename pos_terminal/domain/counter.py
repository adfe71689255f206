"""The counter: what a key, a scan or a weight makes of the sale at hand. Pure.

`handle(input, moment)` decides and applies at once: it returns a `Step` with the events to be
journaled and the effects that may be released once those are durable. `apply` alone rebuilds the
counter from the journal. What is typed shows as an overlay at once; what the sale says is the
base screen, which only a durable record changes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from pos_terminal.domain import display, faults
from pos_terminal.domain.barcode import (
    LONGEST,
    CheckDigitError,
    has_gtin_form,
    is_gtin,
    is_readable,
)
from pos_terminal.domain.catalog import Catalog, Found, Item
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.events import (
    CatalogChanged,
    Event,
    LineSold,
    Origin,
    ReceiptPrinted,
    ReceiptRequested,
    SaleClosed,
    SaleOpened,
)
from pos_terminal.domain.faults import Fault, Tone
from pos_terminal.domain.keys import Function, Key
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.payment import TENDERS
from pos_terminal.domain.quantity import ONE, Price, Unit
from pos_terminal.domain.sale import LARGEST_TOTAL, Refused, Sale, apply
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.steps import (
    Effect,
    Input,
    NewCatalog,
    OpenDrawer,
    PaperDone,
    Pressed,
    Print,
    Scanned,
    Show,
    Sound,
    Step,
    Trouble,
    Weigh,
    Weighed,
)

SERIES = "T"
"""The series of ordinary tickets; training and others have their own."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The last closed ticket, for its receipt: when, and how many papers were asked for."""

    ticket: SaleClosed
    at: str
    papers: int = 0


@dataclass(frozen=True, slots=True)
class Weighing:
    """An article waits for its weight; `entry` is what was set for it."""

    request: int
    item: Item
    entry: Entry


Finder = Callable[[str, str, Catalog], Found | None]


class Counter:
    """One till's counter. `find_elsewhere` asks the plugins for codes that the catalogue lacks."""

    def __init__(
        self, catalog: Catalog, default_vat: int, find_elsewhere: Finder = lambda *_: None
    ) -> None:
        self.catalog = catalog
        self.origin: Origin | None = None
        self.sale: Sale | None = None
        self.last: Closed | None = None
        self.fault: Fault | None = None
        self.notice: Fault | None = None
        self.entry = Entry()
        self.weighing: Weighing | None = None
        self._default_vat = default_vat
        self._find_elsewhere = find_elsewhere
        self._next_catalog: Catalog | None = None
        self._sales = 0
        self._tickets = 0
        self.weighings = 0
        self._functions: dict[Function, Callable[[str, Moment], Step]] = {
            Function.TYPE: self._type,
            Function.CLEAR: self._clear,
            Function.TIMES: lambda _, __: self._set(self.entry.times()),
            Function.PRICE: lambda _, __: self._set(self.entry.at_price()),
            Function.RETURN: lambda _, __: self._set(
                replace(self.entry, returning=not self.entry.returning)
            ),
            Function.VOID: lambda _, __: self._set(
                replace(self.entry, voiding=not self.entry.voiding)
            ),
            Function.PLU: lambda _, moment: self._article(self.entry.whole(), moment, used=True),
            Function.ARTICLE: self._article,
            Function.CORRECT: self._correct,
            Function.CANCEL: self._cancel,
            Function.SUBTOTAL: self._subtotal,
            Function.TENDER: self._tender,
            Function.TICKET: self._ticket,
        }

    def resume(self, sales: int, tickets: int, weighings: int = 0) -> None:
        """Go on counting after these numbers, the last that the journal holds.

        `weighings` are those that an earlier counter asked the same scale for.
        """
        self._sales, self._tickets, self.weighings = sales, tickets, weighings

    def apply(self, event: Event, at: str) -> None:
        """Take in an event that was decided or read back; `at` is its local time."""
        self.sale = apply(self.sale, event)
        match event:
            case SaleOpened():
                self._sales = event.sale
            case SaleClosed():
                self._tickets = event.number
                self.last = Closed(event, at)
            case ReceiptRequested() if self.last and self.last.ticket.number == event.number:
                self.last = replace(self.last, papers=event.copy + 1)

    @property
    def overlay(self) -> Screen | None:
        """What covers the base screen now: an error, a wait for the scale, or what is typed."""
        if self.fault:
            return display.fault(self.fault)
        if self.notice:
            return display.fault(self.notice)
        if self.weighing:
            return display.waiting_for_weight(self.weighing.item)
        return None if self.entry.empty else self.entry.screen()

    def base(self) -> Screen:
        """The screen that the present state calls for, as after a restart."""
        if self.sale is None:
            return display.ready()
        if self.sale.tenders:
            return display.remaining(self.sale.due)
        if self.sale.live:
            return display.subtotal(self.sale)
        return display.ready()

    def handle(self, given: Input, moment: Moment) -> Step:
        """Decide what the input means, apply it, and say what to record and what to do then."""
        try:
            step = self._decide(given, moment)
        except Refused as refusal:
            return self._refuse(refusal.fault)
        for event in step.events:
            self.apply(event, moment.at)
        return self._with_new_catalog(step)

    def _decide(self, given: Input, moment: Moment) -> Step:
        if isinstance(given, Pressed | Scanned) and self.notice and not self.fault:
            self.notice = None  # it has been seen, or heard; the input counts all the same
            if isinstance(given, Pressed) and given.key and given.key.function is Function.CLEAR:
                return Step()
        match given:
            case Pressed(key):
                return self._press(key, moment)
            case Scanned():
                return self._scan(given, moment)
            case Weighed():
                return self._weighed(given, moment)
            case PaperDone():
                return self._paper(given)
            case Trouble(fault):
                return self._notify(fault)
            case NewCatalog(catalog):
                self._next_catalog = catalog
                return Step()

    def _refuse(self, fault: Fault) -> Step:
        """A refusal uses up what was typed, so that what follows C starts clean."""
        if self.fault is None:
            self.fault = fault
            self.entry = Entry()
            self.weighing = None
        return Step(effects=(Sound(fault.tone),))

    def _press(self, key: Key | None, moment: Moment) -> Step:
        if self.fault and (key is None or key.function is not Function.CLEAR):
            raise Refused(faults.CLEAR_FIRST)
        if key is None:
            raise Refused(faults.KEY_UNKNOWN)
        if self.weighing and key.function is not Function.CLEAR:
            raise Refused(faults.WEIGHT_WANTED)
        return self._functions[key.function](key.argument, moment)

    def _set(self, entry: Entry) -> Step:
        self.entry = entry
        return Step()

    def _type(self, characters: str, _: Moment) -> Step:
        return self._set(self.entry.type(characters))

    def _clear(self, _: str, __: Moment) -> Step:
        """Away with one thing at a time: the error, the wait, the number, then the prefixes."""
        if self.fault:
            self.fault = None
        elif self.weighing:
            self.weighing = None
        elif self.entry.number:
            self.entry = replace(self.entry, number="")
        else:
            self.entry = Entry()
        return Step()

    def _scan(self, scan: Scanned, moment: Moment) -> Step:
        if self.fault:
            raise Refused(faults.CLEAR_FIRST)
        if self.weighing:
            raise Refused(faults.WEIGHT_WANTED)
        if self.entry.number:
            raise Refused(faults.NOT_NOW)
        code = scan.text
        if not 0 < len(code) <= LONGEST or not is_readable(code):
            raise Refused(faults.UNREADABLE)
        try:
            found = self.catalog.code(code) or self._find_elsewhere(code, scan.aim, self.catalog)
        except CheckDigitError:
            raise Refused(faults.BAD_CHECK_DIGIT) from None
        if found is None:
            wrong = has_gtin_form(code) and not is_gtin(code)
            raise Refused(faults.BAD_CHECK_DIGIT if wrong else faults.UNKNOWN_ARTICLE)
        return self._found(found, moment, "scan", code)

    def _article(self, plu: str, moment: Moment, *, used: bool = False) -> Step:
        """An article by its number; `used` when the number was the one typed."""
        if self.entry.number and not used:
            raise Refused(faults.NOT_NOW)
        item = self.catalog.plu(plu)
        if item is None:
            raise Refused(faults.UNKNOWN_ARTICLE)
        return self._found(Found(item), moment, "key", "")

    def _found(self, found: Found, moment: Moment, entry: str, code: str) -> Step:
        if self.entry.voiding:
            if replace(self.entry, number="", voiding=False) != Entry():
                raise Refused(faults.NOT_NOW)  # a line is taken back whole, as it was sold
            return self._void(found.item)
        if found.quantity is not None or found.cents is not None:
            if self.entry.quantity is not None or self.entry.price is not None:
                raise Refused(faults.NOT_NOW)
            if found.cents is not None and not 0 < found.cents <= LARGEST_TOTAL:
                raise Refused(faults.NO_PRICE)
            if found.quantity is not None and found.quantity <= 0:
                raise Refused(faults.SCALE_ZERO)
            return self._sell(found, moment, "label", code)
        if found.item.unit is Unit.KG and self.entry.quantity is None:
            self.weighings += 1
            self.weighing = Weighing(self.weighings, found.item, self.entry)
            self.entry = Entry()
            return Step(effects=(Weigh(self.weighings),))
        return self._sell(found, moment, entry, code)

    def _weighed(self, weighed: Weighed, moment: Moment) -> Step:
        waiting = self.weighing
        if waiting is None or waiting.request != weighed.request:
            return Step()  # the clerk gave it up: a weight that nobody waits for is worth nothing
        self.weighing = None
        if weighed.fault:
            raise Refused(weighed.fault)
        if weighed.grams <= 0:
            raise Refused(faults.SCALE_ZERO)
        self.entry = waiting.entry
        return self._sell(Found(waiting.item, quantity=weighed.grams), moment, "scale", "")

    def _sell(self, found: Found, moment: Moment, entry: str, code: str) -> Step:
        item = found.item
        listed = item.prices.on(moment.day)
        price = self.entry.override() or listed
        quantity = found.quantity or self.entry.quantity or ONE
        unit = item.unit
        if found.cents is not None:
            price, quantity, unit = Price(found.cents), ONE, Unit.PIECE
        if price is None:
            raise Refused(faults.NO_PRICE)
        if self.entry.returning:
            quantity = -quantity
        vat = item.vats.on(moment.day)
        opened, sale = self._open()
        line = sale.sell(
            LineSold(
                sale=0,
                line=0,
                plu=item.plu,
                name=item.name,
                unit=unit,
                family=item.family,
                quantity=quantity,
                price=price.cents,
                per=price.per,
                list_price=listed.cents if listed else None,
                list_per=listed.per if listed else None,
                vat=self._default_vat if vat is None else vat,
                gross=price.gross(quantity),
                entry=entry,
                code=code,
            )
        )
        self.entry = Entry()
        return Step((*opened, line), (Show(display.line(line)), Sound(Tone.ACCEPTED)))

    def _open(self) -> tuple[tuple[Event, ...], Sale]:
        """The sale at hand, or a new one with the event that opens it."""
        if self.sale:
            return (), self.sale
        opened = SaleOpened(sale=self._sales + 1, catalog=self.catalog.sha256, origin=self.origin)
        return (opened,), Sale(opened.sale, opened.catalog, opened.origin)

    def _at_hand(self, missing: Fault) -> Sale:
        if self.sale is None:
            raise Refused(missing)
        return self.sale

    def _nothing_typed(self) -> None:
        if not self.entry.empty:
            raise Refused(faults.NOT_NOW)

    def _correct(self, _: str, __: Moment) -> Step:
        self._nothing_typed()
        sale = self._at_hand(faults.NOTHING_TO_CORRECT)
        voided = sale.correct()
        name = sale.lines[voided.line - 1].name
        return Step((voided,), (Show(display.voided(name, voided.gross)), Sound(Tone.ACCEPTED)))

    def _void(self, item: Item) -> Step:
        voided = self._at_hand(faults.LINE_NOT_FOUND).void(item.plu)
        self.entry = Entry()
        return Step(
            (voided,), (Show(display.voided(item.name, voided.gross)), Sound(Tone.ACCEPTED))
        )

    def _cancel(self, _: str, __: Moment) -> Step:
        self._nothing_typed()
        abandoned = self._at_hand(faults.NOTHING_SOLD).abandon()
        return Step((abandoned,), (Show(display.abandoned(abandoned.total)), Sound(Tone.ACCEPTED)))

    def _subtotal(self, _: str, __: Moment) -> Step:
        self._nothing_typed()
        sale = self._at_hand(faults.NOTHING_SOLD)
        return Step(effects=(Show(display.subtotal(sale)),))

    def _tender(self, name: str, _: Moment) -> Step:
        kind = TENDERS[name]
        if replace(self.entry, number="") != Entry():
            raise Refused(faults.NOT_NOW)
        sale = self._at_hand(faults.NOTHING_SOLD)
        paid = sale.pay(kind, self.entry.cents() if self.entry.number else None)
        self.entry = Entry()
        after = apply(sale, paid)
        if after is None or after.due:
            due = after.due if after else 0
            return Step((paid,), (Show(display.remaining(due)), Sound(Tone.ACCEPTED)))
        closed = after.close(SERIES, self._tickets + 1)
        drawer = any(TENDERS[p.tender].opens_drawer for p in closed.tenders)
        effects: tuple[Effect, ...] = (Show(display.paid(closed)), Sound(Tone.ACCEPTED))
        return Step((paid, closed), (OpenDrawer(), *effects) if drawer else effects)

    def _ticket(self, _: str, __: Moment) -> Step:
        self._nothing_typed()
        if self.sale is not None or self.last is None:
            raise Refused(faults.NO_TICKET)
        ticket = self.last.ticket
        request = ReceiptRequested(
            series=ticket.series, number=ticket.number, copy=self.last.papers
        )
        return Step((request,), (Print(request, ticket, self.last.at), Sound(Tone.ACCEPTED)))

    def _paper(self, done: PaperDone) -> Step:
        """The outcome is recorded whatever the clerk is at; a failure is shown as an error."""
        request = done.request
        printed = ReceiptPrinted(
            series=request.series,
            number=request.number,
            copy=request.copy,
            outcome=done.outcome,
            fault=done.fault.code if done.fault else "",
        )
        if done.fault is None:
            return Step((printed,))
        return replace(self._notify(done.fault), events=(printed,))

    def _notify(self, fault: Fault) -> Step:
        """Something went wrong elsewhere: seen and heard at once, but selling goes on under it."""
        self.notice = fault
        return Step(effects=(Sound(fault.tone),))

    def _with_new_catalog(self, step: Step) -> Step:
        """Between sales a waiting catalogue takes over; an open sale keeps its prices.

        An article that waits for its weight is the beginning of a sale.
        """
        if self._next_catalog is None or self.sale is not None or self.weighing is not None:
            return step
        earlier, self.catalog, self._next_catalog = self.catalog, self._next_catalog, None
        if earlier.sha256 == self.catalog.sha256:
            return step
        changed = CatalogChanged(catalog=self.catalog.sha256)
        return replace(step, events=(*step.events, changed))
