"""A moment as a record keeps it: the shop's own time, the world's, and the machine's."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct


class Trust(StrEnum):
    """How far the wall clock can be relied upon (a Raspberry Pi has no clock of its own)."""

    SYNCHRONISED = "synchronised"
    """Set from a time server since the machine started, and not by hand since then."""
    KEPT = "kept"
    """Kept by a battery while the machine was off, and not set by hand since then."""
    UNVERIFIED = "unverified"
    SIMULATED = "simulated"

    @property
    def vouched(self) -> bool:
        """Whether anything but the clock itself says that it is right, in whichever world."""
        return self is not Trust.UNVERIFIED

    @property
    def real(self) -> bool:
        """Whether it is vouched for, and the time of this world: what the law keeps ends by it."""
        return self in (Trust.SYNCHRONISED, Trust.KEPT)


class Moment(Struct, frozen=True):
    """When something was decided.

    `at` is local time with its offset, ISO 8601 to the millisecond; `utc` is microseconds since
    1970; `mono` is microseconds of the boot named by `boot`, which no clock setting moves.
    """

    at: str
    utc: int
    mono: int
    boot: str
    trust: Trust

    @property
    def local(self) -> datetime:
        """`at` as a datetime with its offset."""
        return datetime.fromisoformat(self.at)

    @property
    def day(self) -> date:
        """The calendar date in the shop, by which prices and VAT rates hold."""
        return date.fromisoformat(self.at[:10])


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or that month's last one: a sum of days would miss it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day.day - 1), last)
