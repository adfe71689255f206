"""`pos-terminal status`: one screen, its exit status, and what it says where no till answers."""

import asyncio
import json
import re
import sys
from pathlib import Path

import msgspec

from pos_terminal.channel.interface import Status
from pos_terminal.commands.status_text import screen
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.process.translation import set_language
from pos_terminal.testing.running import run
from tests.support.shop import Shop, open_shop


async def status(state: Path, *options: str) -> tuple[int, str, str]:
    """What the command says of the till in that directory: exit status, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "status", "--state", str(state), *options,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, error = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), error.decode()


def test_a_till_that_sells_says_so_first(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            code, out, _ = await status(shop.state)
            lines = out.splitlines()
            assert code == 0
            assert lines[0] == "CAISSE 2 (1)  VEND"
            assert any(line.startswith("Dernier ticket    2-000001, ") for line in lines)
            assert any(line.startswith("printer           prêt ") for line in lines)
            code, out, _ = await status(shop.state, "--json")
            told = json.loads(out)
            (scale,) = [each for each in told["devices"] if each["kind"] == "scale"]
            assert re.search(r", métrologie \d+\.\d+ [0-9a-f]{8}", scale["identity"])
            assert (code, told["selling"], told["last_ticket"]["number"]) == (0, True, "2-000001")
            set_language("en")
            try:
                assert next(screen(msgspec.convert(told, Status))) == "TILL 2 (1)  SELLS"
            finally:
                set_language("fr")

    run(body())


def test_a_till_that_cannot_be_keyed_in_does_not_sell(tmp_path: Path) -> None:
    async def unplug(shop: Shop) -> None:
        for end in (shop.bench.keyboard, shop.bench.wedge, shop.bench.scanner):
            await end.unplug()

    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await unplug(shop)
            while True:
                code, out, _ = await status(shop.state)
                if code:
                    break
            assert out.startswith("CAISSE 2 (1)  NE VEND PAS\n")
            assert len(re.findall("(?m)^ +R-102 CLAVIER ABSENT :", out)) == 1

    run(body())


def test_where_no_till_answers_that_is_said_with_a_remedy(tmp_path: Path) -> None:
    code, out, error = run(status(tmp_path))
    assert (code, out) == (1, "")
    assert error.startswith(f"C-141 {tmp_path}/till : ") and "systemctl status" in error
    code, out, _ = run(status(tmp_path, "--json"))
    assert (code, json.loads(out)["code"]) == (1, "C-141")
