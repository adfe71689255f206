"""A share of the loop's time for all connections together, so that no client delays a key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

REST = 9
"""How much longer than the work the pause behind it is: the channel has a tenth of the loop."""

LONGEST = 0.25
"""Seconds of one pause at most."""

SAVED = 0.02
"""Seconds of pause that a channel at rest has taken in advance: so that one call, some slices of a
fifth of a millisecond, waits for none. A loop sleeps for a whole millisecond at least.
"""


class Pace:
    """Hands out turns, one at a time, in the order in which they are asked for.

    A turn is a slice of work that waits for nothing. The pause behind it is as long as its work
    deserves, whoever comes next: a flood of cheap calls gets no more of the loop than one dear one.
    A channel that did nothing before has some of it behind it already.
    """

    def __init__(self) -> None:
        self._one = asyncio.Lock()
        self._free_at = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        async with self._one:
            # At least once through the loop: what arrived meanwhile from the counter goes first.
            await asyncio.sleep(max(0.0, self._free_at - monotonic()))
            began = monotonic()
            try:
                yield
            finally:
                worked = monotonic() - began
                paused = max(self._free_at, began - SAVED)
                self._free_at = paused + worked + min(REST * worked, LONGEST)
