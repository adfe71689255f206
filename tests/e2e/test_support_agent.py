"""The whole way: a till's settings, the agent's process, its SSH process, a relay, stock ssh."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pos_terminal.domain.events.grants import GrantEnded, SupportClosed, SupportOpened
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import AgentProcess
from tests.support.nat import Behind, behind_nat
from tests.support.printed import papers
from tests.support.process import child
from tests.support.relay import Relay, made, running
from tests.support.supporting import FIRM, consent, staffed_shop


def settings(relay: Relay) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in relay.settings.items()]
    return "\n".join([FIRM, '[agent]\nservices = ["support"]', "[service.support]", *lines, ""])


def test_a_supporter_comes_through_the_agent_and_its_end_is_the_consents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def body() -> None:
        async with made() as relay:
            monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(relay.terminal))
            async with (
                running(relay),
                staffed_shop(tmp_path / "shop", more=settings(relay)) as shop,
                AgentProcess(tmp_path, till=shop.state) as agent,
            ):
                await agent.start()
                await agent.until(lambda told: [s for s in told.services if s.service == "consent"])
                code = await consent(shop)
                relay.sign(code)
                await relay.linked()
                assert "selling" in (await relay.ssh("status")).out
                await shop.journaled(SupportOpened)
                (closed,) = await shop.journaled(SupportClosed)
                assert len(closed.recording) == 64
                await papers(shop, "ASSISTANCE : COMPTE RENDU", "regarde comment va la caisse")
                await consent(shop, "1")
                await agent.kill()
                ended = await shop.journaled(GrantEnded, 2)
                assert ended[-1].why == "lost"

    run(body())


@pytest.mark.slow
@pytest.mark.parametrize("lost", [Behind.cut, Behind.silence], ids=["cable", "silence"])
def test_a_box_behind_a_router_that_lets_nothing_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: Callable[[Behind], None]
) -> None:
    async def body() -> None:
        with behind_nat() as behind:
            async with made() as relay:
                monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(relay.terminal))
                config = relay.folder / "sshd_config"
                listens = f"ListenAddress {behind.here}\nListenAddress 127.0.0.1\n"
                config.write_text(listens + config.read_text())
                table = settings(relay).replace('"127.0.0.1"', f'"{behind.here}"')
                within = ("ip", "netns", "exec", behind.box)
                async with (
                    running(relay),
                    staffed_shop(tmp_path / "shop", more=table) as shop,
                    AgentProcess(tmp_path, till=shop.state, within=within) as agent,
                ):
                    await agent.start()
                    await agent.until(
                        lambda told: [s for s in told.services if s.service == "consent"]
                    )
                    relay.sign(await consent(shop))
                    await relay.linked()
                    async with child(
                        "ssh", "-tt", "-F", relay.config(), "-o", "LogLevel=ERROR",
                        "pos-1-2",
                        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                    ):  # fmt: skip
                        await shop.journaled(SupportOpened)
                        assert behind.listening() == [], "it opens no port, in a session either"
                        lost(behind)
                        (ended,) = await shop.journaled(GrantEnded, within=3 * PATIENCE)
                        assert ended.why == "lost"
                    await papers(shop, "ASSISTANCE : COMPTE RENDU", "liaison perdue")

    run(body())
