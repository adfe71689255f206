"""A counter to sell at, without any device: keys by their names, scans, weights."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import UNNAMED, Identity
from pos_terminal.domain.catalog.catalog import Catalog
from pos_terminal.domain.codes.barcode import Measure, Pattern, check_digit
from pos_terminal.domain.codes.vouchers import VoucherKey
from pos_terminal.domain.counter.counter import Counter
from pos_terminal.domain.counter.desk import Desk, Finder, Pending
from pos_terminal.domain.counter.rules import Rules
from pos_terminal.domain.counter.steps import (
    BooksReady,
    Closing,
    Input,
    Pressed,
    Scanned,
    Show,
    Sound,
    Step,
    Weigh,
    Weighed,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.staff import OperatorSignedOn
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.period.closing import Books
from pos_terminal.domain.sale.promotions import Promotion
from pos_terminal.domain.sale.vouchers import NO_MINT, Mint
from pos_terminal.domain.screen import Screen
from pos_terminal.domain.weight import Weight

E = TypeVar("E", bound=Event)
P = TypeVar("P", bound=Pending)

GOODS = """plu,name,price,per,unit,vat,barcode,from
1,TRADITION,"1,30",,,5.5,,
2,BAGUETTE,"1,00",,,5.5,3000100028864,
3,CAFE,"1,50",,,10,,
4,COMTE,"24,90",,kg,5.5,,
5,VIN ROUGE,"8,00",,,20,3010470111127,
6,SANS PRIX,,,,5.5,,
7,OEUFS,"20,00",5,,5.5,,
8,SANS TAUX,"1,00",,,,,
9,GALETTE,"15,00",,,5.5,,2026-01-01
"""
PATTERNS = (
    Pattern("21IIIIIVVVVVC", Measure.PRICE, 2),
    Pattern("22IIIIIVVVVVC", Measure.WEIGHT, 3),
)
BAGUETTE, VIN = "3000100028864", "3010470111127"
DEFAULT_VAT = 550
OPENING = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


VOUCHER_KEY = VoucherKey(bytes(range(32)))


def minting(draw: Random) -> Mint:
    """What makes vouchers under the tests' key."""
    return Mint(VOUCHER_KEY, draw.randrange)


def goods(text: str = GOODS) -> Catalog:
    catalog, problems = parse_catalog(text.encode(), PATTERNS)
    assert not problems
    return catalog


def book(events: Iterable[tuple[Event, Moment]]) -> Book:
    """The book that a journal of these events has, each with its moment."""
    running, operator = Book(), 0
    for seq, (event, when) in enumerate(events, 1):
        running = running.after(event, seq, when.at, operator)
        operator = event.operator if isinstance(event, OperatorSignedOn) else operator
    return running


def label(body: str) -> str:
    """An in-store label: twelve digits and their check digit."""
    return body + str(check_digit(body))


def moment_of(local: str, trust: Trust = Trust.SIMULATED) -> Moment:
    """A moment of that local time, for what asks for nothing else of it."""
    return Moment(local, 0, 0, "boot", trust)


def moment(number: int = 0) -> Moment:
    """`number` seconds after the shop opened."""
    at = OPENING + timedelta(seconds=number)
    utc = int(at.timestamp()) * 1_000_000
    return Moment(at.isoformat(timespec="milliseconds"), utc, utc, "boot", Trust.SIMULATED)


def keys(text: str) -> list[Pressed]:
    """The keys of «3 x 28 PLU CASH»: names, and numbers a digit at a time."""
    pressed = []
    for word in text.split():
        typed = word.replace(",", "").isdigit()
        pressed += [Pressed(parse_key(key)) for key in (word if typed else [word])]
    return pressed


@dataclass
class Bench:
    """A counter, and all that it said."""

    counter: Counter
    events: list[tuple[Event, Moment]] = field(default_factory=list)
    inputs: int = 0
    screen: Screen = field(default_factory=Screen)

    def put(self, given: Input) -> Step:
        now = moment(self.inputs)
        self.inputs += 1
        step = self.counter.handle(given, now)
        self.events += [(event, now) for event in step.events]
        for effect in step.effects:
            if isinstance(effect, Show):
                self.screen = effect.screen
        return step

    def press(self, text: str) -> Step:
        """All the keys; what the last one led to."""
        steps = [self.put(key) for key in keys(text)]
        return steps[-1]

    def put_key(self, name: str) -> Step:
        """One key by its whole name, such as «article 28»."""
        return self.put(Pressed(parse_key(name)))

    def scan(self, code: str, aim: str = "") -> Step:
        return self.put(Scanned(code, aim))

    def weigh(self, plu: str, grams: int) -> Step:
        """Key an article in that is sold by weight, and answer its question."""
        (question,) = [e for e in self.press(f"{plu} PLU").effects if isinstance(e, Weigh)]
        return self.put(Weighed(question.request, Weight(grams)))

    def of(self, kind: type[E]) -> list[E]:
        return [event for event, _ in self.events if isinstance(event, kind)]

    def decides(self, **rules: Any) -> None:
        """The shop has other rules from now on."""
        self.counter.desk.rules = replace(self.counter.desk.rules, **rules)

    def awaits(self, case: type[P]) -> P | None:
        """What the counter waits for, if it is that."""
        pending = self.counter.desk.pending
        return pending if isinstance(pending, case) else None

    def books(self, asked: Closing) -> Step:
        """The journal's answer to X, a count, or a closing."""
        return self.put(BooksReady(asked, Books(book(self.events), len(self.events))))

    @property
    def shown(self) -> Screen:
        """What the display says."""
        return self.counter.desk.overlay or self.screen

    @property
    def fault(self) -> Fault | None:
        return self.counter.desk.fault

    @property
    def total(self) -> int:
        return self.counter.desk.sale.total if self.counter.desk.sale else 0


def counter_of(
    catalog: Catalog,
    find_elsewhere: Finder = lambda *_: None,
    *,
    identity: Identity = UNNAMED,
    mint: Mint = NO_MINT,
    promotions: tuple[Promotion, ...] = (),
    **rules: Any,
) -> Counter:
    """A counter that sells these goods; `rules` are the parts of its `Rules`."""
    desk = Desk(
        catalog, Rules(**rules), identity, find_elsewhere, mint=mint, promotions=promotions
    )
    return Counter(desk)


def bench(catalog: Catalog | None = None, find_elsewhere: Finder = lambda *_: None) -> Bench:
    return Bench(counter_of(catalog or goods(), find_elsewhere))


def tones(step: Step) -> list[str]:
    return [effect.tone.value for effect in step.effects if isinstance(effect, Sound)]
