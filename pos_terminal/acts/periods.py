"""Closing a day, a month or a year at a command."""

from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.acts.keeper import Keeper
from pos_terminal.channel.acts import Actor
from pos_terminal.domain.events.period import Period, PeriodClosed
from pos_terminal.domain.moment import Moment


class ClosePeriod(Asked, frozen=True, kw_only=True):
    """Which period; `carry` takes open sales over into the next day.

    `because` says why a month or a year is closed that is not over.
    """

    period: Period
    carry: bool = False
    because: str = ""


class ClosureMade(Struct, frozen=True):
    """The closure, and its record's number, moment and hash."""

    seq: int
    moment: Moment
    head: str
    closed: PeriodClosed


async def close(keeper: Keeper, asked: ClosePeriod, actor: Actor) -> ClosureMade:
    """Make the Z."""
    reason = asked.because.strip()
    said = f"close {asked.period.value}{f', avant sa fin : {reason}' if reason else ''}"
    record = await keeper.close_period(
        asked.period, [given(said, asked, actor)], carry=asked.carry, early=bool(reason)
    )
    if not isinstance(record.event, PeriodClosed):
        raise TypeError(f"record {record.seq} is no closure")
    return ClosureMade(record.seq, record.moment, record.hash.hex(), record.event)
