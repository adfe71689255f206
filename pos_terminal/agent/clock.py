"""What time it is for the agent and its services."""

import time
from typing import Protocol

from pos_terminal.process.clock import is_synchronised


class Clock(Protocol):
    """Where the agent's moments come from."""

    def utc(self) -> int:
        """Microseconds since 1970. May jump: a box without a battery starts in another year."""

    def monotonic(self) -> float:
        """Seconds that nobody sets."""

    def trusted(self) -> bool:
        """Whether the clock was set from a time server since the box was switched on."""


class SystemClock:
    """The machine's clock."""

    def utc(self) -> int:
        """Microseconds since 1970."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Seconds that nobody sets."""
        return time.monotonic()

    def trusted(self) -> bool:
        """Whether systemd-timesyncd has set it."""
        return is_synchronised()
