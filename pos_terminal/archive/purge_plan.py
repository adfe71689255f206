"""What may be purged, and with what the journal goes on: whole closed days, and their balances."""

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pos_terminal.archive.source import ReadOnlySource, Span, opened
from pos_terminal.domain.events.balances import Balances
from pos_terminal.domain.events.period import (
    Archived,
    BalancesOpened,
    Period,
    PeriodClosed,
    Purged,
)
from pos_terminal.domain.events.system import PersonErased
from pos_terminal.domain.lookup.balances import RunningBalances
from pos_terminal.journal.chain import Row
from pos_terminal.journal.record import Record, Running


class NoPurge(Exception):
    """This cannot be purged; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes: the records `first` to `last`, the closure of the day `label`."""

    first: int
    last: int
    closure: int
    label: str


def plan(
    directory: Path, running: Running, *, before: date | None = None, through: int = 0
) -> Plan:
    """The longest span that may go: the days that opened before a date, or through that closure.

    What is open, or was last sold, still needs its records: NoPurge where that closure would take
    them, and where there is no day before.
    """
    with opened(directory) as source:
        span = source.span(None, None)
        chosen = None
        for record in _records(source, span, "period.closed"):
            closed = record.event
            if isinstance(closed, PeriodClosed) and closed.period is Period.DAY:
                fits = closed.number <= through or (before and closed.label < before.isoformat())
                if fits and (record.seq < running.base or through or chosen is None):
                    chosen = (record.seq, closed)
    if chosen is None:
        raise NoPurge("no day that is still here was closed by then")
    last, closed = chosen
    if through and closed.number != through:
        raise NoPurge(f"there is no closure {through} of a day; the last one is {closed.number}")
    if last >= running.base:
        raise NoPurge(f"an open sale or the last ticket begins at record {running.base}")
    return Plan(span.first, last, closed.number, closed.label)


def opening(directory: Path, last: int) -> BalancesOpened:
    """The balances behind record `last`, counted from the last opening balances on."""
    with opened(directory) as source:
        span = source.span(None, None)
        start = Balances()
        for record in _records(source, span, BalancesOpened.kind):
            event = record.event
            if isinstance(event, BalancesOpened) and event.through == span.first - 1:
                start = event.balances
        running = RunningBalances.starting(start)
        for row in source.rows(Span(span.first, last)):
            running.take(row.record().event)
    return BalancesOpened(through=last, balances=running.balances())


def archived(directory: Path, span: Span, copies: Container[str]) -> str:
    """Which of the copies, by their SHA-256, a record says to be an archive of that span.

    NoPurge where none does: the record is what the verifier holds the purge to.
    """
    with opened(directory) as source:
        for record in _records(source, source.span(None, None), Archived.kind):
            made = record.event
            if not isinstance(made, Archived) or made.sha256 not in copies:
                continue
            if made.first <= span.first <= span.last <= made.last:
                return made.sha256
    raise NoPurge("no record tells of this archive: make another (journal archive)")


def erased(directory: Path, last: int) -> list[PersonErased]:
    """What a purge up to record `last` repeats: who was erased, so that no backup brings them back.

    The last word on each person, where none stands behind `last`.
    """
    with opened(directory) as source:
        words: dict[str, tuple[int, PersonErased]] = {}
        for record in _records(source, source.span(None, None), PersonErased.kind):
            if isinstance(record.event, PersonErased):
                words[record.event.person] = (record.seq, record.event)
    return [event for seq, event in words.values() if seq <= last]


def unfinished(directory: Path) -> int:
    """The last record of a purge that was recorded and then cut short; 0 for none."""
    with opened(directory) as source:
        span = source.span(None, None)
        lasts = [
            record.event.last
            for record in _records(source, span, Purged.kind)
            if isinstance(record.event, Purged)
        ]
        last = max(lasts, default=0)
        return last if last >= span.first or source.holds_bodies(last) else 0


def rows(directory: Path, span: Span) -> Iterator[Row]:
    """The journal's rows of that span."""
    with opened(directory) as source:
        yield from source.rows(span)


def _records(source: ReadOnlySource, span: Span, kind: str) -> Iterator[Record]:
    for row in source.of_kind(span, kind):
        yield row.record()
