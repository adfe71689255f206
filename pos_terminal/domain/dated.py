"""Values in force from a date on: prices, VAT rates, legal limits."""

from collections.abc import Iterable
from datetime import date
from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Dated(Struct, Generic[T], frozen=True):
    """Values in force from a date on, in the order of their dates."""

    starts: tuple[tuple[date, T], ...]

    def on(self, day: date) -> T | None:
        """The value in force on that day; None before the first."""
        value = None
        for start, later in self.starts:
            if start > day:
                break
            value = later
        return value


def dated(values: Iterable[tuple[date, T]]) -> Dated[T]:
    """The values in the order of their dates; ValueError where two share a date."""
    starts = tuple(values)
    if len(starts) > 1:
        starts = tuple(sorted(starts, key=lambda start: start[0]))
        if len({day for day, _ in starts}) < len(starts):
            raise ValueError("two values from the same date")
    return Dated(starts)
