"""Whether the machine's clock can be trusted: a Raspberry Pi has none that outlasts a power cut."""

import ctypes
from contextlib import suppress
from pathlib import Path

CLOCKS = Path("/sys/class/rtc")

ADRIFT = 16_000_000
"""Microseconds of error that the kernel gives a clock which nobody sets (NTP_PHASE_LIMIT)."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` (adjtimex(2)), and more room than the rest of it takes."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_long * 64),
    )


_LIBC = ctypes.CDLL(None)


def is_synchronised() -> bool:
    """Whether whatever keeps it by a time server has done so lately, and nobody set it since.

    The kernel's own answer: it counts how far the clock may be off, from zero at each correction by
    timesyncd, chronyd or ntpd, and at once to the limit when somebody sets the clock. STA_UNSYNC
    says less, since chronyd keeps it set unless the machine's battery clock follows (`rtcsync`).
    """
    said = _Timex()  # no mode: it only reads
    return bool(_LIBC.adjtimex(ctypes.byref(said)) >= 0 and said.maxerror < ADRIFT)


def battery() -> int | None:
    """Seconds since 1970 by the clock with a battery that set this one as the machine started.

    None where there is none. One whose battery died cannot be read, or says a time of years ago.
    """
    for clock in sorted(CLOCKS.glob("rtc*")):
        with suppress(OSError, ValueError):
            if (clock / "hctosys").read_text().strip() == "1":
                return int((clock / "since_epoch").read_text())
    return None
