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
NET = Path("/proc/net")
MOUNTS = Path("/proc/self/mountinfo")

DISKS = ("/", "/var/lib", "/data")
"""The folders whose disks are looked at, of those that there are: the third is where a flashed box
writes, whose first is an image and whose second is memory."""

IMAGES = ("erofs", "squashfs", "iso9660")
"""Filesystems that are made once, full and for reading: a flashed box's system is one."""

WEAR = "block/mmcblk*/device/life_time"
"""An eMMC's own estimate of its wear, for two kinds of cells: 0x01 is up to 10 % of its life, 0x0a
up to 100 %, 0x0b beyond (kernel: Documentation/driver-api/mmc/mmc-dev-attrs). A card has none.
"""
WORN = 0x0A

ERRORS = "fs/ext4/*/errors_count"
"""Errors that ext4 has found and noted in its superblock since fsck last cleared them
(kernel: Documentation/ABI/testing/sysfs-fs-ext4)."""

SELDOM = 3600.0
"""Seconds between two looks at what takes months."""

UNTRUSTED = 600.0
"""Seconds after its start in which a box may look for a time server before it is said."""


def checks(
    given: HealthSettings, clock: Clock, sys: Path = SYS, meminfo: Path = MEMINFO, net: Path = NET
) -> Iterable[Check]:
    """What there is to look at on this box."""
    for folder in filter(os.path.isdir, DISKS) if given.disks is None else given.disks:
        yield Check(f"disk {folder}", given.every, partial(disk, folder, given.disk_free))
    if any(thermometers(sys)):
        yield Check("heat", given.every, partial(heat, given.hottest, sys))
    if any(volt_meters(sys)):
        yield Check("power", given.every, partial(power, sys))
    if any(sys.glob(WEAR)) or any(sys.glob(ERRORS)):
        yield Check("card", SELDOM, partial(card, sys))
    if given.network:
        yield Check("network", given.every, partial(network, net))
    yield Check("memory", given.every, partial(memory, given.memory_free, meminfo))
    yield Check("clock", given.every, partial(time_source, clock, clock.monotonic()))


def disk(folder: str, wanted: int, mounts: Path = MOUNTS) -> Found:
    """Room on a disk, and whether the kernel has made it read-only after a write that failed."""
    kind, read_only = filesystem(folder, mounts.read_text())
    if kind in IMAGES:
        return
    if read_only:
        yield faults.DISK_READ_ONLY, folder
    yield from judged(folder, os.statvfs(folder), wanted)


def filesystem(folder: str, mountinfo: str) -> tuple[str, bool]:
    """Which filesystem lies under that folder, and whether it is read-only by its own options
    (proc_pid_mountinfo(5)).

    Not by statvfs, nor by the mount's: the agent's unit (ProtectSystem=) gives it a view of its own
    in which all is read-only, on the soundest of disks.
    """
    found, deepest = ("", False), -1
    for line in mountinfo.splitlines():
        mount, _, about = line.partition(" - ")
        # Blanks and backslashes are written in octal there.
        point = re.sub(r"\\([0-7]{3})", lambda each: chr(int(each[1], 8)), mount.split()[4])
        point = point.rstrip("/") + "/"
        # The last of several at one place lies on top.
        if f"{folder.rstrip('/')}/".startswith(point) and len(point) >= deepest:
            kind, _, options = about.split()[:3]
            found, deepest = (kind, "ro" in options.split(",")), len(point)
    return found


def judged(folder: str, facts: os.statvfs_result, wanted: int) -> Found:
    """What a disk's facts (statvfs(3)) say; `wanted` percent should be free."""
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


def card(sys: Path) -> Found:
    """Whether the card, or the disk, is at its end by its own word, or was found with errors."""
    for file in sorted(sys.glob(WEAR)):
        worst = max((int(word, 16) for word in file.read_text().split()), default=0)
        if worst >= WORN:
            yield faults.CARD_WORN, f"{file.parts[-3]}: {worst:#04x}"
    for file in sorted(sys.glob(ERRORS)):
        count = int(file.read_text())
        if count:
            yield faults.DISK_ERRORS, f"{file.parts[-2]}: {count}"


def network(net: Path) -> Found:
    """Whether the box knows a way out: a default route, by IPv4 or IPv6 (proc_pid_net(5))."""
    four = _rows(net / "route")[1:]
    six = _rows(net / "ipv6_route")
    by_four = any(row[1] == row[7] == "00000000" and row[0] != "lo" for row in four)
    by_six = any(row[0] == "0" * 32 and row[1] == "00" and row[9] != "lo" for row in six)
    if not by_four and not by_six:
        yield faults.NO_NETWORK, ""


def _rows(file: Path) -> list[list[str]]:
    """The rows of a table of the kernel's; none where it has no such protocol."""
    return [line.split() for line in file.read_text().splitlines()] if file.exists() else []


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
