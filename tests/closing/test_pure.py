"""Closures, their paper, technical events, clocks and set-up: the pure parts, case by case."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec.structs
import pytest
from msgspec.structs import replace

from pos_terminal.commands.paper import plain
from pos_terminal.domain.audit import jet
from pos_terminal.domain.audit.clock import JUMP, doubtful, jump
from pos_terminal.domain.audit.setup import Setup
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period, PeriodClosed, PeriodReported
from pos_terminal.domain.events.system import (
    CatalogChanged,
    ClockJumped,
    ConfigurationChanged,
    KeyMade,
    KeyRotated,
    PersonErased,
    SignerDown,
    TechnicalEvent,
    TillStarted,
    TillStopped,
    VersionChanged,
)
from pos_terminal.domain.events.values import PreviousEnd
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.notation import euros
from pos_terminal.domain.period.book import Book, NotYet
from pos_terminal.domain.period.closing import Books, ClosingHours, OpenSales, closures
from pos_terminal.domain.printing import report
from tests.support.paper import TILL
from tests.support.shopkeeping import year

ROOT = Path(__file__).parents[2]
PARIS = timezone(timedelta(hours=1))
NOON = datetime(2026, 3, 2, 12, tzinfo=PARIS)
SIMULATED = replace(TILL, simulated=True)
HOURS = ClosingHours()


def moment(
    seconds: float = 0, *, mono: float | None = None, boot: str = "b", trust: str = "unverified"
) -> Moment:
    at = NOON + timedelta(seconds=seconds)
    return Moment(
        at=at.isoformat(timespec="milliseconds"),
        utc=int(at.timestamp() * 1_000_000),
        mono=int((seconds if mono is None else mono) * 1_000_000),
        boot=boot,
        trust=Trust(trust),
    )


@pytest.mark.parametrize(
    ("now", "by"),
    [
        (moment(60), None),
        (moment(61.9, mono=60), None),
        (moment(62.1, mono=60), 2_100_000),
        (moment(0, mono=60), -60_000_000),
        (moment(10**6, mono=1, boot="other"), None),
        (moment(-60, mono=1, boot="other"), -60_000_000),
        (moment(-60, mono=1, boot="other", trust="simulated"), None),
    ],
)
def test_a_jump_is_where_two_clocks_part(now: Moment, by: int | None) -> None:
    found = jump(moment(), now)
    assert (found.by if found else None) == by
    assert JUMP == 2_000_000


def test_a_clock_is_doubted_only_while_nobody_has_verified_it() -> None:
    assert doubtful(moment(), None) == ""
    assert "avant le dernier" in doubtful(moment(-60), moment())
    assert doubtful(moment(-60, trust="synchronised"), moment()) == ""
    born = msgspec.structs.replace(moment(), utc=1, at="1970-01-01T01:00:00.000+01:00")
    assert "pas été mise" in doubtful(born, None)


@pytest.mark.parametrize("wrong", [{"day_ends": 24}, {"day_ends": -1}, {"year_begins": 0}])
def test_hours_that_cannot_be(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"une heure|un mois"):
        ClosingHours(**wrong)  # type: ignore[arg-type]


def test_a_start_says_what_changed_since_the_last() -> None:
    first = Setup("1", "a" * 64, "c" * 64)
    (started,) = Setup().started(first)
    assert isinstance(started, TillStarted) and started.after == "first"
    running = Setup().after(started)
    after = Setup("2", "b" * 64, "d" * 64)
    crashed, version, settings, catalog = running.started(after)
    assert isinstance(crashed, TillStarted) and crashed.after == "crash"
    assert version == VersionChanged(before="1", after="2")
    assert settings == ConfigurationChanged(before="a" * 64, after="b" * 64)
    assert catalog == CatalogChanged(catalog="d" * 64)
    stopped = running.after(TillStopped(reason="signal"))
    (again,) = stopped.started(first)
    assert isinstance(again, TillStarted) and again.after == "stop"
    for event in (version, settings, catalog):
        running = running.after(event)
    assert msgspec.structs.replace(running, up=False) == after


def test_an_empty_day_is_not_closed_and_open_sales_are_named() -> None:
    with pytest.raises(NotYet):
        closures(Books(Book(), 0), moment(), [Period.DAY], HOURS)
    shop = year(3, days=0)
    shop.start()
    shop.sale()
    books = replace(shop.running.books, opened=(7, 3))
    with pytest.raises(OpenSales) as refused:
        closures(books, moment(), [Period.DAY], HOURS)
    assert refused.value.sales == (3, 7)
    (carried,) = closures(books, moment(), [Period.DAY], HOURS, carry=True, authority=2)
    assert isinstance(carried, PeriodClosed)
    assert (carried.carried, carried.authority, carried.last) == ((3, 7), 2, books.seq + 1)


def test_a_fiscal_year_is_named_by_the_year_in_which_it_began() -> None:
    shop = year(3, days=0)
    shop.start()
    shop.sale()
    made = closures(shop.running.books, moment(), [*Period], ClosingHours(year_begins=7))
    labels = [each.label for each in made if isinstance(each, PeriodClosed)]
    assert labels == ["2026-01-02", "2026-01", "2025"]


MORE: list[Event] = [
    KeyMade(key="a" * 64, record_key="00", checkpoint_key="00"),
    KeyRotated(old="a" * 64, key="b" * 64, record_key="00", checkpoint_key="00", proof="00"),
    SignerDown(signer="a" * 64, since="2026-01-05", detail="USB"),
    ClockJumped(by=-5_000_000),
    VersionChanged(before="1", after="2"),
    ConfigurationChanged(before="a" * 64, after="b" * 64),
    PersonErased(person="p", kept=(), kept_until=""),
    TechnicalEvent(code=jet.BACKUP, detail="clé USB"),
    TillStarted(version="1", after=PreviousEnd.CRASH, configuration="", catalog=""),
    CatalogChanged(catalog="c" * 64),
]


def test_a_year_s_technical_events_have_their_codes() -> None:
    events = [*(record.event for record in year(1, days=120).records), *MORE]
    found = {entry.code for event in events if (entry := jet.jet_line(event))}
    there = {
        jet.START, jet.FIRST_START, jet.STOP, jet.CLOSURE, jet.ABANDONED, jet.DUPLICATE,
        jet.PRINTER, jet.FLOAT, jet.CASH, jet.COUNT, jet.DRAWER, jet.PAYMENT, jet.REPORT,
        jet.TRAINING, jet.TRAINING_END, jet.KEYS, jet.KEYS_ROTATED, jet.DEGRADED, jet.CLOCK,
        jet.VERSION, jet.SETTINGS, jet.ERASURE, jet.BACKUP, jet.CRASH, jet.CATALOG,
    }  # fmt: skip
    assert found == there
    assert all(jet.JetLine(code).label for code in found)


def test_a_code_that_a_newer_version_wrote_has_no_label_here() -> None:
    entry = jet.jet_line(TechnicalEvent(code=999, detail="x"))
    assert entry and (entry.code, entry.label, entry.detail) == (999, "", "x")


def test_the_page_has_every_code() -> None:
    page = (ROOT / "docs" / "closing.md").read_text()
    rows = dict(re.findall(r"^\| (\d+) \| (.+?) \|", page, re.M))
    assert rows == {str(code): label for code, label in jet.CODES.items()}


def test_a_z_on_paper() -> None:
    shop = year(1, days=30)
    closed = [r for r in shop.records if isinstance(r.event, PeriodClosed)]
    for record in closed[-3:]:
        assert isinstance(record.event, PeriodClosed)
        head = record.hash.hex()
        paper = report.closure(SIMULATED, record.event, record.moment, head=head)
        text = plain(paper)
        totals = record.event.totals
        assert text.count("*** SIMULATION ***") == 2
        assert f"{euros(totals.net)} €" in text
        assert all(f"({each.count})" in text for each in totals.tenders)
        assert "".join(text.split()).count(head) == 1
        assert max(map(len, text.splitlines())) <= 42
    assert "CLOTURE DU MOIS 01/2026" in text


def test_an_x_on_paper_closes_nothing() -> None:
    shop = year(1, days=0)
    shop.start()
    shop.sale()
    book = shop.running.book
    read = PeriodReported(session=book.session, totals=book.day.totals)
    text = plain(report.reading(TILL, read, shop.moment()))
    assert "LECTURE X" in text and "PERPETUEL" not in text
    shop.add(read)
    assert shop.running.book.day.totals == book.day.totals
