"""Wrong PINs and vouchers: how many, and how long none is taken after too many. Pure, folded.

The state runs through the records, so pulling the plug gives nobody a further try.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.prepaid import VoucherMoved, VoucherRefused
from pos_terminal.domain.events.staff import (
    AuthorityGiven,
    ClerkChanged,
    OperatorLocked,
    OperatorRefused,
    OperatorSignedOn,
)
from pos_terminal.domain.events.values import ClerkChange, SignOnMeans

VOUCHERS = 0
"""The place of vouchers' numbers among the operators, who are numbered from 1."""

FREE = 2
"""Wrong ones that cost nothing: fingers slip. From the next one on each locks."""

SHORTEST, LONGEST = 30_000_000, 3_600_000_000
"""Microseconds of the first lock, and of the longest: each is twice the one before."""


class Tries(Struct, frozen=True):
    """Wrong ones since the last right one, and the end of the lock in microseconds of UTC."""

    wrong: int = 0
    until: int = 0


Wrong = Mapping[int, Tries]
"""By operator, and under VOUCHERS; who is not in it has no wrong PIN."""


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
        case VoucherRefused(tries=tries, until=until):
            had = wrong.get(VOUCHERS, Tries())
            return {**wrong, VOUCHERS: Tries(tries, until or had.until)}
        # Used, not looked at: else who has one good voucher could try others for ever.
        case VoucherMoved(amount=amount) if amount < 0:
            return without(wrong, VOUCHERS)
    return wrong


def without(wrong: Wrong, operator: int) -> Wrong:
    """Nothing counts against this operator any more; the same object where nothing did."""
    if operator not in wrong:
        return wrong
    return {number: tries for number, tries in wrong.items() if number != operator}


def locked(wrong: Wrong, operator: int, utc: int) -> bool:
    """Whether no PIN of the operator is taken now, or no voucher.

    A lock that would end later than the longest one can was set by a clock that has been put back
    since: it is over, or nobody would know until when it holds. The count goes on.
    """
    return 0 < wrong.get(operator, Tries()).until - utc <= LONGEST


def refused(wrong: Wrong, operator: int, utc: int) -> tuple[Event, ...]:
    """What a wrong PIN records."""
    tries = wrong.get(operator, Tries()).wrong + 1
    noted, lasts = OperatorRefused(operator=operator, tries=tries), _lasts(tries)
    return (noted, OperatorLocked(operator=operator, until=utc + lasts)) if lasts else (noted,)


def voucher_refused(wrong: Wrong, utc: int) -> VoucherRefused:
    """What a voucher's number records that no voucher has."""
    tries = wrong.get(VOUCHERS, Tries()).wrong + 1
    lasts = _lasts(tries)
    return VoucherRefused(tries=tries, until=utc + lasts if lasts else 0)


def _lasts(tries: int) -> int:
    """Microseconds of the lock that so many wrong ones lead to; 0: none."""
    over = tries - FREE
    return min(SHORTEST << min(over - 1, 10), LONGEST) if over > 0 else 0
