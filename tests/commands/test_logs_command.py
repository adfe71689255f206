"""`pos-terminal logs`: the lines of a till that runs, as they come, and more of one part of it."""

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.testing.running import PATIENCE, run
from tests.support.process import child
from tests.support.shop import open_shop


def test_the_last_lines_and_each_new_one_without_secrets(tmp_path: Path) -> None:
    log = logging.getLogger("pos_driver_escpos")

    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            log.warning("PIN: 4711 of eve@example.org")
            follow = child(
                sys.executable, "-m", "pos_terminal", "logs", "--state", shop.state,
                "-f", "--level", "escpos=debug", "--for", "10m",
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            async with follow as process:
                assert process.stdout is not None
                async with asyncio.timeout(PATIENCE):
                    while b"escpos" not in (line := await process.stdout.readline()):
                        assert line
                assert line.decode()[20:] == "WARNING pos_driver_escpos: PIN: *** of ***@***\n"
                assert log.isEnabledFor(logging.DEBUG), "the plug-in's name stands for its package"
                log.debug("a small thing")
                async with asyncio.timeout(PATIENCE):
                    while b"a small thing" not in await process.stdout.readline():
                        pass
                process.send_signal(signal.SIGINT)
                _, error = await process.communicate()
                assert (process.returncode, error) == (130, b"")

    run(body())


def test_what_cannot_be_shown_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--state", str(tmp_path), "--json"]
    assert main(["logs", *where]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "C-141"
    for words in (["--level", "escpos"], ["--for", "10m"], ["--level", "a=debug", "--for", "2h"]):
        with pytest.raises(SystemExit) as end:
            main(["logs", *where, *words])
        assert end.value.code == 2
