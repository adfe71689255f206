"""A till that dies is mailed by the agent beside it, once, and its return in the same thread."""

import asyncio
import json
import random
from pathlib import Path

import pytest

from pos_driver_sim.bench import SimBench
from pos_terminal.testing.running import run
from tests.support.agent import AgentProcess, shown_all
from tests.support.mail_server import PASSWORD, MailServer, certificate, parts, table
from tests.support.process import terminal
from tests.support.shop import write_settings

KILLS = 5


def settings(server: MailServer) -> str:
    """The shop's tables for both services; of the box itself nothing is looked at."""
    mail = table(server)
    (recipient,) = mail.pop("recipients")
    lines = [f"{key} = {json.dumps(value)}" for key, value in mail.items()]
    return "\n".join([
        '\n[agent]\nservices = ["health", "alerts"]',
        "[service.health]\nnetwork = false\ndisks = []\nmemory_free = 0",
        "[service.alerts]", *lines,
        "[[service.alerts.recipients]]", f'address = "{recipient["address"]}"\n',
    ])  # fmt: skip


def about(server: MailServer, code: str) -> list[str]:
    return [each for each in server.subjects if code in each]


@pytest.mark.slow
def test_a_killed_till_is_mailed_once_and_its_return_in_the_same_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "alerts-password").write_text(PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(secrets))
    chance = random.Random(11)

    async def body() -> None:
        wires = tmp_path / "wires"
        wires.mkdir()
        server = MailServer(certificate(tmp_path))
        agent = AgentProcess(tmp_path, till=tmp_path / "state")
        async with server.up(), agent, SimBench(wires) as bench:
            config = write_settings(tmp_path, bench.toml() + settings(server))
            async with terminal(config, tmp_path / "state") as till:
                await agent.start()
                await agent.until(lambda told: "alerts:letters" in shown_all(told))
                await bench.scanner.scan("3000100028864")
                await bench.display.wait_for(lambda screen: "BAGUETTE" in screen.line1)
                till.kill()
            await server.until(lambda s: about(s, "C-141"), 60)
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0, 1))
                await agent.kill()
                await agent.start()
            async with terminal(config, tmp_path / "state") as till:
                await server.until(lambda s: about(s, "[OK C-141"), 60)
                await agent.stop()
                till.terminate()
        told = about(server, "C-141")
        assert [each.partition(" ")[0] for each in told] == ["[KO", "[OK"], told
        bad, good = (mail for mail in server.mails if "C-141" in mail["Subject"])
        assert good["References"] == bad["Message-ID"]
        text, _ = parts(bad)
        assert "inconnu : la caisse ne répond pas" in text

    run(body())
