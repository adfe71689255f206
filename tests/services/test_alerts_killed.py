"""Each alert arrives, once, whatever is killed and cut: as far as SMTP allows."""

import asyncio
import json
import random
import sys
from pathlib import Path

import pytest

from pos_terminal.testing.running import run
from tests.support.alerts_victim import prepare
from tests.support.mail_server import PASSWORD, MailServer, certificate, table


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=pytest.mark.deep)])
def test_each_alert_arrives_once_over_kills_and_cuts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "alerts-password").write_text(PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))
    chance, incidents = random.Random(kills), 4 * kills

    async def body() -> None:
        state = tmp_path / "agent"
        state.mkdir()
        await prepare(state, incidents)
        server = MailServer(certificate(tmp_path))
        async with server.up():
            port = server.port
        arguments = json.dumps(table(server, an_hour=100_000) | {"port": port})
        for turn in range(kills + 1):
            victim = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.support.alerts_victim", state, arguments,
                stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                if turn == kills:  # the last one is left alone
                    server.answers.clear()
                    async with server.up():
                        await server.until(lambda s: len(s.ids) == 2 * incidents, 60 + 3 * kills)
                    continue
                # It takes a mail or two, drops an answer or puts one off; then one of them goes.
                server.answers = chance.choices([None, "451 later", "250 taken"], k=5)
                async with server.up():
                    before, every = len(server.raw), len(server.ids) == 2 * incidents
                    if not every:  # a mail at least is on its way when it comes to an end
                        await server.until(lambda s: len(s.raw) > before)  # noqa: B023
                    await asyncio.sleep(chance.uniform(0, 0.15))
                await asyncio.sleep(chance.choice((0, chance.uniform(0, 0.2))))
            finally:
                victim.kill()
                await victim.wait()
        assert len(server.raw) > len(server.ids), "something was repeated, or nothing is proved"
        # Whatever came twice came as the same bytes, under the same id, so a mailbox shows it once.
        assert len(set(server.raw)) == len(server.ids) == 2 * incidents
        assert len(server.raw) - 2 * incidents <= 6 * kills
        mails = server.mails
        for number in range(incidents):
            of_one = [mail for mail in mails if f"/{number}" in mail["Subject"].split()]
            (bad, good) = {mail["Message-ID"]: mail for mail in of_one}.values()
            assert "[KO" in bad["Subject"] and "[OK" in good["Subject"], "in their order"
            assert good["References"] == bad["Message-ID"]

    run(body())
