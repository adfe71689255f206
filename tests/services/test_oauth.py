"""XOAUTH2 by a refresh token, against a provider and a mail server on loopback."""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.alerting import Alerting, alerting
from tests.support.https_server import HttpsServer
from tests.support.mail_server import MailServer, certificate, table


@pytest.fixture(autouse=True)
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "alerts-refresh-token").write_text("refresh-0\n")
    (folder / "alerts-client-secret").write_text("client-secret\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def given(token: str, refresh: str = "", expires: int = 3600) -> bytes:
    more = {"refresh_token": refresh} if refresh else {}
    return json.dumps({"access_token": token, "expires_in": expires, **more}).encode()


def settings(server: MailServer, provider: HttpsServer) -> dict[str, object]:
    return table(
        server, login="xoauth2", token_url=provider.url, client_id="pos", scope="smtp",
        token_hosts=["127.0.0.1"], token_ca=str(provider.pem),
    )  # fmt: skip


def asked(provider: HttpsServer) -> list[str]:
    """The refresh token of each question."""
    return [parse_qs(got.body.decode())["refresh_token"][0] for got in provider.got]


async def mailed(alerts: Alerting, server: MailServer, mails: int) -> None:
    """Something to tell, tried until it has arrived."""
    alerts.book.report(f"disk {mails}", faults.DISK_LOW)
    await alerts.advance(6)
    await server.until(lambda s: len(s.raw) == mails)


def test_a_token_is_asked_for_kept_while_it_is_good_and_renewed(tmp_path: Path) -> None:
    (tmp_path / "provider").mkdir()
    server, provider = MailServer(certificate(tmp_path)), HttpsServer(tmp_path / "provider")
    provider.bodies = [given("one", "refresh-1", 70), given("two", "refresh-2"), given("three")]
    server.token = "one"

    async def body() -> None:
        async with server.up():
            with provider.up():
                async with alerting(tmp_path, settings(server, provider)) as alerts:
                    await mailed(alerts, server, 1)
                    await mailed(alerts, server, 2)
                    assert asked(provider) == ["refresh-0"], "it is good for ten seconds more"
                    server.token = "two"
                    await mailed(alerts, server, 3)
                    server.token = "three"  # the second is revoked: refused once, then renewed
                    alerts.book.report("disk 4", faults.DISK_LOW)
                    await alerts.advance(6)
                    async with asyncio.timeout(20):
                        while "B-133" not in {row.code for row in alerts.book}:
                            await asyncio.sleep(0.02)
                    alerts.clock.go(60)
                    alerts.agent.outbox.look()
                    await server.until(lambda s: len(s.raw) == 4)
                # Another run of the agent: what the provider gave last is known.
                async with alerting(tmp_path, settings(server, provider)) as alerts:
                    await mailed(alerts, server, 5)
        assert asked(provider) == ["refresh-0", "refresh-1", "refresh-2", "refresh-2"]
        form = parse_qs(provider.got[0].body.decode())
        assert form == {
            "grant_type": ["refresh_token"], "refresh_token": ["refresh-0"], "client_id": ["pos"],
            "scope": ["smtp"], "client_secret": ["client-secret"],
        }  # fmt: skip
        assert provider.got[0].headers["content-type"] == "application/x-www-form-urlencoded"

    run(body())


def test_another_secret_takes_the_place_of_what_was_given_for_the_old_one(
    tmp_path: Path, secrets: Path
) -> None:
    (tmp_path / "provider").mkdir()
    server, provider = MailServer(certificate(tmp_path)), HttpsServer(tmp_path / "provider")
    provider.bodies, server.token = [given("one", "refresh-1")], "one"

    async def body() -> None:
        async with server.up():
            with provider.up():
                async with alerting(tmp_path, settings(server, provider)) as alerts:
                    await mailed(alerts, server, 1)
                (secrets / "alerts-refresh-token").write_text("consented-anew")
                async with alerting(tmp_path, settings(server, provider)) as alerts:
                    await mailed(alerts, server, 2)
        assert asked(provider) == ["refresh-0", "consented-anew"]

    run(body())


@pytest.mark.parametrize(
    ("status", "answer", "code", "why"),
    [
        (400, b'{"error":"invalid_grant","error_description":"of marie@example.org"}', "B-133",
         "token_url: invalid_grant"),
        (401, b"<html>marie", "B-133", "token_url: refused"),
        (503, b"", "B-131", "token_url: HTTP 503, no token"),
        (200, b'{"access_token":7}', "B-131", "token_url: HTTP 200, no token"),
    ],
)  # fmt: skip
def test_a_provider_that_gives_no_token_is_said_and_nobodys_name(
    tmp_path: Path, status: int, answer: bytes, code: str, why: str
) -> None:
    (tmp_path / "provider").mkdir()
    server, provider = MailServer(certificate(tmp_path)), HttpsServer(tmp_path / "provider")
    provider.answers, provider.bodies, server.token = [status], [answer, given("one")], "one"

    async def body() -> None:
        async with server.up():
            with provider.up():
                async with alerting(tmp_path, settings(server, provider)) as alerts:
                    alerts.book.report("printer", faults.PAPER_OUT)
                    await alerts.advance(6)
                    async with asyncio.timeout(20):
                        while not (of_mail := [r for r in alerts.book if r.subject == "mail"]):
                            await asyncio.sleep(0.02)
                    assert [(row.code, row.detail) for row in of_mail] == [(code, why)]
                    alerts.clock.go(60)
                    alerts.agent.outbox.look()
                    await server.until(lambda s: len(s.raw) == 1)

    run(body())
