"""How often each may come: so many at once, and so many a second for ever."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

REMEMBERED = 256
"""Who is remembered; there are fewer addresses, and tokens, in a shop."""


class Buckets:
    """One for each name: full at first, filled `a_second` up to `at_once`, emptied one by one."""

    def __init__(
        self, at_once: float, a_second: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._at_once = at_once
        self._a_second = a_second
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def may(self, name: str) -> bool:
        """Whether it may come now; if so, it has."""
        left, now = self._now(name), self._clock()
        self._left[name] = (left - (left >= 1), now)
        self._left.move_to_end(name)
        while len(self._left) > REMEMBERED:
            self._left.popitem(last=False)
        return left >= 1

    def empty(self, name: str) -> bool:
        """Whether it may not come now."""
        return self._now(name) < 1

    def _now(self, name: str) -> float:
        left, then = self._left.get(name, (float(self._at_once), self._clock()))
        return min(self._at_once, left + (self._clock() - then) * self._a_second)
