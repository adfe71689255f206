"""A moment as a record keeps it: the shop's own time, the world's, and the machine's."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class Trust(StrEnum):
    """How far the wall clock can be relied upon (a Raspberry Pi has no clock of its own)."""

    SYNCHRONISED = "synchronised"
    UNVERIFIED = "unverified"
    SIMULATED = "simulated"


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
