"""The whole way: a till's settings, the agent's own process, its SSH process, a relay, stock ssh."""

import asyncio
import json
from pathlib import Path

import pytest

from pos_terminal.domain.events.grants import GrantEnded, SupportClosed, SupportOpened
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import AgentProcess
from tests.support.printed import papers
from tests.support.relay import Relay, made, running
from tests.support.supporting import FIRM, consent, staffed_shop


def settings(relay: Relay) -> str:
    lines = [f"{key} = {json.dumps(value)}" for key, value in relay.settings.items()]
    return "\n".join([FIRM, '[agent]\nservices = ["support"]', "[service.support]", *lines, ""])


@pytest.mark.parametrize("end", ["left", "killed"])
def test_a_supporter_comes_through_the_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
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
                async with asyncio.timeout(2 * PATIENCE):
                    while (done := await relay.ssh("status")).status:
                        await asyncio.sleep(0.2)
                assert "selling" in done.out
                await shop.journaled(SupportOpened)
                (closed,) = await shop.journaled(SupportClosed)
                assert len(closed.recording) == 64
                await papers(shop, "ASSISTANCE : COMPTE RENDU", "regarde comment va la caisse")
                if end == "killed":
                    await consent(shop, "1")
                    await agent.kill()
                    ended = await shop.journaled(GrantEnded, 2)
                    assert ended[-1].why == "lost"
                else:
                    await agent.stop()

    run(body())
