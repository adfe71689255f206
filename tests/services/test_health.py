"""The service «health»: facts from files that look like a Raspberry Pi's, and a till's silence."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from pos_service_health import box, pos_health_checks, pos_services
from pos_service_health.rounds import Rounds
from pos_service_health.settings import HealthSettings
from pos_terminal.agent.hookspecs import Check
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.settings import BadSettings
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.agent import FakeTill, SetClock, stores


@asynccontextmanager
async def world(
    folder: Path, checks: Iterable[Check] = (), **table: object
) -> AsyncIterator[Agent]:
    """The world of the service, over real files and a till's socket."""
    clock = SetClock()
    given = FakeTill(folder).settings
    given = msgspec.structs.replace(given, tables=Raw(msgspec.json.encode({"health": table})))
    async with stores(folder) as opened:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        till = TillClient(AsyncClient(folder / "till", patience=1.0), clock, pauses=(0.05,))
        yield Agent(
            "health", till=till, incidents=book, clock=clock, stores=opened, given=given,
            checks=lambda: checks,
        )  # fmt: skip


def there(agent: Agent) -> dict[str, str]:
    return {row.subject: f"{row.code} {row.detail}".rstrip() for row in agent.incidents}


def pi(folder: Path, degrees: int = 50, volts: int = 0) -> Path:
    """A /sys as a Raspberry Pi 4 shows it, as far as it is looked at."""
    for place, text in {
        "class/thermal/thermal_zone0/temp": f"{degrees}123\n",
        "class/hwmon/hwmon0/name": "cpu_thermal\n",
        "class/hwmon/hwmon1/name": "rpi_volt\n",
        "class/hwmon/hwmon1/in0_lcrit_alarm": f"{volts}\n",
    }.items():
        path = folder / "sys" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "sys"


def meminfo(folder: Path, available: int) -> Path:
    path = folder / "meminfo"
    path.write_text(f"MemTotal:  1000000 kB\nMemFree: 1 kB\nMemAvailable:  {available} kB\n")
    return path


def looked(checks: Iterable[Check]) -> dict[str, list[tuple[Fault, str]]]:
    return {check.subject: list(check.look()) for check in checks}


def test_a_box_that_is_well(tmp_path: Path) -> None:
    given = HealthSettings(disks=(str(tmp_path),), disk_free=0, network=False)
    checks = box.checks(given, SetClock(), pi(tmp_path), meminfo(tmp_path, 900_000))
    assert looked(checks) == {
        f"disk {tmp_path}": [], "heat": [], "power": [], "memory": [], "clock": [],
    }  # fmt: skip


def test_a_box_that_is_not(tmp_path: Path) -> None:
    given = HealthSettings(disks=("/proc/self",), disk_free=101, network=False)
    clock = SetClock()
    clock.sure = False
    sys, memory = pi(tmp_path, degrees=84, volts=1), meminfo(tmp_path, 70_000)
    checks = list(box.checks(given, clock, sys, memory))
    assert looked(checks)["clock"] == [], "it may still find a time server"
    clock.go(700)
    found = looked(checks)
    (low,) = found.pop("disk /proc/self")
    assert low[0] is faults.DISK_LOW
    assert found == {
        "heat": [(faults.BOX_HOT, "84 °C")],
        "power": [(faults.UNDER_VOLTAGE, "< 4,63 V")],
        "memory": [(faults.MEMORY_LOW, "7 %, 68 MiB")],
        "clock": [(faults.CLOCK_DOUBTED, "")],
    }


def facts(*, free: int) -> os.statvfs_result:
    """A disk of 1,000 MiB with so many MiB free for programs, and 50 more for root."""
    return os.statvfs_result((1 << 20, 1 << 20, 1000, free + 50, free, 0, 0, 0, 0, 255))


def test_a_disk_that_is_nearly_full() -> None:
    assert list(box.judged("/", facts(free=90), 10)) == [(faults.DISK_LOW, "/: 9 %, 90 MiB")]
    assert list(box.judged("/", facts(free=100), 10)) == []


# As the agent sees it under its unit: mounted read-only for it, on filesystems that are not.
MOUNTS = r"""
26 1 254:1 / / ro,relatime shared:1 - ext4 /dev/mmcblk0p2 rw,errors=remount-ro
40 26 254:2 / /var/lib ro,nosuid - ext4 /dev/mmcblk0p3 ro,errors=remount-ro
41 40 254:2 /pos-terminal-agent /var/lib/pos-terminal-agent rw - ext4 /dev/mmcblk0p3 ro
42 26 0:33 / /media/clÃ© USB rw - vfat /dev/sda1 ro
""".strip()


def test_a_filesystem_is_read_only_by_its_own_word_not_by_the_agents_view() -> None:
    for folder in ("/", "/var", "/var/library"):
        assert box.filesystem(folder, MOUNTS) == ("ext4", False)
    for folder in ("/var/lib", "/var/lib/x/"):
        assert box.filesystem(folder, MOUNTS) == ("ext4", True)
    over = MOUNTS + "\n43 40 254:9 / /var/lib rw - tmpfs tmpfs rw"
    assert box.filesystem("/var/lib", over) == ("tmpfs", False), "what lies on top counts"


def test_behind_the_walls_of_a_unit_a_sound_disk_is_sound(tmp_path: Path) -> None:
    """ProtectSystem=strict, as systemd makes it: a namespace in which each mount is read-only."""
    need(os.geteuid() == 0, "root, who may mount,", "sudo make test")
    look = (
        "import os, sys; from pos_service_health import box\n"
        "print(bool(os.statvfs('/').f_flag & os.ST_RDONLY), [*box.disk('/', 0)])"
    )
    walls = 'mount -o remount,bind,ro / && exec "$@"'
    seen = subprocess.run(
        ["unshare", "--mount", "sh", "-c", walls, "sh", sys.executable, "-B", "-c", look],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert seen.stdout == "True []\n", "read-only to whoever looks, and no finding"


def test_a_flashed_boxs_system_is_neither_full_nor_broken(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text("26 1 254:5 / / ro,relatime - erofs /dev/vda5 ro")
    assert list(box.disk("/", 101, tmp_path / "mountinfo")) == []


def test_a_disk_made_read_only_is_said(tmp_path: Path) -> None:
    (tmp_path / "mountinfo").write_text(MOUNTS)
    found = list(box.disk("/var/lib", 0, tmp_path / "mountinfo"))
    assert found == [(faults.DISK_READ_ONLY, "/var/lib")]


def test_what_a_box_does_not_show_is_not_looked_at(tmp_path: Path) -> None:
    given = HealthSettings(disks=())
    checks = box.checks(given, SetClock(), tmp_path, meminfo(tmp_path, 900_000))
    assert set(looked(checks)) == {"network", "memory", "clock"}


def test_the_disk_that_a_flashed_box_writes_to_is_looked_at_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, none = str(tmp_path), str(tmp_path / "none")
    monkeypatch.setattr(box, "DISKS", (*box.DISKS[:2], data, none))
    assert box.DISKS[:2] == ("/", "/var/lib")
    checks = box.checks(HealthSettings(), SetClock(), tmp_path, meminfo(tmp_path, 900_000))
    disks = [check.subject for check in checks if check.subject.startswith("disk")]
    assert disks == ["disk /", "disk /var/lib", f"disk {data}"]


def test_a_round_reports_and_takes_back(tmp_path: Path) -> None:
    found: list[tuple[Fault, str]] = [(faults.BOX_HOT, "84 °C"), (faults.UNDER_VOLTAGE, "")]
    threads = []

    def look() -> list[tuple[Fault, str]]:
        threads.append(threading.current_thread())
        return found

    check = Check("box", 60, look)

    async def body() -> None:
        async with world(tmp_path) as agent:
            rounds = Rounds(agent)
            await rounds.look(check)
            assert sorted(row.code for row in agent.incidents) == ["B-103", "B-104"]
            del found[0]
            await rounds.look(check)
            assert there(agent) == {"box": "B-104"}
            assert threading.main_thread() not in threads, "a disk that hangs stops no service"

    run(body())


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    def look() -> list[tuple[Fault, str]]:
        raise OSError(5, "Input/output error")

    async def body() -> None:
        async with world(tmp_path) as agent:
            await Rounds(agent).look(Check("disk", 60, look))
            assert there(agent) == {"disk": "B-106 [Errno 5] Input/output error"}

    run(body())


def test_every_plug_ins_checks_are_looked_at(tmp_path: Path) -> None:
    """pos_health_checks of others: their rounds are made by pos_services of this one."""
    checks = [Check(f"subject {n}", 0.01, lambda: [(faults.BOX_HOT, "")]) for n in range(3)]

    async def body() -> None:
        async with world(tmp_path, checks) as agent, asyncio.TaskGroup() as group:
            (rounds,) = [each for each in pos_services(agent) if each.name == "checks"]
            task = group.create_task(rounds.run())
            async with asyncio.timeout(PATIENCE):
                while sorted(there(agent)) != ["subject 0", "subject 1", "subject 2"]:
                    await asyncio.sleep(0.01)
            task.cancel()

    run(body())


def test_its_settings_are_checked(tmp_path: Path) -> None:
    async def body() -> None:
        async with world(tmp_path, disks=["/srv"]) as agent:
            assert "disk /srv" in [check.subject for check in pos_health_checks(agent)]
        async with world(tmp_path, hotest=70) as agent:
            with pytest.raises(BadSettings, match=r"\[service.health\] hotest"):
                list(pos_health_checks(agent))

    run(body())


def test_a_till_that_falls_silent_is_an_incident_until_it_is_back(tmp_path: Path) -> None:
    till = FakeTill(tmp_path)

    async def until(agent: Agent, wanted: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while there(agent).get("till", "").partition(" ")[0] != wanted:
                await asyncio.sleep(0.01)

    async def body() -> None:
        async with world(tmp_path) as agent, asyncio.TaskGroup() as group:
            (watch,) = [each for each in pos_services(agent) if each.name == "till"]
            tasks = [
                group.create_task(agent.till.watch()),
                group.create_task(watch.run()),
            ]
            await until(agent, "C-141")
            async with till.up():
                await until(agent, "")
            await until(agent, "C-141")
            async with till.up():
                await until(agent, "")
            for task in tasks:
                task.cancel()

    run(body())
