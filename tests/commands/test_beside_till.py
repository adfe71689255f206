"""Every command beside a till that sells: done there and then, or refused with code and remedy."""

import asyncio
import json
import os
import random
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.staff import ClerkChanged, ClerksFound, OperatorSignedOn
from pos_terminal.domain.events.system import CommandGiven, KeyRotated
from pos_terminal.domain.events.values import ClerkChange
from pos_terminal.persons import clerks_file
from pos_terminal.testing.running import PATIENCE, run
from tests.support.journaled import records
from tests.support.process import terminal
from tests.support.readme import readme_commands
from tests.support.shop import Shop, open_shop, write_settings

UNCOUNTED = "\n[tenders]\ncount_first = false\n"


OTHERS = (
    "run",
    "demo",
    "counter",
    "replay",
    "scenes",
    "archive",
    "driver",
    "drivers",
    "scale",
    "support",
    "update",
)
"""What has a till of its own, or none."""


async def command(state: Path, *words: str | Path) -> tuple[int, str, str]:
    """The exit status, output and errors of a command as a process of its own."""
    call = [sys.executable, "-m", "pos_terminal", *map(str, words), "--state", str(state)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *call, stdout=pipe, stderr=pipe, cwd=state.parent
    )
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise AssertionError(f"{' '.join(call[3:])} did not end") from None
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def answered(state: Path, *words: str | Path) -> Any:
    """The JSON of a command that went well."""
    status, out, err = await command(state, *words, "--json")
    assert status == 0, out + err
    return json.loads(out)


def pin_file(folder: Path) -> Path:
    path = folder / "pin"
    path.write_text("4821\n")
    return path


def events(state: Path) -> list[Event]:
    return [record.event for record in records(state / "state")]


def test_a_clerk_named_beside_the_till_signs_on_at_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await answered(shop.state, "clerk", "add", "12", "--pin-file", pin_file(tmp_path))
            await shop.shows("CAISSE FERMEE")
            await shop.type("12 CLERK 4821 CLERK")
            await shop.shows("BONJOUR 12")
            await answered(shop.state, "clerk", "rights", "12", "--rights", "void,close")
            changed = await shop.journaled(ClerkChanged, 2)
            assert [(each.change, each.rights) for each in changed] == [
                (ClerkChange.ADDED, ("cancel", "void")),
                (ClerkChange.RIGHTS, ("close", "void")),
            ]
            line = jet.jet_line(changed[1])
            assert line and line.code == jet.RIGHTS == 130 and "uid" in line.detail
            given = await shop.journaled(CommandGiven, 2)
            assert [each.command for each in given] == ["clerk add", "clerk rights"]
            assert {each.uid for each in given} == {os.getuid()}
            assert (await shop.journaled(OperatorSignedOn, 2))[1].operator == 12

    run(body())
    assert not any(isinstance(event, ClerksFound) for event in events(tmp_path))


def test_a_file_changed_by_hand_is_recorded_as_it_is_found(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await answered(shop.state, "clerk", "add", "12", "--pin-file", pin_file(tmp_path))
            file = shop.state / clerks_file.NAME
            file.write_text(file.read_text().replace('"cancel"', '"cancel", "cash"'))
            found = (await shop.journaled(ClerksFound))[0]
            assert [(each.operator, each.rights) for each in found.found] == [
                (12, ("cancel", "cash", "void"))
            ]
        file.write_text("")  # while nobody looks
        async with open_shop(tmp_path) as shop:
            assert (await shop.journaled(ClerksFound, 2))[1].found == ()

    run(body())


def test_who_asks_for_an_invoice_on_saturday_gets_one(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("5 PLU")
            await shop.shows("VIN ROUGE")
            customer = ("--customer", "12", "--name", "Café du Port", "--address", "1, quai Sud")
            added = await answered(shop.state, "person", "add", *customer)
            await shop.type("12 CLIENT")
            await shop.shows("CLIENT 12")
            await shop.type("CASH")
            await shop.journaled(SaleClosed)
            await shop.type("FACTURE")
            assert (await shop.journaled(InvoiceMade))[0].person == added["person"]

    run(body())


def test_keys_change_and_the_day_closes_between_two_sales(tmp_path: Path) -> None:
    async def body(shop: Shop) -> None:
        await shop.type("1 PLU")
        await shop.shows("TRADITION")
        status, _, err = await command(shop.state, "close", "day")
        assert (status, err[:5]) == (1, "S-122"), "a sale is open"
        key = (await answered(shop.state, "journal", "rotate-key"))["key"]
        assert (await shop.journaled(KeyRotated))[0].key == key
        await shop.type("CASH")
        await shop.journaled(SaleClosed)
        made = await answered(shop.state, "close", "day")
        closed = (await shop.journaled(PeriodClosed))[0]
        assert (made["number"], closed.automatic, closed.authority) == (1, False, 0)
        await shop.shows("Z 1")
        await shop.type("2 PLU CASH")
        await shop.journaled(SaleClosed, 2)
        assert (await answered(shop.state, "journal", "verify"))["good"]

    async def whole() -> None:
        async with open_shop(tmp_path, more=UNCOUNTED) as shop:
            await body(shop)

    run(whole())


def test_the_till_that_runs_says_what_plugins_it_has(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            told = await answered(shop.state, "plugins", "--agent", tmp_path / "agent")
            states = {row["name"]: row["status"] for row in told["plugins"]}
            assert (told["till"], states["vfd"], states["zvt"]) == (True, "enabled", "disabled")

    run(body())


@pytest.mark.slow
def test_every_command_of_the_readme_beside_a_till(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=UNCOUNTED) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            for words in readme_commands():
                if words[0] not in OTHERS:
                    await one(words, tmp_path, shop.state)

    run(body())


async def one(words: list[str], folder: Path, state: Path) -> None:
    """Its exit status is 0; or 1, with a code and what to do about it."""
    status, out, err = await command(state, *filled(words, folder))
    what = f"{' '.join(words)}: {status} {out}{err}"
    assert status in (0, 1), what
    if words[0] == "selftest":  # what is not as it should be is marked, such as a clock nobody set
        assert (status == 1) == ("\n! " in f"\n{out}"), what
        return
    assert status == 0 or re.match(r"[A-Z]-[0-9]{3} .+\n.+", err), what


def filled(words: list[str], folder: Path) -> list[str]:
    """The README's words, with files and names of this shop in place of those in capitals."""
    sheet = folder / "person.json"
    item = {"name": "contact", "purpose": "commande", "ground": "contract", "data": {"name": "Z"}}
    sheet.write_text(json.dumps({"items": [item]}))
    given = {
        "FILE": str(folder / "terminal.toml"), "FILE.pdf": str(folder / "sheet.pdf"),
        "FILE.json": str(sheet),
        "N": "732829320", "YEAR": "2026", "FOLDER": str(folder / "tables"), "ZIP": "none.zip",
        "DATE": "2020-01-01", "BACKUP": str(folder / "none"), "DIR": str(folder / "new"),
        "PATH": str(folder / "none"), "PSEUDONYM": "ab" * 16,
    }  # fmt: skip
    name = " ".join(words[:2])
    if "--out" in words and words[-1] == "FILE":
        given["FILE"] = str(folder / f"{words[1]}.zip")
    if name == "catalog import":
        given["FILE"] = str(folder / "catalog.csv")
    pin = ["--pin-file", str(pin_file(folder))]
    shop = ["--name", "Le Fournil", "--address", "1, rue", "--siret", "73282932000074"]
    more = {
        "clerk add": pin, "clerk pin": pin, "config new": shop,
    }  # fmt: skip
    return [*(given.get(word, word) for word in words), *more.get(name, [])]


@pytest.mark.parametrize(
    ("seed", "kills"),
    [(0, 2), *(pytest.param(seed, 4, marks=pytest.mark.slow) for seed in range(3))],
)
def test_killed_at_any_point_the_journal_verifies(
    tmp_path: Path, seed: int, kills: int
) -> None:
    """Till and command, both by SIGKILL; and what the clerks' file says is on record."""
    dice = random.Random(seed)

    async def body() -> None:
        (tmp_path / "wires").mkdir()
        async with SimBench(tmp_path / "wires") as bench:
            config = write_settings(tmp_path, bench.toml())
            state = tmp_path / "state"
            file = pin_file(tmp_path)
            for number in range(kills):
                async with terminal(config, state) as till:
                    words = dice.choice(
                        [
                            ("clerk", "add", str(20 + number), "--pin-file", str(file)),
                            ("journal", "rotate-key"),
                            ("person", "add", "--customer", str(1 + number), "--name", "A"),
                        ]
                    )
                    call = [sys.executable, "-m", "pos_terminal", *words, "--state", str(state)]
                    beside = await asyncio.create_subprocess_exec(
                        *call, stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
                    )
                    await asyncio.sleep(dice.uniform(0.2, 0.8))
                    for process in dice.sample([till, beside], 2):
                        with suppress(ProcessLookupError):  # it was quicker, and nobody knows yet
                            os.kill(process.pid, signal.SIGKILL)
                    await beside.wait()
            async with terminal(config, state) as till:
                till.terminate()
            assert (await answered(state, "journal", "verify"))["good"]

    run(body())
    known = ""
    for event in events(tmp_path):
        if isinstance(event, ClerkChanged | ClerksFound):
            known = event.clerks
    assert clerks_file.read(tmp_path / "state").sha256 == known


def test_what_wants_a_stopped_till_says_to_stop_it(tmp_path: Path) -> None:
    paper = ("--last-ticket", "0", "--last-z", "0")

    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            for words in (("begin",), ("voucher-key",), ("continue", *paper)):
                done = await command(
                    tmp_path / "state", "journal", *words, "--because", "perdu", "--json"
                )
                assert (done[0], json.loads(done[1])["code"]) == (1, "J-133"), done

    run(body())
