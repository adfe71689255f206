"""The daily digest: one a day, at its hour by the shop's clock, and none by a clock in doubt."""

from functools import partial
from pathlib import Path

import pytest

from pos_service_alerts.book import SCHEMA, AlertBook
from pos_service_alerts.digest import NOTED, Digest, Summed
from pos_service_alerts.overview import Day, of_day
from pos_service_alerts.post import Post
from pos_service_alerts.settings import AlertsSettings
from pos_service_alerts.situation import situation
from pos_terminal.agent.world import Agent
from pos_terminal.testing.running import run
from tests.support.agent import SetClock
from tests.support.alerting import alerting
from tests.support.mail_server import OWNER, PASSWORD, MailServer, certificate, table

HOUR = 3600.0


@pytest.fixture(autouse=True)
def password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alerts-password").write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))


def after_a_start(agent: Agent) -> Digest:
    """What an agent begins with, which knows of yesterday from its files alone."""
    settings = agent.settings(AlertsSettings)
    book = AlertBook(agent.store("book", SCHEMA), agent.clock)

    def day() -> Summed:
        known = situation(agent, None)
        return Summed(known, 0, partial(of_day, [], Day(), known))

    return Digest(settings, book, Post(agent, settings, book), day)


def test_it_comes_once_a_day_at_its_hour_and_by_no_clock_in_doubt(tmp_path: Path) -> None:
    async def body() -> None:
        server, clock = MailServer(certificate(tmp_path)), SetClock()
        async with (
            server.up(),
            alerting(
                tmp_path, table(server, digest="07:00"), clock=clock, only=("mail 1",)
            ) as alerts,
        ):
            # 9 October 2025, 10:53 in Paris: set up after its hour, so tomorrow's is the first.
            await after_a_start(alerts.agent).look()
            await after_a_start(alerts.agent).look()
            clock.go(20 * HOUR)  # 6:53
            await after_a_start(alerts.agent).look()
            clock.go(HOUR)
            clock.sure = False
            await after_a_start(alerts.agent).look()
            book = AlertBook(alerts.agent.store("book", SCHEMA), clock)
            assert await book.noted(NOTED) == "2025-10-09" and not server.raw
            clock.sure = True
            for _ in range(2):
                await after_a_start(alerts.agent).look()
            await server.until(lambda s: len(s.raw) == 1)
            clock.go(24 * HOUR)
            for _ in range(2):
                await after_a_start(alerts.agent).look()
            alerts.agent.outbox.look()
            await server.until(lambda s: len(s.raw) == 2)
        assert server.to == [OWNER, OWNER]
        first, second = (mail["Subject"] for mail in server.mails)
        assert "le jour 10/10" in first and "le jour 11/10" in second

    run(body())
