"""The service «alerts» against the mail server that Debian ships, over its end and return."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.alerting import alerting
from tests.support.mail_server import OWNER, USER, certificate, parts
from tests.support.postfix import Postfix


@pytest.mark.slow
def test_postfix_takes_each_mail_once_and_refuses_who_is_nobody(tmp_path: Path) -> None:
    async def until(server: Postfix, mails: int) -> None:
        async with asyncio.timeout(60):
            while len(server.mails()) < mails:
                await asyncio.sleep(0.1)

    async def body(place: Path) -> None:
        server = Postfix(place, certificate(tmp_path))
        recipients = [{"address": OWNER}, {"address": "nobody@example.org"}]
        table = {
            "server": "127.0.0.1", "port": server.port, "login": "none", "sender": USER,
            "ca": str(tmp_path / "2020-2120.pem"), "recipients": recipients, "digest": "",
        }  # fmt: skip
        async with alerting(tmp_path, table) as alerts:
            async with server.up():
                alerts.book.report("printer", faults.PAPER_OUT)
                await alerts.advance(6)
                await until(server, 1)
                async with asyncio.timeout(20):
                    while "B-134" not in {row.code for row in alerts.book}:
                        await asyncio.sleep(0.05)
            # It is down: mails wait, in their order.
            alerts.book.recover("printer", faults.PAPER_OUT)
            await alerts.advance(60)
            async with asyncio.timeout(20):
                while "B-131" not in {row.code for row in alerts.book}:
                    await asyncio.sleep(0.05)
            async with server.up():
                alerts.clock.go(3600)
                alerts.agent.outbox.look()
                await until(server, 2)
        bad, good = server.mails()
        assert (bad["To"], good["References"]) == (OWNER, bad["Message-ID"])
        assert bad["Delivered-To"] == OWNER and bad["Auto-Submitted"] == "auto-generated"
        for said in parts(bad):
            assert "PLUS DE PAPIER (P-103)" in said and "OUT OF PAPER (P-103)" in said

    # Postfix's sockets have room for a short path only, and its own user has to come by.
    with tempfile.TemporaryDirectory(prefix="postfix-") as place:
        Path(place).chmod(0o755)
        run(body(Path(place)))
