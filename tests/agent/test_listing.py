"""`pos-terminal plugins` says what runs in the agent, and that no agent runs."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pos_terminal.testing.running import run
from tests.support.agent import FakeTill, agent, install_service

WAITS = """
@hookimpl
def pos_services(agent):
    async def run(): await asyncio.sleep(1000)
    return one(run)
"""


async def listed(folder: Path) -> tuple[int | None, Any]:
    listing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "plugins", "--json", "--agent", str(folder),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await listing.communicate()
    return listing.returncode, json.loads(said)


def test_services_are_listed_while_the_agent_lives(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "waits", WAITS)
    install_service(site, "broken", "1 / 0")
    till = FakeTill(tmp_path, ["waits"])

    async def body() -> None:
        async with till.up(), agent(tmp_path, site=site) as process:
            await process.until(lambda told: any(s.status == "running" for s in told.services))
            status, found = await listed(process.state)
            rows = {row["name"]: (row["version"], row["status"]) for row in found["services"]}
            assert (status, rows["waits:one"]) == (0, ("1.2", "running"))
            assert rows["broken"] == ("1.2", "disabled")
            assert found["agent"]["till"] == "there"
            till.settings = FakeTill(tmp_path, ["waits", "broken"]).settings
        async with till.up(), agent(tmp_path, site=site) as process:
            await process.until(lambda told: any(s.status == "stopped" for s in told.services))
            assert (await listed(process.state))[0] == 1
            await process.kill()  # its last words stay, and are nobody's state
            assert (process.state / "status.json").exists()
            status, found = await listed(process.state)
            assert (found["agent"], found["services"]) == (None, [])
            assert found["why"] == f"aucun agent ne tourne dans {process.state}"

    run(body())
