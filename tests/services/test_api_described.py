"""The API does what its own description says, tried by other hands: schemathesis makes requests of
it, right ones and wrong ones, and holds every answer to it.
"""

import asyncio
import os
from pathlib import Path

import pytest

from pos_terminal.domain.staff import tokens
from pos_terminal.testing.running import run
from tests.support.api import BASE, make_token
from tests.support.console import open_console
from tests.support.own_environment import installed

# A till and an agent of its own, and some hundred requests.
pytestmark = pytest.mark.slow

SECONDS = 180.0
"""Until somebody hangs."""

EXAMPLES, A_SECOND = 12, 15
"""Requests made of each kind for each address; and how fast, below what a token may."""


def test_it_answers_as_it_is_described(tmp_path: Path) -> None:
    program = str(installed("schemathesis", "schemathesis"))

    async def body() -> None:
        async with open_console(tmp_path) as console:
            await console.shop.type("1 PLU CASH")
            cookie = await console.sign_in()
            token = await make_token(console, cookie, *tokens.SCOPES)
            authority = tmp_path / "caisse.crt"
            authority.write_text((await console.ask("GET", "/authority.crt")).text)
            process = await asyncio.create_subprocess_exec(
                program, "run", f"{console.address}{BASE}/openapi.json",
                "--header", f"Authorization: Bearer {token}", "--tls-verify", str(authority),
                "--checks", "all", "--max-examples", str(EXAMPLES), "--seed", "1",
                "--rate-limit", f"{A_SECOND}/s", "--workers", "1", "--generation-database", "none",
                "--no-color", cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT, env={**os.environ, "COLUMNS": "100"},
            )  # fmt: skip
            try:
                async with asyncio.timeout(SECONDS):
                    out, _ = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            told = out.decode()
            assert process.returncode == 0, told[-6000:]
            assert "No issues found" in told, told[-3000:]
            await console.shop.type("1 PLU")  # and it sells on
            await console.shop.shows("TRADITION")

    run(body())
