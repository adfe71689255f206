"""The services «webhook» and «heartbeat» against a real HTTPS server."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import pos_service_heartbeat
import pos_service_webhook
from pos_service_heartbeat import Heartbeat, HeartbeatSettings
from pos_service_webhook import WebhookSettings
from pos_terminal.agent.signed_call import signature
from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.https_server import HttpsServer
from tests.support.service_world import world

KEY = b"\x01\x02secret bytes"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture(autouse=True)
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "webhook-secret").write_text(SECRET)
    (folder / "heartbeat-token").write_text("shop-7-token")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))


def settings(server: HttpsServer, **more: object) -> dict[str, Any]:
    return {"url": server.url, "hosts": ["127.0.0.1"], "ca": str(server.pem), **more}


async def until(wanted: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not wanted():
            await asyncio.sleep(0.02)


def test_a_change_is_one_signed_call_also_after_a_failure(tmp_path: Path) -> None:
    server = HttpsServer(tmp_path)
    server.answers = [503]

    async def body() -> None:
        with server.up():
            table = settings(server)
            services = pos_service_webhook.pos_services
            async with world(tmp_path, table, "webhook", services) as (agent, clock):
                await asyncio.sleep(0.1)
                agent.incidents.report("printer", faults.PAPER_OUT, "PIN: 4711")
                clock.go(6)
                await agent.incidents.advance()
                await until(lambda: server.got)
                assert {row.code for row in agent.incidents} == {"P-103", "B-136"}
                clock.go(60)
                agent.outbox.look()
                await until(lambda: len(server.got) == 2)
                await until(lambda: {row.code for row in agent.incidents} == {"P-103"})

    run(body())
    first, second = server.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    told = json.loads(first.body)
    assert (told["what"], told["subject"], told["code"]) == ("opened", "printer", "P-103")
    assert told["detail"] == "PIN: ***"
    for got in server.got:
        signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode()
        mac = base64.b64encode(hmac.new(KEY, signed + got.body, hashlib.sha256).digest())
        assert got.headers["webhook-signature"] == f"v1,{mac.decode()}"


def test_the_signature_is_that_of_the_standard() -> None:
    """The example of Standard Webhooks' own test suites."""
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
        b'{"test": 2432232314}',
    )  # fmt: skip
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_beat_has_a_token_and_a_counter_that_only_grows(tmp_path: Path) -> None:
    server = HttpsServer(tmp_path)

    async def body() -> None:
        with server.up():
            given = HeartbeatSettings(**settings(server))
            for _ in range(2):
                async with world(tmp_path, {}, "heartbeat") as (agent, clock):
                    clock.go(-10**8)
                    heart = Heartbeat(agent, given)
                    assert await heart.beat() and await heart.beat()

    run(body())
    told = [json.loads(got.body) for got in server.got]
    assert [each["counter"] for each in told] == [1, 2, 3, 4]
    assert {got.headers["authorization"] for got in server.got} == {"Bearer shop-7-token"}
    assert told[0]["selling"] is None, "the till does not answer: that is not «no»"


def test_a_plain_beat_says_nothing(tmp_path: Path) -> None:
    server = HttpsServer(tmp_path)

    async def body() -> None:
        with server.up():
            services = pos_service_heartbeat.pos_services
            table = settings(server, plain=True)
            async with world(tmp_path, table, "heartbeat", services):
                await until(lambda: server.got)

    run(body())
    assert server.got[0].body == b"" and "authorization" not in server.got[0].headers


def test_three_that_fail_are_said_and_a_private_address_is_not_called(tmp_path: Path) -> None:
    server = HttpsServer(tmp_path)

    async def body() -> None:
        with server.up():
            given = HeartbeatSettings(**settings(server) | {"hosts": ()})
            async with world(tmp_path, {}, "heartbeat") as (agent, _):
                heart = Heartbeat(agent, given)
                for _ in range(2):
                    assert not await heart.beat()
                assert list(agent.incidents) == []
                assert not await heart.beat()
                (row,) = agent.incidents
                assert row.code == "B-137" and "hors d'internet" in row.detail

    run(body())
    assert server.got == []


@pytest.mark.parametrize("kind", [WebhookSettings, HeartbeatSettings])
def test_a_url_that_is_not_https_is_refused_by_the_settings(kind: type[Any]) -> None:
    with pytest.raises(ValueError, match="https"):
        kind(url="http://example.org/")
