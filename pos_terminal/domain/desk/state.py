"""The desk: what the counter knows between two keys. Rebuilt from the journal by `apply`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pos_terminal.domain import display
from pos_terminal.domain.catalog import Catalog, Found, Item
from pos_terminal.domain.entry import Entry
from pos_terminal.domain.events import Event, Origin, ReceiptRequested, SaleClosed, SaleOpened
from pos_terminal.domain.faults import NOT_NOW, Fault
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.period import TRAINING_SERIES
from pos_terminal.domain.period_events import TrainingEnded, TrainingStarted
from pos_terminal.domain.sale import Refused, Sale, apply
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.steps import Sound, Step

SERIES = "T"
"""The series of ordinary tickets; training and others have their own."""

Finder = Callable[[str, str, Catalog], Found | None]
"""Asks the plugins what a code stands for that the catalogue lacks: code, AIM prefix, catalogue."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The last closed ticket, for its receipt: when, and how many papers were asked for."""

    ticket: SaleClosed
    at: str
    papers: int = 0

    def is_of(self, request: ReceiptRequested) -> bool:
        """Whether this is the ticket that the request is for."""
        return (self.ticket.series, self.ticket.number) == (request.series, request.number)


@dataclass(frozen=True, slots=True)
class Weighing:
    """An article waits for its weight; `entry` is what was set for it."""

    request: int
    item: Item
    entry: Entry


class Desk:
    """One till's desk. `find_elsewhere` asks the plugins for codes that the catalogue lacks."""

    def __init__(
        self, catalog: Catalog, default_vat: int, find_elsewhere: Finder = lambda *_: None
    ) -> None:
        self.catalog = catalog
        self.default_vat = default_vat
        self.find_elsewhere = find_elsewhere
        self.origin: Origin | None = None
        self.sale: Sale | None = None
        self.last: Closed | None = None
        self.fault: Fault | None = None
        self.notice: Fault | None = None
        self.entry = Entry()
        self.weighing: Weighing | None = None
        self.sales = 0
        self.tickets: dict[str, int] = {}
        self.weighings = 0
        self.training = False

    def resume(
        self, sales: int, tickets: Mapping[str, int], weighings: int = 0, *, training: bool = False
    ) -> None:
        """Go on counting after these numbers, the last that the journal holds.

        `tickets` are by series; `weighings` those that an earlier counter asked the same scale for.
        """
        self.sales, self.tickets, self.weighings = sales, dict(tickets), weighings
        self.training = training

    def apply(self, event: Event, at: str) -> None:
        """Take in an event that was decided or read back; `at` is its local time."""
        self.sale = apply(self.sale, event)
        match event:
            case SaleOpened():
                self.sales = event.sale
            case SaleClosed():
                self.tickets[event.series] = event.number
                self.last = Closed(event, at)
            case ReceiptRequested() if self.last and self.last.is_of(event):
                self.last = replace(self.last, papers=event.copy + 1)
            case TrainingStarted() | TrainingEnded():
                self.training = isinstance(event, TrainingStarted)

    @property
    def busy(self) -> bool:
        """Whether a customer is being served."""
        return self.sale is not None or self.weighing is not None

    def next_ticket(self) -> tuple[str, int]:
        """Series and number of the next ticket to be closed."""
        series = TRAINING_SERIES if self.training else SERIES
        return series, self.tickets.get(series, 0) + 1

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
            return display.training() if self.training else display.ready()
        if self.sale.tenders:
            return display.remaining(self.sale.due)
        if self.sale.live:
            return display.subtotal(self.sale)
        return display.ready()

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
            raise Refused(NOT_NOW)

    def opening(self) -> tuple[tuple[Event, ...], Sale]:
        """The sale at hand, or a new one with the event that opens it."""
        if self.sale:
            return (), self.sale
        opened = SaleOpened(sale=self.sales + 1, catalog=self.catalog.sha256, origin=self.origin)
        return (opened,), Sale(opened.sale, opened.catalog, opened.origin)

    def notify(self, fault: Fault) -> Step:
        """Something went wrong elsewhere: seen and heard at once, but selling goes on under it."""
        self.notice = fault
        return Step(effects=(Sound(fault.tone),))


Handler = Callable[[Desk, str, Moment], Step]
"""What a key does: given its argument and the moment. Raises Refused."""
