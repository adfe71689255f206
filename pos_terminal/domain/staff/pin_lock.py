"""Wrong PINs: how many, and how long none is taken after too many. Pure, folded from the events.

The state runs through the records, so pulling the plug gives nobody a further try.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.staff import (
    AuthorityGiven,
    ClerkChanged,
    OperatorLocked,
    OperatorRefused,
    OperatorSignedOn,
)
from pos_terminal.domain.events.values import ClerkChange, SignOnMeans

FREE = 2
"""Wrong PINs that cost nothing: fingers slip. From the next one on each locks."""

SHORTEST, LONGEST = 30_000_000, 3_600_000_000
"""Microseconds of the first lock, and of the longest: each is twice the one before."""


class Tries(Struct, frozen=True):
    """Wrong PINs since the last right one, and the end of the lock in microseconds of UTC."""

    wrong: int = 0
    until: int = 0


Wrong = Mapping[int, Tries]
"""By operator; who is not in it has no wrong PIN."""


def after(wrong: Wrong, event: Event) -> Wrong:
    """The state after `event`; the same object where it changes nothing.

    A badge proves nothing about the PIN, and leaves the count as it is.
    """
    match event:
        case ClerkChanged(operator=operator, change=ClerkChange.PIN):
            return without(wrong, operator)  # what was tried was another's digits
        case OperatorRefused(operator=operator, tries=tries):
            return {**wrong, operator: replace(wrong.get(operator, Tries()), wrong=tries)}
        case OperatorLocked(operator=operator, until=until):
            return {**wrong, operator: replace(wrong.get(operator, Tries()), until=until)}
        case OperatorSignedOn(operator=right, by=SignOnMeans.PIN) | AuthorityGiven(authority=right):
            return without(wrong, right)
    return wrong


def without(wrong: Wrong, operator: int) -> Wrong:
    """Nothing counts against this operator any more; the same object where nothing did."""
    if operator not in wrong:
        return wrong
    return {number: tries for number, tries in wrong.items() if number != operator}


def locked(wrong: Wrong, operator: int, utc: int) -> bool:
    """Whether no PIN of the operator is taken now.

    A lock that would end later than the longest one can was set by a clock that has been put back
    since: it is over, or nobody would know until when it holds. The count goes on.
    """
    return 0 < wrong.get(operator, Tries()).until - utc <= LONGEST


def refused(wrong: Wrong, operator: int, utc: int) -> tuple[Event, ...]:
    """What a wrong PIN records."""
    tries = wrong.get(operator, Tries()).wrong + 1
    noted = OperatorRefused(operator=operator, tries=tries)
    over = tries - FREE
    if over <= 0:
        return (noted,)
    lasts = min(SHORTEST << min(over - 1, 10), LONGEST)
    return noted, OperatorLocked(operator=operator, until=utc + lasts)
