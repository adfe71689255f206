"""A box without a battery starts in 1970: no certificate is valid then, and mails wait for time."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from pos_terminal.testing.running import run
from tests.support.faked_clock import faking
from tests.support.mail_server import PASSWORD, MailServer, certificate, table


@pytest.mark.slow
def test_in_1970_a_mail_waits_says_why_and_goes_once_the_clock_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "alerts-password").write_text(PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "credentials"))
    moment = tmp_path / "moment"
    moment.write_text("@1970-01-01 00:05:00")
    faked = faking(moment)

    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        async with server.up():
            victim = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.support.clock_victim", tmp_path,
                json.dumps(table(server)), stdout=asyncio.subprocess.PIPE,
                env={**os.environ, **faked},
            )  # fmt: skip
            assert victim.stdout
            try:
                async with asyncio.timeout(60):
                    while "B-132" not in (said := json.loads(await victim.stdout.readline())):
                        pass
                    assert said["B-132"].endswith("1970-01-01 00:05 UTC"), said
                    assert "not yet valid" in said["B-132"] and not server.raw
                    moment.write_text("@2026-06-01 08:00:00")
                    while await victim.stdout.readline() and not server.raw:
                        pass
            finally:
                victim.kill()
                await victim.wait()
        # By the new clock it has lasted for half a century: a reminder may follow.
        assert server.subjects[0].startswith("[KO P-103]")
        assert all("(rappel)" in each for each in server.subjects[1:])

    run(body())
