"""How far the wall clock can be trusted, told from moments alone. Pure.

A Raspberry Pi has no clock that runs while it is off: it wakes up in the past, and jumps forward
once a time server has answered. Selling goes on all the while; the records say what was known.
"""

from datetime import UTC, datetime

from pos_terminal.domain.events.system import ClockJumped
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.notation import day_and_hour

JUMP = 2_000_000
"""Microseconds by which the wall clock may part from the machine's own before it is a jump."""

BEFORE_US = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
"""No till ran this program before: a clock that says so was never set."""


def jump(before: Moment, now: Moment) -> ClockJumped | None:
    """What the wall clock did between two moments that follow one another, if it jumped.

    Within a boot it is held to the monotonic clock, which nobody sets. Over a restart of the
    machine all that shows is a clock that went back.
    """
    if Trust.SIMULATED in (before.trust, now.trust):
        return None
    by = now.utc - before.utc
    if before.boot == now.boot:
        by -= now.mono - before.mono
        return ClockJumped(by=by) if abs(by) > JUMP else None
    return ClockJumped(by=by) if by < -JUMP else None


DAY = 86_400 * 1_000_000

CLOSED_FOR = 62 * DAY
"""Microseconds that a shop may be closed: a battery alone does not vouch for more."""

APART = 60_000_000
"""Microseconds by which the system's clock and the one with a battery may differ: they drift."""

DRIFT = 2000
"""A clock that nobody sets goes wrong by no more than one part in so many (the kernel's limit)."""


def still_holds(vouched: Moment, now: Moment) -> bool:
    """Whether a clock that was vouched for then has run on since, and nobody set it."""
    if vouched.boot != now.boot:
        return False
    run = now.mono - vouched.mono
    return abs(now.utc - vouched.utc - run) <= JUMP + abs(run) // DRIFT


def kept(now: Moment, battery: int, last: Moment | None, known: str) -> bool:
    """Whether a battery has kept this clock: the one beside it says the same, and it can be so.

    `battery` is its time in microseconds since 1970, `last` the last record's; `known` as for
    `can_be`.
    """
    if abs(now.utc - battery) > APART:
        return False
    if last is None or last.trust is Trust.SIMULATED:
        return now.utc >= BEFORE_US
    first, end = can_be(last, known)
    return first <= now.utc <= end


def can_be(last: Moment, known: str) -> tuple[int, int]:
    """From when to when a clock can be right that nothing else vouches for, in microseconds.

    `last` is the last record's moment, `known` the last date of one that was vouched for. By a
    record that nothing vouched for no date is believed: whoever sets a clock has one made, and then
    another two months behind it. It counts only where nothing ever vouched for any.
    """
    since = datetime.fromisoformat(f"{known}T00:00+00:00")
    first = int(since.timestamp()) * 1_000_000
    if last.trust is Trust.UNVERIFIED and first > BEFORE_US:
        return first - DAY, first + 2 * DAY + CLOSED_FOR  # by whatever zone that date was
    return last.utc - JUMP, last.utc + CLOSED_FOR


def doubtful(now: Moment, last: Moment | None) -> str:
    """Why this clock, which nobody has verified, is surely wrong, in French; else nothing."""
    if now.trust is not Trust.UNVERIFIED:
        return ""
    if now.utc < BEFORE_US:
        return f"l'horloge dit {day_and_hour(now.at)} : elle n'a pas été mise à l'heure"
    if last and last.trust is not Trust.SIMULATED and now.utc < last.utc - JUMP:
        recorded = f"le dernier enregistrement ({day_and_hour(last.at)})"
        return f"l'horloge dit {day_and_hour(now.at)}, avant {recorded}"
    return ""
