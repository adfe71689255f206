"""An agent that was broken into can stop mail, and nothing else: the till goes on selling."""

import asyncio
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.channel import interface, server
from pos_terminal.channel.interface import METHODS, GrantAsked, Nothing
from pos_terminal.domain.events.grants import GrantUsed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import ConsoleRole, GrantLevel
from pos_terminal.domain.staff.console import LEVELS, SCOPES
from pos_terminal.testing.running import run
from tests.needs import need
from tests.support.channel import ACTS, STRANGER, reach
from tests.support.hostile_agent import CALLS
from tests.support.shop import Shop, open_shop

FREE = {"Status", "Watch", "Records", "Log", "Report", "Notice", "Checkpoint", "Cosigned", "Stamp"}
FREE |= {"Settings"}  # the agent's own, without secrets
FREE |= {"Consents"}  # that nobody is let in is no secret
FREE |= {"SignIn", "Catalog"}  # digits that nobody types; prices, which stand on the shelves


PAGE = Path(__file__).parents[2] / "docs" / "agent.md"


def test_the_page_says_what_it_gets() -> None:
    assert set(CALLS) == {each.name.rpartition(".")[2] for each in METHODS}
    rows = dict(re.findall(r"^\| (answered|refused) \| (.+) \|$", PAGE.read_text(), re.M))
    told = {what: set(re.findall(r"`(\w+)`", names)) for what, names in rows.items()}
    assert told == {"answered": FREE, "refused": set(CALLS) - FREE}


async def attack(socket: Path, *signed_in: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.hostile_agent", str(socket), str(STRANGER), *signed_in,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, Any] = json.loads(out)
    return found


async def sell(shop: Shop, done: asyncio.Event) -> int:
    """Sell one ticket after the other, each seen by the customer, until told; how many."""
    sold = 0
    while not done.is_set():
        await shop.type("1 PLU")
        await shop.shows("TRADITION", "1,30")
        await shop.type("CASH")
        await shop.shows("TOTAL", "1,30")
        sold += 1
    return sold


def test_it_is_refused_or_closed_and_the_till_goes_on_selling() -> None:
    need(os.geteuid() == 0, "another user to be", "running the tests as root")

    async def body(folder: Path) -> None:
        async with open_shop(folder) as shop:
            shop.app.acts = ACTS
            standing = GrantAsked("console", GrantLevel.CONTROL, 3600, ["greet"])
            await shop.till.call(interface.GRANT, standing)
            before = (await shop.till.call(interface.STATUS, Nothing())).memory
            done = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                selling = group.create_task(sell(shop, done))
                found = await attack(reach(shop.state))
                done.set()
            after = await shop.till.call(interface.STATUS, Nothing())

            for tried in ("without", "forged"):
                for name, outcome in found[tried].items():
                    free = name in FREE and not (tried == "forged" and name == "Watch")
                    if name in ("Stamped", "SupportTrouble", "Console"):  # not the settings''
                        assert outcome == "Refused"
                        continue
                    assert outcome == ("answered" if free else "NotGranted"), (tried, name)
            assert found["malformed"] == {
                "no JSON": "closed", "deep": "closed", "giant": "closed", "endless": "closed",
                "upgrade": "MethodNotFound", "elsewhere": "InterfaceNotFound",
                "nothing": "MethodNotFound", "wrong type": "InvalidParameter",
                "below": "Refused", "beyond": "Refused",
            }  # fmt: skip
            assert found["reports"].count("answered") < 40
            assert found["notices"].count("answered") < 4
            assert len(shop.bench.printer.papers) <= 4
            assert 0 < found["served"] <= server.A_USER

            assert after.selling and [each.number for each in after.grants] == [1]
            assert after.memory - before < 32 << 20
            await shop.journaled(SaleClosed, selling.result())
            assert len(shop.so_far(SaleClosed)) == selling.result() > 0
            assert shop.so_far(GrantUsed) == [], "a stranger did something"
            assert shop.bench.printer.pulses, "the drawer opened for the sales"

    with tempfile.TemporaryDirectory(prefix="till-") as folder:
        run(body(Path(folder) / "shop"))


def pages_say(role: str) -> set[str]:
    """The methods and acts that a sign-in of that role opens, by docs/agent.md."""
    text = PAGE.read_text()
    begin = text.index("### With somebody's sign-in")
    rows = re.findall(rf"^\| {role} \| [^|]+ \| ([^|]+) \|", text[begin:], re.M)
    return {name for row in rows for name in re.findall(r"`([\w.-]+)`", row)}


@pytest.mark.slow
def test_with_somebody_s_sign_in_it_gets_what_the_page_says_and_each_is_on_record() -> None:
    need(os.geteuid() == 0, "another user to be", "running the tests as root")

    async def body(folder: Path) -> None:
        async with open_shop(folder) as shop:
            assert shop.app.channel
            acts = sorted(shop.app.channel.every_act())
            for role in ConsoleRole:
                asked = GrantAsked("console", LEVELS[role], 600, list(SCOPES[role]))
                granted = await shop.till.call(interface.GRANT, asked)
                found = await attack(reach(shop.state), granted.grant, *acts)
                without = FREE | {"Stamped", "SupportTrouble", "Console", "Do"}
                gained = {
                    name for name, outcome in found.items()
                    if outcome != "NotGranted" and name not in without
                }  # fmt: skip
                assert gained == pages_say(role.value), role
                done = {f"Do {name}" for name in gained if name in acts}
                used = shop.so_far(GrantUsed)
                assert done <= {each.act for each in used if each.grant == granted.number}
            assert shop.bench.printer.pulses, "a manager's grant opens the drawer, by its test"

    with tempfile.TemporaryDirectory(prefix="till-") as folder:
        run(body(Path(folder) / "shop"))
