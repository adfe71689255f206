"""Closures of a version that did not count their parts: read, verified, and gone on from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pos_terminal.domain.events.breakdown import COUNTED
from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.events.values import CashMovement
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.book import Book, NotYet
from pos_terminal.journal.chain import Recount, Row
from pos_terminal.journal.record import Record, Running
from tests.support.golden import rows

GOLDEN = Path(__file__).parents[1] / "golden" / "journal" / "0.1.0.plain-closures.jsonl"
OLD = rows(GOLDEN)
NOW = Moment("2026-01-07T09:00:00.000+01:00", 1767772800000000, 1, "boot", Trust.SYNCHRONISED)


PLAIN = ("parts", "section")
FEWER = ("version", "vouchers", "deposits", "families")


def stripped(value: Any, unknown: tuple[str, ...]) -> Any:
    """What an earlier version kept of a book: without these."""
    if isinstance(value, dict):
        return {k: stripped(v, unknown) for k, v in value.items() if k not in unknown}
    return value


def after(count: int, unknown: tuple[str, ...]) -> Running:
    """The state after so many records, as a start has it from an earlier version's checkpoint."""
    recount = Recount()
    for row in OLD[:count]:
        recount.follow(row)
    assert recount.running
    kept = stripped(json.loads(msgspec.json.encode(recount.running.book)), unknown)
    return msgspec.structs.replace(recount.running, book=msgspec.convert(kept, Book))


def test_old_closures_verify_and_say_no_parts() -> None:
    closed = [Record.read(row.rec, row.hash).event for row in OLD]
    totals = [event.totals for event in closed if isinstance(event, PeriodClosed)]
    assert [each.parts for each in totals] == [None] * 4


@pytest.mark.parametrize("unknown", [PLAIN, FEWER], ids=["no parts", "fewer parts"])
@pytest.mark.parametrize("count", range(1, len(OLD) + 1))
def test_an_update_at_any_record_goes_on_and_the_whole_verifies(
    count: int, unknown: tuple[str, ...]
) -> None:
    """Also where two drawers are counted in the day in which the program was updated."""
    running, new = after(count, unknown), list[Row]()

    def add(event: Event) -> None:
        nonlocal running
        record, running = running.stamp(event, NOW)
        new.append(Row(record.seq, record.kind, record.rec, record.hash))

    for event in _day():
        add(event)
    for period in (*_closing(running), Period.DAY):
        opened = tuple(sorted(running.opened)) if period is Period.DAY else ()
        try:
            add(running.book.closure(period, running.seq + 1, NOW.at[:10], carried=opened))
        except NotYet:
            continue
        for event in _day():
            add(event)
    whole = Recount()
    for row in (*OLD[:count], *new):
        whole.follow(row)
    assert whole.running
    assert whole.running.head == running.head
    closures = [Record.read(row.rec, row.hash).event for row in new]
    days = [e for e in closures if isinstance(e, PeriodClosed) and e.period is Period.DAY]
    first, last = days[0].totals.parts, days[-1].totals.parts
    assert first is None if unknown is PLAIN else first and first.version == 0
    assert last is not None, "the next day's are known"
    assert (len(last.drawers), last.version) == (2, COUNTED)


def _day() -> Iterator[Event]:
    yield CashMoved(movement=CashMovement.FLOAT, amount=5000, drawer=2)
    yield CashCounted(counted=4990, expected=5000, drawer=2)
    yield CashMoved(movement=CashMovement.FLOAT, amount=1000)
    yield CashCounted(counted=1000, expected=1000)


def _closing(running: Running) -> tuple[Period, ...]:
    return (Period.DAY, Period.MONTH) if running.book.day.opened else (Period.DAY,)
