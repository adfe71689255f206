"""What time it is, for the journal: the system's clock, and how far it can be trusted."""

import time
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

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
        """The present moment, trusted once the clock has been synchronised since boot."""
        utc = time.time_ns() // 1000
        return moment(
            utc,
            self._zone,
            boot=self._boot,
            trust=Trust.SYNCHRONISED if is_synchronised() else Trust.UNVERIFIED,
        )


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
