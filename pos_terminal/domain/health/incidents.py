"""The one table of incidents: (subject, code), opened, repeated, flapping, recovered. Pure.

What is reported changes the table at once; what people are told follows in `tick`, some seconds
later, so that a blip is not told at all and a cause is known before its consequences are. Times are
microseconds UTC and come from outside.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.faults import Fault, by_code
from pos_terminal.domain.health.causes import silences

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

SETTLING = 5 * SECOND
"""An incident is told once it is that old: a till that systemd starts again is back in two seconds,
and of a low voltage and the printer that it drops the printer is noticed first."""

AGAIN = (15 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR)
"""An incident that lasts is told again so long after it was last; the last one repeats."""

OFTEN = 3
"""Openings within WINDOW of an incident that flaps: told so once, and then left alone."""

WINDOW = 30 * MINUTE
CALM = 10 * MINUTE
"""An incident that flaps has recovered once it has been good for so long."""

MOST = 5
"""Tellings of one incident in an hour: what comes and goes in whatever rhythm is a mail to nobody
beyond them. What there is still to tell then is told once there is room."""

ROOM = 1000
"""Incidents in the table at most: a source that makes up subjects fills this, not the disk."""


class Told(StrEnum):
    """What there is to say about an incident."""

    OPENED = "opened"
    REPEATED = "repeated"
    FLAPPING = "flapping"
    RECOVERED = "recovered"


class TableFull(ValueError):
    """There are as many open incidents as there may be, and this would be another."""


class Incident(Struct, frozen=True, kw_only=True):
    """One trouble with one subject. `opened` holds the latest openings, the last of them its own.

    `ended` is since when it is good, None while it is not; `cause` is the code of the incident that
    silences it; `told` is what was said of it last, at `told_at`, and `tellings` how often since it
    opened; `lately` is when it was told of the last few times, whatever was said.
    """

    subject: str
    code: str
    detail: str = ""
    opened: tuple[int, ...]
    seen: int
    settling: int
    reports: int = 1
    ended: int | None = None
    flapping: bool = False
    cause: str = ""
    told: Told = Told.RECOVERED
    told_at: int = 0
    tellings: int = 0
    lately: tuple[int, ...] = ()

    @property
    def fault(self) -> Fault:
        """What the table of faults says of it. KeyError for a code of a later version."""
        return by_code(self.code)

    @property
    def since(self) -> int:
        """When it opened."""
        return self.opened[-1]

    @property
    def open(self) -> bool:
        """Whether it is there: one that flaps is, until it has been good for long enough."""
        return self.ended is None or self.flapping


class Change(Struct, frozen=True):
    """Something to tell: what, and the incident as it then stood."""

    what: Told
    at: int
    incident: Incident


Key = tuple[str, str]


class Incidents:
    """The table. `touched` are the rows that changed since it was last emptied, or went."""

    def __init__(self, incidents: Iterable[Incident] = ()) -> None:
        self._rows: dict[Key, Incident] = {(row.subject, row.code): row for row in incidents}
        self.touched: set[Key] = set()

    def __iter__(self) -> Iterator[Incident]:
        """The incidents that are there, the oldest first."""
        return iter(sorted((row for row in self._rows.values() if row.open), key=lambda r: r.since))

    def row(self, key: Key) -> Incident | None:
        """The row of (subject, code), that of one just over as well; None: nothing known."""
        return self._rows.get(key)

    def report(self, subject: str, code: str, at: int, detail: str = "") -> None:
        """It is bad: opened, or seen once more. TableFull where there is no room for another."""
        row = self._rows.get((subject, code))
        if row is None:
            self._make_room()
            row = Incident(
                subject=subject, code=code, detail=detail, opened=(at,), seen=at, settling=at
            )
        else:
            if row.ended is not None:
                row = _reopened(row, at)
            row = replace(row, seen=at, reports=row.reports + 1, detail=detail or row.detail)
        self._put(row)

    def recover(self, subject: str, code: str, at: int) -> None:
        """It is good. Of what was not known to be bad there is nothing to say."""
        row = self._rows.get((subject, code))
        if row is not None and row.ended is None:
            self._put(replace(row, ended=at))

    def recover_others(self, subject: str, codes: Iterable[str], at: int) -> None:
        """Whatever is wrong with `subject` is in `codes`, and all else about it is good."""
        bad = set(codes)
        for row in [row for row in self._rows.values() if row.subject == subject]:
            if row.code not in bad:
                self.recover(subject, row.code, at)

    def tick(self, at: int) -> list[Change]:
        """What there is to tell by now, the oldest first; what is over for long is forgotten."""
        changes = []
        # Not of one that flaps and is good just now: nothing that is bad then follows from it.
        causes = sorted({row.code for row in self._rows.values() if row.ended is None})
        for key, row in sorted(self._rows.items(), key=lambda item: item[1].since):
            now = _with_cause(row, causes, at)
            what = _due(now, at) if _has_room(now, at) else None
            if what is not None:
                now = _said(now, what, at)
                changes.append(Change(what, at, now))
            self._put(now)
            if not now.open and now.told is Told.RECOVERED and _passed(now.ended or 0, HOUR, at):
                self._drop(key)
        return changes

    def _put(self, row: Incident) -> None:
        key = (row.subject, row.code)
        if self._rows.get(key) != row:
            self._rows[key] = row
            self.touched.add(key)

    def _drop(self, key: Key) -> None:
        del self._rows[key]
        self.touched.add(key)

    def _make_room(self) -> None:
        if len(self._rows) < ROOM:
            return
        over = [(row.seen, key) for key, row in self._rows.items() if not row.open]
        if not over:
            raise TableFull(f"{ROOM} incidents are open")
        self._drop(min(over)[1])


def _reopened(row: Incident, at: int) -> Incident:
    """An incident that had ended, and is there again."""
    recent = tuple(moment for moment in row.opened if 0 <= at - moment < WINDOW)
    opened = (*recent, at)[-OFTEN:]
    flapping = row.flapping or len(opened) == OFTEN
    settling = row.settling if row.flapping else at
    return replace(row, opened=opened, ended=None, flapping=flapping, settling=settling)


def _with_cause(row: Incident, causes: list[str], at: int) -> Incident:
    """With the cause that silences it now, if any."""
    cause = next((each for each in causes if silences(each, row.code)), "")
    if cause == row.cause:
        return row
    # A cause that is over leaves its consequences some seconds to end by themselves.
    return replace(row, cause=cause, settling=at)


def _due(row: Incident, at: int) -> Told | None:
    """What there is to tell of an incident at that moment."""
    if row.ended is not None and _passed(row.ended, CALM if row.flapping else 0, at):
        return Told.RECOVERED if row.told is not Told.RECOVERED else None
    if row.cause or not _passed(row.settling, SETTLING, at):
        return None
    if row.flapping and row.told is not Told.FLAPPING and row.told is not Told.REPEATED:
        return Told.FLAPPING
    if row.told is Told.RECOVERED:
        return Told.OPENED
    lasting = not row.flapping or (row.ended is None and _passed(row.since, CALM, at))
    return Told.REPEATED if lasting and _passed(row.told_at, _again(row), at) else None


def _has_room(row: Incident, at: int) -> bool:
    return sum(0 <= at - moment < HOUR for moment in row.lately) < MOST


def _said(row: Incident, what: Told, at: int) -> Incident:
    row = replace(row, told=what, told_at=at, lately=(*row.lately, at)[-MOST:])
    if what is Told.RECOVERED:
        return replace(row, tellings=0, flapping=False, reports=0)
    return replace(row, tellings=row.tellings + 1)


def _again(row: Incident) -> int:
    return AGAIN[min(max(row.tellings, 1), len(AGAIN)) - 1]


def _passed(since: int, span: int, at: int) -> bool:
    """Whether that long has gone by. Before `since` the clock was set back: better told twice."""
    return at < since or at - since >= span
