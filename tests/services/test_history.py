"""«What changed since it worked», in the mail: from the records and the devices, over restarts."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from pos_service_alerts.book import SCHEMA as BOOK
from pos_service_alerts.book import AlertBook
from pos_service_alerts.changed import DEVICE
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Device, Head
from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.agent import FakeTill, SetClock, stores
from tests.support.alerting import serving_alerts
from tests.support.mail_server import PASSWORD, MailServer, certificate, parts, table

NOW = "2025-10-09T10:53:20+02:00"


@pytest.fixture(autouse=True)
def password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "credentials" / "alerts-password"
    file.parent.mkdir()
    file.write_text(PASSWORD)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))


def printer(identity: str) -> Device:
    return Device("printer", "printer", "idle", identity, NOW, NOW)


def test_a_mail_says_what_changed_since_the_day_before_and_names_nobody(tmp_path: Path) -> None:
    async def body() -> None:
        server, clock, till = MailServer(certificate(tmp_path)), SetClock(), FakeTill(tmp_path)
        till.devices, till.now = [printer("usb 04b8:0e15 OLD")], NOW
        await till.record("catalog.changed", "2025-10-09T09:00:00.000+02:00", {"catalog": "a"})

        async def serve(mails: int) -> None:
            async with till.up(), stores(tmp_path) as opened:
                book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
                async with serving_alerts(
                    tmp_path, opened, book, clock, table(server), ("letters", "changes", "mail 1")
                ) as agent:
                    if mails == 1:
                        await read_to(agent, 1)
                        await change(till)
                        await read_to(agent, 6)
                    else:
                        known = AlertBook(agent.store("book", BOOK), clock)
                        async with asyncio.timeout(20):
                            while DEVICE not in {each.kind for each in await known.changes(50)}:
                                await asyncio.sleep(0.02)
                    book.report("printer", faults.PRINTER_OFFLINE)
                    clock.go(6)
                    await book.advance()
                    await server.until(lambda s: len(s.raw) == mails)
                    book.recover("printer", faults.PRINTER_OFFLINE)
                    clock.go(3600)
                    await book.advance()
                    await server.until(lambda s: len(s.raw) == mails + 1)

        async with server.up():
            await serve(1)
            till.devices = [printer("usb 04b8:0e15 NEW")]
            await serve(3)
        first, _, again, back = (
            parts(mail)[0].replace("\r\n", "\n") for mail in server.mails
        )
        for text in (first, again):
            assert "08/10 10:53\n  08/10 17:02 réglages\n" in text
            assert "09/10 08:00 version 0.0.9 -> 0.1.0" in text
            assert "09/10 08:01 vendeurs" in text and "09/10 08:01 clerks" in text
            # Neither what is too old, nor an ordinary sale, nor what was there before the agent.
            for other in ("07/10", "sale", "catalogue", "Marie"):
                assert other not in text, other
        assert "OLD" not in again.partition("Ce qui a changé")[2]
        assert "autre appareil : printer, usb 04b8:0e15 NEW" in again
        assert "Ce qui a changé" not in back

    run(body())


async def read_to(agent: Agent, seq: int) -> None:
    async with asyncio.timeout(20):
        while (await agent.cursor("changes")).at.seq < seq:
            await asyncio.sleep(0.02)


async def change(till: FakeTill) -> None:
    """Five records behind the one that was there."""
    name = {"operator": 3, "by": "Marie", "change": "named"}
    await till.record("configuration.changed", "2025-10-07T17:02:11.000+02:00", {"before": "x"})
    await till.record("configuration.changed", "2025-10-08T17:02:11.000+02:00", {"before": "x"})
    await till.record("sale.closed", "2025-10-08T18:00:00.000+02:00", {"sale": 1})
    versions = {"before": "0.0.9", "after": "0.1.0"}
    await till.record("version.changed", "2025-10-09T08:00:00.000+02:00", versions)
    await till.record("clerk.changed", "2025-10-09T08:01:00.000+02:00", name)
    assert msgspec.json.decode(till.records[-1].rec)["body"] == name
    assert till.head and isinstance(till.head, Head)
