"""`pos-terminal selftest`: everything tried at once, and what is wrong said."""

import asyncio
import json
import sys
from pathlib import Path

from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import Shop, open_shop

MORE = """
[support]
phone = "02 99 00 00 00"
page = "https://status.example.org/7"

[agent]
services = ["alerts", "heartbeat"]

[service.alerts]
server = "localhost"

[service.heartbeat]
url = "https://nowhere.invalid/x"
"""


async def selftest(state: Path, *options: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "selftest", "--state", str(state), *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


async def printed(shop: Shop, papers: int) -> str:
    async with asyncio.timeout(PATIENCE):
        while len(shop.bench.printer.papers) < papers:
            await asyncio.sleep(0.02)
    return shop.bench.printer.papers[-1].text


def test_each_device_is_tried_and_the_page_is_printed(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path, more=MORE) as shop:
            shop.bench.scale.grams = 250
            _, said = await selftest(shop.state, "--json", "--print")
            facts = {each["label"]: each for each in json.loads(said)}
            assert {"IP", "DNS", "NTP", "Version", "Dernier Z", "Journal"} <= set(facts)
            assert facts["Caisse 2"]["value"] == "VEND"
            assert facts["printer"]["good"] and "imprimé" in facts["printer"]["value"]
            assert "250" in facts["scale"]["value"]
            assert facts["display"]["good"] and facts["scanner"]["good"]
            paper = await printed(shop, 2)
            assert "AUTOTEST" in paper and "CE N'EST PAS UN TICKET" in paper
            assert facts["DNS localhost"]["value"] in ("127.0.0.1", "::1")
            assert not facts["DNS nowhere.inval"]["good"]
            assert facts["Appeler"]["value"] == "02 99 00 00 00" and "02 99 00 00 00" in paper
            raw = shop.bench.printer.papers[-1].raw
            assert b"https://status.example.org/7" in raw, "as a QR code, whose data it is"

    run(body())


def test_what_is_wrong_has_a_mark_and_quiet_spends_no_paper(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.bench.scanner.unplug()
            async with asyncio.timeout(PATIENCE):
                while True:
                    code, said = await selftest(shop.state, "--quiet")
                    if "R-101" in said:
                        break
            assert code == 1
            assert any(line.startswith("! scanner") for line in said.splitlines())
            assert any(line.startswith("  printer") for line in said.splitlines())
            assert shop.bench.printer.papers == []

    run(body())


def test_without_a_till_it_says_so(tmp_path: Path) -> None:
    code, said = run(selftest(tmp_path))
    assert code == 1 and said.startswith("C-141 ")
