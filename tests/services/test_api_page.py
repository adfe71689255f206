"""What stands in docs/api.md is done, as it stands there, by somebody who has only that page."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from pos_terminal.domain.staff import tokens
from pos_terminal.testing.running import PATIENCE, run
from tests.needs import need
from tests.support.api import make_token
from tests.support.console import open_console

# A till and an agent of its own.
pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


async def done(folder: Path, environment: dict[str, str], *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(2 * PATIENCE):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


def test_the_examples_do_what_they_say(tmp_path: Path) -> None:
    need(shutil.which("curl") is not None, "curl", "apt-get install curl")
    (shell,) = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.M | re.S)
    (python,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.M | re.S)

    async def body() -> None:
        async with open_console(tmp_path) as console:
            await console.shop.type("1 PLU CASH")
            cookie = await console.sign_in()
            folder = tmp_path / "program"
            folder.mkdir()
            authority = (await console.ask("GET", "/authority.crt")).text
            (folder / "caisse.crt").write_text(authority)
            environment = {
                "PATH": os.environ["PATH"],
                "TILL": console.address,
                "TOKEN": await make_token(console, cookie, *tokens.SCOPES),
            }
            out = await done(folder, environment, "bash", "-euc", shell)
            assert '"selling":true' in out and '"outcome":"printed"' in out, out
            assert "COMTE" in (await console.shop.bench.printer.next_paper()).text
            (folder / "example.py").write_text(python)
            out = await done(folder, environment, sys.executable, "example.py")
            assert "130 cents" in out and "TRADITION TRADI" in out and "not-found" in out, out
            assert "BAGUETTE" in (await console.shop.bench.printer.next_paper()).text

    run(body())
