"""The desk: what the counter knows between two inputs, all of it plain data.

What its records make of it is rebuilt from them by `apply`, and is `recorded`; the rest (what is
typed, what is waited for, what is shown) a power cut forgets.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import UNNAMED, Identity
from pos_terminal.domain.catalog.catalog import Catalog, Found
from pos_terminal.domain.counter import parting
from pos_terminal.domain.counter.closed import ClosedTicket, Following
from pos_terminal.domain.counter.decision import NOTHING, Decision
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.rules import ORDINARY, Rules
from pos_terminal.domain.counter.steps import (
    AccessNews,
    Effect,
    Input,
    Pressed,
    Scanned,
    Sound,
    Step,
)
from pos_terminal.domain.counter.stock_watch import StockWatch
from pos_terminal.domain.display import outages, payments, support
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES, Event
from pos_terminal.domain.events.paper import InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentBegun,
    PaymentChanged,
    PaymentDecided,
    TerminalKnown,
)
from pos_terminal.domain.events.period import PeriodClosed, TrainingEnded, TrainingStarted
from pos_terminal.domain.events.prepaid import VoucherCopied, VoucherMoved
from pos_terminal.domain.events.sale import (
    Origin,
    SaleAbandoned,
    SaleClosed,
    SaleHeld,
    SaleOpened,
    SaleRecalled,
)
from pos_terminal.domain.events.staff import OperatorSignedOff, OperatorSignedOn
from pos_terminal.domain.events.system import KeyReplaced
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.lookup.customers import Customer
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period.outage import NO_OUTAGE, Outage
from pos_terminal.domain.sale.open_sales import OpenSale
from pos_terminal.domain.sale.options import Question, question
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.sale.sale import Sale, apply
from pos_terminal.domain.sale.vouchers import NO_MINT, Mint
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.staff import pin_lock
from pos_terminal.domain.staff.clerks import Clerks, SignedOn
from pos_terminal.domain.staff.grants import AccessAsked

Finder = Callable[[str, str, Catalog], Found | None]
"""Asks the plugins what a code stands for that the catalogue lacks: code, AIM prefix, catalogue."""

Handler = Callable[["Desk", str, Moment], Step]
"""What a key does: given its argument and the moment. Raises Refused, or Wait.

What it raises undoes nothing, so a handler changes the desk only when it is sure of all it needs.
"""


class Pending(Struct, frozen=True):
    """Something that the counter waits for, or asks: its screen, its keys, its codes, its way out.

    One case stands in one file, and here is what most of them do: any key but C, and any code, is
    refused with `refusal`; C and an error give it up.
    """

    refusal: ClassVar[Fault] = faults.NOT_NOW
    secret: ClassVar[bool] = False
    """Whether what is typed here is secret, so that no command barcode may type it."""
    holds_day: ClassVar[bool] = False
    """Whether the day must not end now."""

    @property
    def on_its_way(self) -> bool:
        """Whether the answer comes by itself, and soon: what is typed meanwhile is kept for it."""
        return False

    def screen(self, desk: "Desk") -> Screen | None:
        """What covers the base screen meanwhile."""
        raise NotImplementedError

    def press(self, desk: "Desk", key: Key, moment: Moment) -> Step | None:
        """What a key does here; None where it does as ever. Raises Refused."""
        if key.function is not Function.CLEAR:
            raise Refused(self.refusal)
        self.give_up(desk)
        return Step()

    def scan(self, desk: "Desk", scanned: Scanned, moment: Moment) -> Step | None:
        """What a code that is no command does here; None where it does as ever. Raises Refused."""
        raise Refused(self.refusal)

    def give_up(self, desk: "Desk") -> None:
        """What C does. What was typed goes with it: the next one must not begin with half of it."""
        desk.pending, desk.entry = None, Entry()

    def after_error(self) -> "Pending | None":
        """What is left of it once something was refused."""
        return None

    def answer(self, desk: "Desk", given: Input, moment: Moment) -> Step | Decision:
        """What an answer that a lane brings leads to: a decision to be taken now, or a step.

        Nothing, where it is not the one that is waited for. Raises Refused.
        """
        return Step()


class Wait(Exception):
    """What a handler raises that lacks something: what is waited for, and how it is asked for."""

    def __init__(self, pending: Pending, effect: Effect) -> None:
        self.pending = pending
        self.effect = effect


class Recorded(Struct, frozen=True):
    """What a journal's records make of a desk, whatever was typed in between."""

    sale: Sale | None
    held: Mapping[int, Sale]
    parked: Mapping[int, Sale]
    openers: Mapping[int, int]
    sales: int
    tickets: Mapping[str, int]
    last: ClosedTicket | None
    made: tuple[VoucherMoved, ...]
    voucher_copies: int
    clerk: int
    signed_on: SignedOn
    parting: SaleClosed | None
    served: bool
    wrong: pin_lock.Wrong
    training: bool
    outage: Outage
    terminals: Mapping[str, str]


class Desk:
    """One till's desk. `find_elsewhere` asks the plugins for codes that the catalogue lacks.

    `promotions_source` is the SHA-256 of the promotions' file; `mint` makes and knows vouchers.
    """

    def __init__(
        self,
        catalog: Catalog,
        rules: Rules = ORDINARY,
        identity: Identity = UNNAMED,
        find_elsewhere: Finder = lambda *_: None,
        *,
        promotions: tuple[Promotion, ...] = (),
        promotions_source: str = "",
        mint: Mint = NO_MINT,
    ) -> None:
        self.present = catalog
        self.kept: dict[str, Catalog] = {}
        self.rules = rules
        self.identity = identity
        self.find_elsewhere = find_elsewhere
        self.promotions = promotions
        self.promotions_source = promotions_source
        self.mint = mint
        self.clerks = Clerks()
        # What the records make of it: see `recorded`.
        self.sale: Sale | None = None
        self.held: dict[int, Sale] = {}
        self.parked: dict[int, Sale] = {}
        self.openers: dict[int, int] = {}
        self.sales = 0
        self.tickets: dict[str, int] = {}
        self.last: ClosedTicket | None = None
        self.made: tuple[VoucherMoved, ...] = ()  # the vouchers of the last ticket
        self.voucher_copies = 0
        self.clerk = 0
        self.signed_on = SignedOn()
        self.parting: SaleClosed | None = None  # the ticket whose change may still be due
        self.served = False
        self.wrong: pin_lock.Wrong = {}
        self.training = False
        self.outage = NO_OUTAGE
        self.terminals: dict[str, str] = {}  # payment terminals' own numbers, by their names here
        # What a power cut forgets.
        self.origin: Origin | None = None
        self.entry = Entry()
        self.pending: Pending | None = None
        self.ahead: tuple[Pressed | Scanned, ...] = ()  # what was typed ahead of its answer
        self.booking = False  # the books were asked for, and are not here yet
        self.decision: Decision = NOTHING
        self.fault: Fault | None = None
        self.notice: Fault | None = None
        self.told: Fault | None = None  # the last code that was shown, for AIDE
        self.helping = False
        self.subtotalled: Sale | None = None  # the sale as ST last said it, as long as it is so
        self.customer: Customer | None = None  # whom the next invoice is for
        self.refund: TicketFound | None = None  # the ticket that is being refunded, once looked up
        self.stranger: Pending | None = None  # a terminal that is known by another number
        self.chosen: dict[int, int] = {}  # terminals, by the sales that they were chosen for
        self.card_days: set[int] = set()  # questions whose answers are printed
        self.access = AccessNews()  # what others on the box ask for, and may do
        self.agreed: AccessAsked | None = None  # what was shown when a PIN was asked for
        self.watch: StockWatch | None = None  # asked in the background
        self.weighings = self.lookups = 0
        self.checks = self.checking = 0

    @property
    def recorded(self) -> Recorded:
        """What the records make of it."""
        return Recorded(**{name: getattr(self, name) for name in Recorded.__struct_fields__})

    @property
    def authority(self) -> int:
        """Who allowed what is being decided; 0: nobody was asked."""
        return self.decision.authority

    def resume(
        self,
        sales: int,
        tickets: Mapping[str, int],
        weighings: int = 0,
        lookups: int = 0,
        *,
        training: bool = False,
    ) -> None:
        """Go on counting after these numbers, the last that the journal holds.

        `tickets` are by series; `weighings` and `lookups` those that an earlier counter asked for.
        """
        self.sales, self.tickets, self.training = sales, dict(tickets), training
        self.weighings, self.lookups = weighings, lookups

    def resume_clerks(
        self,
        clerks: Clerks,
        clerk: int,
        wrong: pin_lock.Wrong,
        checks: int = 0,
        *,
        signed_on: SignedOn = SignedOn(),  # noqa: B008 (frozen)
    ) -> None:
        """Go on with these clerks, `clerk` being signed on, and with their wrong PINs so far.

        `checks` are the PINs that an earlier counter had checked.
        """
        self.clerks, self.clerk, self.wrong, self.checks = clerks, clerk, wrong, checks
        self.signed_on = signed_on

    def apply(self, event: Event, moment: Moment) -> None:
        """Take in an event that was decided or read back, of that moment."""
        self._sell(event, moment.at)
        self.wrong = pin_lock.after(self.wrong, event)
        self.parting = parting.after(self.parting, event)
        self.outage = self.outage.after(event)
        match event:
            case OperatorSignedOn() | OperatorSignedOff():
                self._stand(event, moment.at)
            case SaleHeld(sale=number):
                self.held[number] = self._put_aside(number)
                self.served = True
            case SaleRecalled(sale=number):
                self.sale = self.held.pop(number)
            case SaleAbandoned():
                self.served = True
                self.openers.pop(event.sale, None)
            case SaleOpened():
                self.customer = None
                self.sales = event.sale
                self.openers[event.sale] = self.clerk
            case SaleClosed():
                self.openers.pop(event.sale, None)
                self.tickets[event.series] = event.number
                self.last = ClosedTicket(event, moment)
                self.served = True
                self.made, self.voucher_copies, self.refund = (), 0, None
            case VoucherMoved() if event.amount > 0 and event.number:
                self.made = (*self.made, event)
            case VoucherCopied():
                self.voucher_copies = event.copy
            case (
                ReceiptRequested() | ReceiptPrinted() | InvoiceMade() | PaymentChanged()
                | PeriodClosed()
            ):  # fmt: skip
                self._follow(event, moment)
            case KeyReplaced():
                self.sales = event.sale
                self.tickets = {each.series: each.number for each in event.tickets}
            case TerminalKnown():
                self.terminals[event.terminal] = event.identity
            case TrainingStarted() | TrainingEnded():
                self.training = isinstance(event, TrainingStarted)

    def _sell(self, event: Event, at: str) -> None:
        """An event of the sale at hand; a terminal's answer may be for one that waits meanwhile."""
        self.sale = apply(self.sale, event, at)
        if isinstance(event, PaymentBegun | PaymentAnswered | PaymentDecided):
            for sales in (self.held, self.parked):
                for place, sale in sales.items():
                    sales[place] = apply(sale, event) or sale

    def _follow(self, event: Following, moment: Moment) -> None:
        """What comes behind a ticket: its papers, its corrections, the Z of its day."""
        self.last = self.last and self.last.after(event, moment)
        if isinstance(event, InvoiceMade):
            self.tickets[event.series] = event.number
        if isinstance(event, PeriodClosed) and self.notice is faults.Z_DUE:
            self.notice = None  # whoever closed it, at the till or beside it

    def _stand(self, event: OperatorSignedOn | OperatorSignedOff, at: str) -> None:
        """Another stands at the till, or nobody: each finds his own open sale again."""
        clerk, self.signed_on = 0, SignedOn()
        if isinstance(event, OperatorSignedOn):
            clerk, self.signed_on = event.operator, SignedOn(at, event.by)
        if self.sale:
            self.parked[self.clerk] = self.sale
        self.clerk, self.sale, self.served = clerk, self.parked.pop(clerk, None), False

    def _put_aside(self, number: int) -> Sale:
        """Take an open sale from the counter, or from the clerk who left it."""
        sale = self.sale
        if sale and sale.number == number:
            self.sale = None
            return sale
        (clerk,) = (clerk for clerk, sale in self.parked.items() if sale.number == number)
        return self.parked.pop(clerk)

    @property
    def catalog(self) -> Catalog:
        """The catalogue to sell from: the open sale's own, or the one in force."""
        return self.kept.get(self.sale.catalog, self.present) if self.sale else self.present

    @property
    def question(self) -> Question | None:
        """The choice that the last article must still be given."""
        return question(self.sale, self.catalog)

    @property
    def waiting(self) -> tuple[Sale, ...]:
        """The open sales that are not at hand: held ones, and those of clerks who are away."""
        return (*self.held.values(), *self.parked.values())

    @property
    def open_sales(self) -> tuple[OpenSale, ...]:
        """All open sales, for a list: the one at hand first, then those on hold."""
        held = [(sale, place) for place, sale in enumerate(self.held.values(), 1)]
        others = [(sale, 0) for sale in self.parked.values()]
        return tuple(
            OpenSale(
                number=sale.number,
                clerk=self.openers.get(sale.number, 0),
                held=place,
                articles=sum(1 for line in sale.live if not line.parent),
                total=sale.total,
                at=sale.at,
            )
            for sale, place in ([(self.sale, 0)] if self.sale else []) + held + others
        )

    @property
    def drawer(self) -> int:
        """The drawer of who stands at the till."""
        return self.rules.drawers.of(self.clerk)

    @property
    def vacant(self) -> bool:
        """Whether somebody must sign on before anything is sold."""
        if not self.clerks or self.sale:
            return False
        return not self.clerk or (self.served and self.clerks.rules.each_sale)

    @property
    def busy(self) -> bool:
        """Whether a customer is being served."""
        return bool(self.sale or self.pending)

    @property
    def awaits_answer(self) -> bool:
        """Whether an answer is on its way that nobody at the counter has to give."""
        return self.booking or (self.pending is not None and self.pending.on_its_way)

    @property
    def engaged(self) -> bool:
        """Whether the day must not end now: money is on the counter, or the drawer is counted."""
        holds = self.pending is not None and self.pending.holds_day
        return holds or bool(self.sale and (self.sale.tenders or self.sale.payment))

    def next_ticket(self) -> tuple[str, int]:
        """Series and number of the next ticket to be closed."""
        series = TRAINING_SERIES if self.training else SERIES
        return series, self.tickets.get(series, 0) + 1

    @property
    def overlay(self) -> Screen | None:
        """What covers the base screen now: help, an error, a wait, or what is typed."""
        if self.helping:
            return display.help_with(self.told, self.identity.support.phone)
        if self.fault:
            return display.fault(self.fault)
        if self.notice:
            return display.fault(self.notice)
        if self.pending:
            screen = self.pending.screen(self)
            return display.ahead(screen, len(self.ahead)) if screen and self.ahead else screen
        return None if self.entry.empty else self.entry.screen()

    def base(self) -> Screen:
        """The screen that the present state calls for, as after a restart."""
        if self.sale is None and self.clerks and not self.clerk:
            return display.signed_off()
        if self.sale is None and self.parting:
            return display.paid(self.parting)
        if self.sale is None:
            return self.greeting()
        if self.sale.payment:
            return payments.standing(self.sale.payment, self.sale.answered)
        if self.sale.tenders:
            return display.remaining(self.sale.due)
        question = self.question
        if question:
            return display.question(question)
        if self.sale.refund and not self.sale.live:
            return display.refund(self.identity.terminal, self.sale.refund[1])
        if self.sale.live:
            return display.subtotal(self.sale)
        return display.prices(self.sale.prices)

    def greeting(self) -> Screen:
        """What awaits the next customer: who serves here, by name, and how many sales wait."""
        if self.training:
            return display.training()
        if self.outage.since:
            return outages.awaiting()
        if self.access.support:
            return support.inside(self.access.support)
        found = self.clerks.of.get(self.clerk)
        clerk = (found.name or str(found.number)) if found else ""
        return display.ready(len(self.held), clerk)

    def set(self, entry: Entry) -> Step:
        """What is typed is now this; nothing else happens."""
        self.entry = entry
        return Step()

    def at_hand(self, missing: Fault) -> Sale:
        """The open sale. Raises Refused with `missing` where there is none."""
        if self.sale is None:
            raise Refused(missing)
        return self.sale

    def nothing_typed(self) -> None:
        """Raises Refused where a number or a prefix waits to be used."""
        if not self.entry.empty:
            raise Refused(faults.NOT_NOW)

    def opening(self) -> tuple[tuple[Event, ...], Sale]:
        """The sale at hand, or a new one with the event that opens it."""
        if self.sale:
            return (), self.sale
        opened = SaleOpened(
            sale=self.sales + 1,
            catalog=self.catalog.sha256,
            origin=self.origin,
            place=self.rules.sales.place,
        )
        return (opened,), Sale(opened.sale, opened.catalog, opened.origin, place=opened.place)

    def refuse(self, fault: Fault) -> Step:
        """Nothing comes of it; what was typed is used up, so what follows C is clean.

        While an error is shown it stays: the first is the one to be read.
        """
        if self.fault is None:
            self.fault = self.told = fault
            self.entry = Entry()
            self.pending = self.pending and self.pending.after_error()
        return Step(effects=(Sound(fault.tone),))

    def notify(self, fault: Fault) -> Step:
        """Something went wrong elsewhere: seen and heard at once, but selling goes on under it."""
        self.notice = self.told = fault
        return Step(effects=(Sound(fault.tone),))
