"""What time it is, for the journal: the system's clock, and how far it can be trusted."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from pos_terminal.domain.audit.clock import kept, still_holds
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.process.clock import is_synchronised

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Where the till's moments come from."""

    def now(self) -> Moment:
        """The present moment."""


class SystemClock:
    """The machine's clock, in the shop's time zone."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        # Once: it changes with the boot, which this process does not outlive.
        self._boot = BOOT_ID.read_text().strip()

    def now(self) -> Moment:
        """The present moment, trusted while the clock is kept by a time server."""
        utc = time.time_ns() // 1000
        return moment(
            utc,
            self._zone,
            boot=self._boot,
            trust=Trust.SYNCHRONISED if is_synchronised() else Trust.UNVERIFIED,
        )


class VouchedClock:
    """A clock whose trust outlasts what gave it: until it is set by hand, or the machine restarts.

    A network that is away for a night takes nothing from a clock that ran on. `battery` reads the
    clock that set this one as the machine started, in seconds since 1970; None for none.
    """

    def __init__(self, clock: Clock, battery: Callable[[], int | None]) -> None:
        self._clock = clock
        self._battery = battery
        self._vouched: Moment | None = None

    def now(self) -> Moment:
        """The present moment."""
        now = self._clock.now()
        if now.trust is not Trust.UNVERIFIED:
            self._vouched = now
        elif self._vouched and still_holds(self._vouched, now):
            return replace(now, trust=self._vouched.trust)
        return now

    def recall(self, last: Moment | None, known: str) -> None:
        """Go on from the journal's last moment and the last date of one that was vouched for, which
        tell how far a battery is to be believed.
        """
        now = self._clock.now()
        if last and last.trust in (Trust.SYNCHRONISED, Trust.KEPT) and still_holds(last, now):
            self._vouched = self._vouched or last
        elif self._vouched is None:
            # Read but once: on some machines each look at that clock takes a while.
            seconds = self._battery()
            if seconds is not None and kept(now, seconds * 1_000_000, last, known):
                self._vouched = replace(now, trust=Trust.KEPT)


def moment(utc: int, zone: ZoneInfo, *, boot: str, trust: Trust) -> Moment:
    """The moment of `utc` microseconds since 1970 in that zone; `mono` is read now."""
    # Cut to the millisecond before it is made local, so that `at` and `utc` never round apart.
    local = datetime.fromtimestamp(utc // 1000 / 1000, zone)
    return Moment(
        at=local.isoformat(timespec="milliseconds"),
        utc=utc,
        mono=time.monotonic_ns() // 1000,
        boot=boot,
        trust=trust,
    )
