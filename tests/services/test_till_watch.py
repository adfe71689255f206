"""The service «health» on the till: what it tells of its devices and itself, and who stopped it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from pos_service_health import box, told
from pos_service_health.settings import HealthSettings
from pos_service_health.till import TillWatch
from pos_service_health.unit import parsed
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.till import Contact, TillClient, TillLink
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from pos_terminal.channel.errors import as_told
from pos_terminal.channel.interface import Closure, Device, Head, Queue, Status
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.testing.running import run
from tests.support.agent import FakeTill, SetClock, stores

NOW = "2025-10-09T10:53:20+02:00"
GIVEN = HealthSettings(exposed=100)


def device(name: str, fault: Fault | None = None) -> Device:
    state = "error" if fault else "idle"
    return Device(name, name, state, "", NOW, fault=as_told(fault) if fault else None)


def status(*devices: Device, own: tuple[Fault, ...] = (), **more: object) -> Status:
    """A till with these devices and troubles; its status names a device's trouble once more."""
    of_devices = [each.fault for each in devices if each.fault]
    all_faults = [*(as_told(fault) for fault in own), *of_devices]
    made = replace(FakeTill(Path())._status(), now=NOW, devices=list(devices), faults=all_faults)
    return replace(made, **more)


def codes(found: dict[str, told.Bad]) -> dict[str, list[str]]:
    return {subject: [fault.code for fault, _ in bad] for subject, bad in found.items() if bad}


def test_each_device_and_the_till_itself_are_subjects() -> None:
    found = told.wrong(
        status(
            device("printer", faults.PAPER_OUT), device("scale", faults.SCALE_OFFLINE),
            device("scanner"), own=(faults.Z_DUE, faults.CLOCK_DOUBTED),
        ),
        GIVEN, 0,
    )  # fmt: skip
    assert codes(found) == {"printer": ["P-103"], "scale": ["W-106"], "till": ["S-121"]}
    assert "scanner" in found, "what is well recovers"


def test_papers_that_wait_are_said_in_time() -> None:
    waiting = status(queues=[Queue("records", 9), Queue("papers", 2)])
    assert codes(told.wrong(waiting, GIVEN, 599)) == {}
    assert codes(told.wrong(waiting, GIVEN, 600)) == {"papers": ["B-122"]}
    assert codes(told.wrong(status(), GIVEN, 600)) == {}


@pytest.mark.parametrize(
    ("closed", "last", "code"),
    [
        (True, "2025-10-02T03:00:00+02:00", []),
        (True, "2025-09-30T03:00:00+02:00", ["B-123"]),
        (True, "2040-03-04T03:00:00+01:00", ["B-123"]),
        (True, None, ["B-123"]),
        (False, None, []),
    ],
)
def test_a_backup_that_is_too_old_or_never_was(
    closed: bool, last: str | None, code: list[str]
) -> None:
    closure = Closure("day", 1, "2025-10-08", NOW) if closed else None
    found = told.wrong(status(last_backup=last, last_closure=closure), GIVEN, 0)
    assert codes(found).get("backup", []) == code


def test_records_without_a_witness() -> None:
    behind = status(head=Head(500, "00", 101))
    assert codes(told.wrong(behind, GIVEN, 0)) == {"journal": ["B-124"]}
    assert codes(told.wrong(behind, HealthSettings(), 0)) == {}


def test_what_systemd_says() -> None:
    text = "LoadState=loaded\nActiveState={}\nSubState=dead\nResult={}\nNRestarts=3\n"
    by_hand = text.replace("dead", "start").replace("=3", "=0")
    stopped, crashed = parsed(text.format("inactive", "success")), parsed(
        text.format("failed", "signal")
    )
    assert stopped and stopped.meant
    assert crashed and not crashed.meant
    assert str(crashed) == "systemd: failed (dead), signal, NRestarts 3"
    hung = parsed(text.format("inactive", "timeout"))
    assert hung and not hung.meant
    again = parsed(text.format("activating", "success"))
    assert again and not again.meant, "it fell over, and systemd starts it"
    for state in ("deactivating", "activating"):
        restarted = parsed(by_hand.format(state, "success"))
        assert restarted and restarted.meant, "somebody restarts it"
        too_long = parsed(by_hand.format(state, "timeout"))
        assert too_long and not too_long.meant
    ended = parsed(by_hand.replace("=start", "=auto-restart").format("activating", "success"))
    assert ended and not ended.meant, "it ended by itself"
    assert parsed("LoadState=not-found\nActiveState=inactive\nResult=success\n") is None
    assert parsed("") is None


class Systemctl:
    """A `systemctl` that says what a test wants of the till's unit."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "systemctl"
        self._says = folder / "says"
        self.path.write_text(f"#!/bin/sh\ncat {self._says}\n")
        self.path.chmod(0o755)

    def say(self, active: str, result: str, restarts: int = 0) -> None:
        self._says.write_text(
            f"LoadState=loaded\nActiveState={active}\nSubState=x\nResult={result}\n"
            f"NRestarts={restarts}\n"
        )


@asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[tuple[TillWatch, Agent, Systemctl, SetClock]]:
    clock, systemctl = SetClock(), Systemctl(folder)
    async with stores(folder) as opened:
        book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
        till = TillClient(AsyncClient(folder / "till"), clock, pauses=(0.05,))
        agent = Agent(
            "health", till=till, incidents=book, clock=clock, stores=opened,
            given=FakeTill(folder).settings, checks=lambda: (),
        )  # fmt: skip
        yield TillWatch(agent, GIVEN, str(systemctl.path)), agent, systemctl, clock


def there(agent: Agent) -> dict[str, str]:
    return {f"{row.subject} {row.code}": row.detail for row in agent.incidents}


SILENT = TillLink(Contact.SILENT, 0, faults.TILL_SILENT, "nobody listens")


def link(*devices: Device, start: int = 1) -> TillLink:
    return TillLink(Contact.THERE, 0, status=status(*devices, since=f"start {start}"))


def test_a_stop_that_a_person_meant_is_no_failure_and_a_crash_is_one(tmp_path: Path) -> None:
    async def body() -> None:
        async with watching(tmp_path) as (watch, agent, systemctl, _):
            systemctl.say("inactive", "success")
            await watch.look(SILENT)
            assert set(there(agent)) == {"till B-125"}
            systemctl.say("failed", "signal")
            await watch.look(SILENT)
            assert there(agent) == {"till C-141": "systemd: failed (x), signal, NRestarts 0"}
            systemctl.say("activating", "success")
            await watch.look(SILENT)
            assert set(there(agent)) == {"till C-141"}, "somebody starts it: it is not back yet"
            systemctl.path.unlink()
            await watch.look(SILENT)
            assert there(agent) == {"till C-141": "nobody listens"}
            await watch.look(link())
            assert there(agent) == {}

    run(body())


def test_what_a_till_told_stays_while_it_is_silent(tmp_path: Path) -> None:
    async def body() -> None:
        async with watching(tmp_path) as (watch, agent, systemctl, _):
            systemctl.say("failed", "signal")
            await watch.look(link(device("printer", faults.PAPER_OUT)))
            await watch.look(SILENT)
            assert set(there(agent)) == {"printer P-103", "till C-141"}
            await watch.look(link(device("printer")))
            assert there(agent) == {}
            await watch.look(link(device("printer", faults.PAPER_OUT)))
            await watch.look(link())
            assert there(agent) == {}, "a printer that is configured no more"

    run(body())


def test_a_till_that_is_started_again_is_said_for_an_hour(tmp_path: Path) -> None:
    async def body() -> None:
        async with watching(tmp_path) as (watch, agent, systemctl, clock):
            systemctl.say("active", "success", 4)
            await watch.look(link())
            systemctl.say("active", "success", 5)
            await watch.look(link(start=2))
            assert set(there(agent)) == {"restarts B-121"}
            clock.go(3500)
            await watch.look(link(start=2))
            assert set(there(agent)) == {"restarts B-121"}
            clock.go(200)
            await watch.look(link(start=2))
            assert there(agent) == {}
            systemctl.say("active", "success", 0)  # a person started it
            await watch.look(link(start=3))
            assert there(agent) == {}

    run(body())


def test_a_systemctl_that_hangs_or_fails_says_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        async with watching(tmp_path) as (watch, agent, systemctl, _):
            systemctl.path.write_text("#!/bin/sh\necho ActiveState=inactive\nexit 1\n")
            await watch.look(SILENT)
            assert there(agent) == {"till C-141": "nobody listens"}

    run(body())


ROUTES = "Iface Destination Gateway Flags RefCnt Use Metric Mask\n"
WAY_OUT = "eth0 00000000 0101A8C0 0003 0 0 100 00000000\n"
NEIGHBOURS = "eth0 0001A8C0 00000000 0001 0 0 100 00FFFFFF\n"
SIX = "{} 00 {} 00 fe80 00000400 00000001 00000000 00450003 {}\n".format
NONE = "0" * 32


@pytest.mark.parametrize(
    ("four", "six", "bad"),
    [
        (WAY_OUT, None, False),
        (NEIGHBOURS, None, True),
        (NEIGHBOURS, SIX(NONE, NONE, "eth0"), False),
        ("", SIX(NONE, NONE, "lo"), True),
    ],
)
def test_a_box_without_a_way_out(tmp_path: Path, four: str, six: str | None, bad: bool) -> None:
    (tmp_path / "route").write_text(ROUTES + four)
    if six:
        # The kernel's first column is the destination, its second the length of the prefix.
        (tmp_path / "ipv6_route").write_text(six)
    assert [fault.code for fault, _ in box.network(tmp_path)] == (["B-107"] if bad else [])


def test_a_card_that_is_worn_or_has_errors(tmp_path: Path) -> None:
    for place, text in {
        "block/mmcblk0/device/life_time": "0x03 0x0b\n",
        "fs/ext4/mmcblk0p2/errors_count": "2\n",
    }.items():
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(text)
    found = [(fault.code, detail) for fault, detail in box.card(tmp_path)]
    assert found == [("B-108", "mmcblk0: 0x0b"), ("B-109", "mmcblk0p2: 2")]
    (tmp_path / "block/mmcblk0/device/life_time").write_text("0x03 0x09\n")
    (tmp_path / "fs/ext4/mmcblk0p2/errors_count").write_text("0\n")
    assert list(box.card(tmp_path)) == []


def test_the_kernels_own_tables_are_read() -> None:
    assert len(list(box.network(Path("/proc/net")))) <= 1


def test_a_look_ends_with_the_agent(tmp_path: Path) -> None:
    async def body() -> None:
        async with watching(tmp_path) as (watch, agent, systemctl, _):
            systemctl.say("inactive", "success")
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(agent.till.watch()), group.create_task(watch.run())]
                while "till B-125" not in there(agent):
                    await asyncio.sleep(0.01)
                for task in tasks:
                    task.cancel()

    run(body())
