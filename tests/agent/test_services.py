"""Services in a real agent: each that fails is named, and takes no other along."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw
import pytest

from pos_terminal.agent import status
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.agent import AgentProcess, FakeTill, agent, install_service, shown

GOOD = """
    @hookimpl
    def pos_services(agent):
        async def run():
            cursor = await agent.cursor("all")
            store = agent.store("seen", "CREATE TABLE seen (seq INTEGER) STRICT")
            async for record in agent.records(cursor):
                await store.do(lambda db: db.execute("INSERT INTO seen VALUES (?)", (record.seq,)))
                await cursor.move(record)
        return one(run)
"""


def seen(process: AgentProcess) -> list[int]:
    """The records that the good service has done its work with."""
    path = process.state / "good.seen.db"
    if not path.exists():
        return []
    db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return [seq for (seq,) in db.execute("SELECT seq FROM seen ORDER BY rowid")]
    except (apsw.SQLError, apsw.BusyError):  # it is being made
        return []
    finally:
        db.close()


async def until_seen(process: AgentProcess, count: int) -> None:
    async with asyncio.timeout(3 * PATIENCE):
        while len(set(seen(process))) < count:
            await asyncio.sleep(0.05)


BROKEN = {
    "raises-at-load": ("1 / 0", "stopped au chargement : ZeroDivisionError: division by zero"),
    "ends-at-load": ("raise SystemExit(3)", "stopped au chargement : SystemExit: 3"),
    "misspelt": (
        "@hookimpl\ndef pos_servces(agent): return []",
        "stopped au chargement : TypeError: there is no hook pos_servces",
    ),
    "raises-in-its-hook": (
        "@hookimpl\ndef pos_services(agent): raise LookupError('nothing there')",
        "stopped pos_services : LookupError: nothing there",
    ),
    "gives-nonsense": (
        "@hookimpl\ndef pos_services(agent): return [7]",
        "stopped pos_services : TypeError: the answer has 7, which is no Service",
    ),
    "bad-settings": (
        """
        from msgspec import Struct
        class S(Struct, forbid_unknown_fields=True):
            host: str = ""
        @hookimpl
        def pos_services(agent):
            agent.settings(S)
        """,
        "stopped pos_services : BadSettings: B-115 REGLAGES DE SERVICE [service.bad-settings] "
        "hots n'existe pas",
    ),
    "without-its-secret": (
        "@hookimpl\ndef pos_services(agent): agent.secret('token')",
        "stopped pos_services : BadSettings: B-115 REGLAGES DE SERVICE no secret token "
        "(LoadCredential=token:FILE in the agent's unit): $CREDENTIALS_DIRECTORY is not set",
    ),
    "checks-nonsense": (
        "@hookimpl\ndef pos_health_checks(agent): return ['disk']",
        "stopped pos_health_checks : TypeError: the answer has 'disk', which is no Check",
    ),
    "raises-later": (
        "@hookimpl\ndef pos_services(agent):\n    async def run(): raise KeyError('later')\n"
        "    return one(run)",
        "pausing KeyError: 'later'",
    ),
    "returns": (
        "@hookimpl\ndef pos_services(agent):\n    async def run(): pass\n    return one(run)",
        "pausing Ended: it returned",
    ),
    "hangs": (
        """
        @hookimpl
        def pos_services(agent):
            async def run():
                while True:
                    try:
                        await asyncio.sleep(1000)
                    except asyncio.CancelledError:
                        pass
            return one(run, silence=0.2)
        """,
        "hung",
    ),
    "falls-silent": (
        "@hookimpl\ndef pos_services(agent):\n    async def run(): await asyncio.sleep(1000)\n"
        "    return one(run, silence=0.2)",
        "pausing Silent: it did nothing for 0 s",
    ),
    "forgets-tasks": (
        """
        @hookimpl
        def pos_services(agent):
            async def run():
                while True:
                    asyncio.get_running_loop().create_task(asyncio.sleep(1000))
            return one(run)
        """,
        "pausing TooManyTasks: forgets-tasks:one has 200 tasks",
    ),
    "floods-its-store": (
        """
        @hookimpl
        def pos_services(agent):
            store = agent.store("flood", "CREATE TABLE t (x) STRICT".replace("x)", "x BLOB)"))
            async def run():
                def flood(db):
                    while True:
                        db.execute("INSERT INTO t VALUES (zeroblob(8000000))")
                await store.do(flood)
            return one(run)
        """,
        "pausing FullError: database or disk is full",
    ),
}


@pytest.mark.slow
def test_whatever_a_service_does_the_others_work_on(tmp_path: Path) -> None:
    """pos_services and pos_health_checks, wrong in every way at once, beside one that is right."""
    site = tmp_path / "site"
    site.mkdir()
    for name, (code, _) in BROKEN.items():
        install_service(site, name, code)
    install_service(site, "good", GOOD)
    install_service(site, "not-listed", "raise SystemExit('imported')")
    listed = [*BROKEN, "good", "absent"]
    till = FakeTill(tmp_path, listed, **{"bad-settings": {"hots": "x"}})
    expected = {
        name if why.startswith("stopped") else f"{name}:one": why
        for name, (_, why) in BROKEN.items()
    }
    expected |= {
        "good:one": "running",
        "absent": "stopped non installé",
        "not-listed": "disabled pas nommé dans les réglages",
    }

    async def body() -> None:
        async with till.up(), agent(tmp_path, site=site) as process:
            await till.sell(300)
            await until_seen(process, 300)
            found: dict[str, str] = {}

            def all_seen(told: status.AgentStatus) -> bool:
                for name, why in shown(told).items():
                    if not why.startswith("running") or name == "good:one":
                        found[name] = why
                return found == expected

            try:
                await process.until(all_seen)
            finally:
                assert found == expected
            await till.sell(10)
            await until_seen(process, 310)
            assert seen(process) == list(range(1, 311))
            told = await process.until(lambda told: told.incidents >= len(BROKEN))
            assert told.till == "there"
            async with asyncio.timeout(PATIENCE):
                while not any(report.code == "B-111" for report in till.reports):
                    await asyncio.sleep(0.1)
            stopped_at = time.monotonic()
            await process.stop()
            assert time.monotonic() - stopped_at < PATIENCE, "one that hangs keeps nobody"

    run(body())


BLOCKS = {
    "sleeps": "time.sleep(3600)",
    "matches-for-ever": "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')",
}


@pytest.mark.parametrize("how", BLOCKS)
def test_one_that_blocks_the_loop_is_named_and_held_back(tmp_path: Path, how: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "good", GOOD)
    install_service(
        site, how,
        "@hookimpl\ndef pos_services(agent):\n    async def run():\n"
        f"        await asyncio.sleep(0.5)\n        {BLOCKS[how]}\n    return one(run)",
    )  # fmt: skip
    till = FakeTill(tmp_path, ["good", how])

    async def body() -> None:
        async with till.up():
            await till.sell(50)
            async with agent(tmp_path, site=site, stall=2.0) as process:
                assert await process.ended() == 1
                await process.start()
                told = await process.until(lambda told: {"good:one", how} <= {*shown(told)})
                why = shown(told)[how]
                assert why.startswith("stopped tenu à l'écart, 1 fois : it blocked the agent in ")
                assert "throwaway_" in why or "/re/" in why
                await till.sell(5)
                await until_seen(process, 55)
                assert sorted(set(seen(process))) == list(range(1, 56))

    run(body())


def test_one_that_blocks_while_it_is_loaded_is_held_back(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "good", GOOD)
    install_service(site, "slow", "time.sleep(3600)")
    till = FakeTill(tmp_path, ["slow", "good"])

    async def body() -> None:
        async with till.up(), agent(tmp_path, site=site, stall=2.0) as process:
            assert await process.ended() == 1
            await process.start()
            await process.until(
                lambda told: shown(told).get("good:one") == "running"
                and shown(told).get("slow", "").startswith("stopped tenu à l'écart")
            )

    run(body())


LEAKY = """
kept = []

@hookimpl
def pos_services(agent):
    async def run():
        while True:
            kept.append([bytes(50_000) for _ in range(20)])
            {}
    return one(run)
"""
LEAKS = {
    "slowly": "await asyncio.sleep(0.05)",
    "at-once": "pass",
}


@pytest.mark.slow
@pytest.mark.parametrize("how", LEAKS)
def test_one_that_leaks_is_named_and_held_back(tmp_path: Path, how: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "good", GOOD)
    install_service(
        site, how,
        LEAKY.format(LEAKS[how]),
    )  # fmt: skip
    till = FakeTill(tmp_path, [how, "good"])

    async def body() -> None:
        async with till.up(), agent(tmp_path, site=site) as process:
            assert await process.ended() == 1
            await process.start()
            why = "stopped tenu à l'écart, 1 fois : memory grew to "
            await process.until(
                lambda told: shown(told).get("good:one") == "running"
                and shown(told).get(how, "").startswith(why)
            )

    run(body())


def test_new_settings_start_the_services_anew(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "good", GOOD)
    till = FakeTill(tmp_path)

    async def body() -> None:
        async with agent(tmp_path, site=site) as process:
            await process.until(lambda told: told.till == "silent")
            async with till.up():
                await process.until(lambda told: told.till == "there")
                assert shown(await process.until(lambda told: True))["good"].startswith("disabled")
            till.settings = FakeTill(tmp_path, ["good"]).settings
            async with till.up():
                await process.until(lambda told: shown(told).get("good:one") == "running")
            await process.until(lambda told: told.till == "silent")
            await process.stop()
            assert status.read(process.state) is None
            await process.start()  # the till is gone: what it said last holds
            await process.until(lambda told: shown(told).get("good:one") == "running")

    run(body())


@pytest.mark.parametrize("kills", [2, pytest.param(6, marks=pytest.mark.slow)])
def test_kill_9_at_any_moment_loses_no_record_and_repeats_one_at_most(
    tmp_path: Path, kills: int
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "good", GOOD)
    till = FakeTill(tmp_path, ["good"])

    async def body() -> None:
        async with till.up(), AgentProcess(tmp_path, site=site) as process:
            done = 0
            for kill in range(kills):
                await till.sell(40)
                await process.start()
                await until_seen(process, done + 7 * (kill + 1) % 40 + 1)
                await process.kill()
                done = len(set(seen(process)))
            await process.start()
            await until_seen(process, 40 * kills)
            await process.until(bool)  # the last kill may have come behind the last record
            await process.stop()
        got = seen(process)
        assert sorted(set(got)) == list(range(1, 40 * kills + 1))
        assert len(got) - len(set(got)) <= kills
        assert got == sorted(got)

    run(body())


def test_a_directory_of_another_user_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    state = tmp_path / "agent"
    state.mkdir(mode=0o750)
    need(os.geteuid() == 0, "another user to be", "running the tests as root")
    os.chown(state, 12345, 12345)
    said = subprocess.run(
        [sys.executable, "-m", "pos_terminal", "agent", "--json", "--state", str(state)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 1
    assert '"code":"B-114"' in said.stdout and "à l'utilisateur 12345, pas à 0" in said.stdout
    assert list(state.iterdir()) == [] and state.stat().st_mode & 0o777 == 0o750


def test_a_second_agent_is_refused(tmp_path: Path) -> None:
    async def body() -> None:
        async with agent(tmp_path) as process:
            await process.until(lambda told: True)
            second = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pos_terminal", "agent", "--json",
                "--state", str(process.state), "--till", str(tmp_path),
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            said, _ = await second.communicate()
            assert second.returncode == 1
            assert b'"code":"B-113"' in said
            assert process.process
            process.process.send_signal(signal.SIGINT)
            assert await process.ended() == 0

    run(body())


PAGES = """
from pos_terminal.agent.console_pages import ConsolePage

@hookimpl
def pos_services(agent):
    return []

@hookimpl
def pos_console_pages(agent):
    async def answer(asked): ...
    return [ConsolePage(name, name, frozenset(), answer) for name in {names}]
"""


@pytest.mark.slow
@pytest.mark.parametrize("order", [("console", "foo", "bar"), ("bar", "foo", "console")])
def test_a_page_of_a_taken_name_stops_whoever_brings_it_and_not_the_console(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    """By default whoever was listed last had the first choice: «sales» of another's ended all."""
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "foo", PAGES.replace("{names}", "['sales', 'rounds']"))
    install_service(site, "bar", PAGES.replace("{names}", "['trips']"))

    async def body() -> None:
        served = {"interface": "lo", "names": ["localhost"], "port": 0}
        till = FakeTill(tmp_path, order, console=served)
        async with till.up(), agent(tmp_path, site=site) as process:
            told = await process.until(
                lambda told: any(each.plugin == "console" for each in told.services)
            )
            found = {each.plugin: (each.status, each.why) for each in told.services}
            assert found["foo"][0] == "stopped" and "['sales']" in found["foo"][1]
            assert found["console"][0] != "stopped", found
            assert found["bar"][0] != "stopped", found

    run(body())
