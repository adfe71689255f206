"""The busiest hour of a shop: four clerks at one till, 300 tickets an hour, a slow printer.

The load is a shop's own (a bakery's Sunday, three times as dense): half the tickets have one line,
two on average; every clerk signs on for each sale, mostly by badge; now and then a discount, a
split payment, a sale on hold, a clerk who interrupts another. Time runs `FASTER` times as fast, the
printer does not: so more papers wait for it than ever would.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from bench.display import GRACE
from bench.figures import MS, Figure, Setting, latencies, quantile
from bench.raw import RawCommits
from bench.shop import Ends, Shop, barcode, name, open_shop
from bench.tickets import all_records
from pos_terminal.domain.events.sale import SaleAbandoned, SaleClosed, SaleOpened
from pos_terminal.domain.events.values import Right
from pos_terminal.domain.staff.clerks import Clerk, Pin, badge_code, badge_hash
from pos_terminal.persons.clerks_file import write
from pos_terminal.persons.pins import keep

AN_HOUR = 300
"""Tickets."""

TICKETS = 120
FASTER = 20
KEY_PAUSE = 0.25
"""Seconds between two keys of a practised clerk."""

PATIENCE = 20.0
"""Seconds without any paper after which none will come."""

PRINTING = 1.0
"""Seconds that the printer takes for a receipt, in the bench's time."""

PINS = {11: "4821", 12: "7305", 13: "9162", 14: "5930"}
CLERKS = tuple(PINS)
MANAGER, HIS_PIN = 1, "5938"
"""Allows discounts; he is called for each."""

SETTINGS = "\n[clerks]\neach_sale = true\n"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One thing a clerk does: keys or a scan, and a word of the screen that answers; none: none.

    `typed` goes before the last key, and shows at once; `kind` is what is measured.
    """

    key: str
    word: str = ""
    typed: str = ""
    scan: bool = False
    kind: str = "key"


@dataclass(slots=True)
class Taken:
    """Seconds from key or scan to display, those while the printer worked, and those of a PIN."""

    all: list[float] = field(default_factory=list)
    while_printing: list[float] = field(default_factory=list)
    pins: list[float] = field(default_factory=list)
    papers: int = 0
    printed: int = 0


def badge(clerk: int) -> str:
    """What stands on his badge."""
    return badge_code(f"{clerk:02d}" * 8)


def ticket(chance: random.Random, clerk: int) -> Iterator[Stroke]:
    """All that a clerk does for one customer."""
    yield from _sign_on(chance, clerk)
    yield from _lines(chance, chance.choice((1, 1, 1, 2, 3, 4)))
    special = chance.random()
    if special < 0.05:
        yield Stroke("HOLD", "ATTENTE")
        yield from _sign_on(chance, clerk)
        yield Stroke("RECALL", "SOUS-TOTAL")
    elif special < 0.15:  # another is quicker, and the first goes on where he was
        other = chance.choice([each for each in CLERKS if each != clerk])
        yield from _sign_on(chance, other)
        yield from _lines(chance, 1)
        yield Stroke("CASH", "MERCI")
        yield Stroke(badge(clerk), "SOUS-TOTAL", scan=True)
    yield from _paying(chance)


def _sign_on(chance: random.Random, clerk: int) -> Iterator[Stroke]:
    if chance.random() < 0.8:
        yield Stroke(badge(clerk), "BONJOUR", scan=True)
    else:
        yield Stroke("CLERK", "VENDEUR", typed=str(clerk))
        yield Stroke("CLERK", "BONJOUR", typed=PINS[clerk], kind="pin")


def _lines(chance: random.Random, count: int) -> Iterator[Stroke]:
    for _ in range(count):
        plu = chance.randint(1, 6)
        if chance.random() < 0.5:
            yield Stroke(barcode(plu), name(plu), scan=True)
        else:
            yield Stroke("PLU", name(plu), typed=str(plu))


def _paying(chance: random.Random) -> Iterator[Stroke]:
    if chance.random() < 0.05:
        yield Stroke("ST", "SOUS-TOTAL")
        yield Stroke("%", "APPEL", typed="10")
        yield Stroke("CLERK", "RESPONSABLE", typed=str(MANAGER))
        yield Stroke("CLERK", "REMISE", typed=HIS_PIN, kind="pin")
    how = chance.random()
    if how < 0.1:
        yield Stroke("CASH", "RESTE", typed="50")
        yield Stroke("CARD", "MERCI")
    elif how < 0.4:
        yield Stroke("CASH", "RENDU", typed="2000")
    else:
        yield Stroke("CARD" if how < 0.7 else "CASH", "MERCI")
    if chance.random() < 0.3:
        yield Stroke("TICKET")


def measure(setting: Setting) -> list[Figure]:
    """Key or scan to display over an hour's load, beside bare commits on the same disk."""
    return asyncio.run(_measure(setting))


async def _measure(setting: Setting) -> list[Figure]:
    count = setting.rounds(TICKETS)
    folder = setting.directory / "rush"
    with closing(RawCommits(setting.folder("rush-raw"))) as raw:
        async with open_shop(folder, more=SETTINGS, printing=PRINTING) as shop:
            _hire(shop)
            async with shop.started() as terminal:
                await terminal.all_open(len(shop.ends.devices))
                taken, seconds = await _play(shop.ends, raw, count)
            events = [record.event for record in all_records(shop.state)]
        committed = quantile(raw.seconds, 0.99) * 1000
    opened, closed, given_up = (
        sum(isinstance(event, kind) for event in events)
        for kind in (SaleOpened, SaleClosed, SaleAbandoned)
    )
    bar = round(committed + GRACE, 2)
    slow = taken.while_printing or [0.0]
    commits = ("one bare commit", raw.seconds)
    return [
        *latencies("rush.key", "rush hour: key or scan to display", taken.all, limit=commits,
                   p99_at_most=bar),
        *latencies("rush.printing", "the same while the printer works", slow, limit=commits,
                   p99_at_most=bar),
        Figure(key="rush.beyond_disk", unit=MS, what="rush hour: beyond a commit, p99",
               value=round(quantile(taken.all, 0.99) * 1000 - committed, 3), at_most=GRACE),
        Figure(key="rush.pin", what="rush hour: PIN to sign-on, median", unit=MS,
               value=round(quantile(taken.pins or [0.0], 0.5) * 1000, 1)),
        Figure(key="rush.an_hour", what=f"tickets an hour, at {FASTER} times the pace", unit="/h",
               value=round(closed / seconds * 3600 / FASTER),
               limit=("wanted", AN_HOUR)),
        Figure(key="rush.lost", what=f"sales or papers lost, of {opened} sales", unit="",
               value=opened - closed - given_up + taken.papers - taken.printed, at_most=0),
    ]  # fmt: skip


def _hire(shop: Shop) -> None:
    staff = [
        Clerk(number, keep(Pin(pin)), badge=badge_hash(badge(number)))
        for number, pin in PINS.items()
    ]
    write(shop.state, [*staff, Clerk(MANAGER, keep(Pin(HIS_PIN)), frozenset(Right))])


async def _play(ends: Ends, raw: RawCommits, count: int) -> tuple[Taken, float]:
    """So many tickets, each at its time; what was measured, and the seconds that it took."""
    chance, taken, finished = random.Random(1), Taken(), asyncio.Event()
    begun = time.monotonic()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_count_papers(ends, taken, finished))
        for number in range(count):
            due = begun + number * 3600 / AN_HOUR / FASTER
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            for stroke in ticket(chance, CLERKS[number % len(CLERKS)]):
                await _do(ends, stroke, taken)
                raw.take(1)
                await asyncio.sleep(KEY_PAUSE / FASTER)
        seconds = time.monotonic() - begun
        finished.set()
        await watching
    return taken, seconds


async def _count_papers(ends: Ends, taken: Taken, finished: asyncio.Event) -> None:
    """Until all that was asked for is printed, or nothing more comes."""
    while not finished.is_set() or taken.printed < taken.papers:
        try:
            await ends.far_printer.job(PATIENCE)
        except TimeoutError:
            if finished.is_set():
                return
            continue
        taken.printed += 1


async def _do(ends: Ends, stroke: Stroke, taken: Taken) -> None:
    if stroke.typed:
        before = len(ends.display.frames)
        await ends.type(stroke.typed)
        await ends.frame(before)
    if not stroke.word:
        await ends.type(stroke.key)
        taken.papers += 1
        return
    printing = taken.printed < taken.papers
    before, sent = len(ends.display.frames), time.monotonic()
    await (ends.scanner.scan(stroke.key) if stroke.scan else ends.type(stroke.key))
    seconds = await ends.frame(before, stroke.word) - sent
    if stroke.kind == "pin":
        taken.pins.append(seconds)
        return
    taken.all.append(seconds)
    if printing:
        taken.while_printing.append(seconds)
