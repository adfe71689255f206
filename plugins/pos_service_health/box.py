"""Facts of the box, from where Linux shows them. What a box does not show is not looked at."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from pos_service_health.settings import HealthSettings
from pos_terminal.agent.clock import Clock
from pos_terminal.agent.hookspecs import Check
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault

Found = Iterator[tuple[Fault, str]]

SYS = Path("/sys")
MEMINFO = Path("/proc/meminfo")

UNTRUSTED = 600.0
"""Seconds after its start in which a box may look for a time server before it is said."""


def checks(given: HealthSettings, clock: Clock, sys: Path = SYS, meminfo: Path = MEMINFO
           ) -> Iterable[Check]:  # fmt: skip
    """What there is to look at on this box."""
    for folder in given.disks:
        yield Check(f"disk {folder}", given.every, partial(disk, folder, given.disk_free))
    if any(thermometers(sys)):
        yield Check("heat", given.every, partial(heat, given.hottest, sys))
    if any(volt_meters(sys)):
        yield Check("power", given.every, partial(power, sys))
    yield Check("memory", given.every, partial(memory, given.memory_free, meminfo))
    yield Check("clock", given.every, partial(time_source, clock, clock.monotonic()))


def disk(folder: str, wanted: int) -> Found:
    """Room on a disk, and whether the kernel has made it read-only after a write that failed."""
    return judged(folder, os.statvfs(folder), wanted)


def judged(folder: str, facts: os.statvfs_result, wanted: int) -> Found:
    """What a disk's facts (statvfs(3)) say; `wanted` percent should be free."""
    if facts.f_flag & os.ST_RDONLY:
        yield faults.DISK_READ_ONLY, folder
    free = 100 * facts.f_bavail // max(facts.f_blocks, 1)
    if free < wanted:
        left = facts.f_bavail * facts.f_frsize >> 20
        yield faults.DISK_LOW, f"{folder}: {free} %, {left} MiB"


def heat(hottest: int, sys: Path) -> Found:
    """The hottest of the processor's thermometers, in thousandths of °C (sysfs-class-thermal)."""
    degrees = max((int(each.read_text()) // 1000 for each in thermometers(sys)), default=0)
    if degrees >= hottest:
        yield faults.BOX_HOT, f"{degrees} °C"


def power(sys: Path) -> Found:
    """A Raspberry Pi's own meter: below 4.63 V (kernel: Documentation/hwmon/raspberrypi-hwmon)."""
    if any(each.read_text().strip() == "1" for each in volt_meters(sys)):
        yield faults.UNDER_VOLTAGE, "< 4,63 V"


def memory(wanted: int, meminfo: Path) -> Found:
    """What the kernel could give to a new program without swapping (proc_meminfo(5))."""
    fields = dict(re.findall(r"^(\w+): +(\d+) kB$", meminfo.read_text(), re.MULTILINE))
    total, available = int(fields["MemTotal"]), int(fields["MemAvailable"])
    share = 100 * available // total
    if share < wanted:
        yield faults.MEMORY_LOW, f"{share} %, {available >> 10} MiB"


def time_source(clock: Clock, begun: float) -> Found:
    """Whether the clock was set from a time server since the box was switched on."""
    if not clock.trusted() and clock.monotonic() - begun > UNTRUSTED:
        yield faults.CLOCK_DOUBTED, ""


def thermometers(sys: Path) -> Iterator[Path]:
    """Where the processor's temperatures stand."""
    return sys.glob("class/thermal/thermal_zone*/temp")


def volt_meters(sys: Path) -> Iterator[Path]:
    """Where a Raspberry Pi says that its voltage was too low."""
    for name in sys.glob("class/hwmon/hwmon*/name"):
        if name.read_text().strip() == "rpi_volt":
            yield name.with_name("in0_lcrit_alarm")
