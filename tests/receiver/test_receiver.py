"""The receiver of signs of life over loopback: real boxes' calls, real TLS, a real mail server."""

import asyncio
import functools
import json
import random
import re
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Raw

from pos_service_heartbeat import Beat, Heartbeat, HeartbeatSettings, opens
from pos_terminal.agent.incidents import SCHEMA, IncidentBook
from pos_terminal.agent.till import TillClient
from pos_terminal.agent.world import Agent
from pos_terminal.channel.client import AsyncClient
from pos_terminal.domain import faults
from pos_terminal.receiver.program import SUBJECT, Receiver
from pos_terminal.receiver.settings import BadReceiverSettings, WatchSettings, read
from pos_terminal.receiver.token import hash_of
from pos_terminal.testing.running import PATIENCE, run
from tests.support.agent import START, FakeTill, SetClock, stores
from tests.support.mail_server import PASSWORD, MailServer, certificate, parts, table
from tests.support.process import child

HOUR = 3600
DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "alerts-password").write_text(PASSWORD)
    (folder / "heartbeat-token").write_text("token-1")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))


def settings(folder: Path, tills: int, mail: dict[str, Any] | None = None) -> WatchSettings:
    (folder / "receiver").mkdir(exist_ok=True)
    pem = str(certificate(folder / "receiver"))
    plain = {"server": "127.0.0.1", "sender": "a@example.org", "login": "none", "digest": ""}
    whole = {
        "listen": "127.0.0.1:0", "certificate": pem, "key": pem,
        "mail": mail or {**plain, "port": 1, "recipients": [{"address": "t@example.org"}]},
        "tills": [
            {"shop": f"Magasin {n}", "number": "1", "token": hash_of(f"token-{n}")}
            for n in range(1, tills + 1)
        ],
    }  # fmt: skip
    return msgspec.convert(whole, WatchSettings)


@asynccontextmanager
async def receiving(
    folder: Path, given: WatchSettings, clock: SetClock
) -> AsyncIterator[Receiver]:
    receiver = Receiver(given, folder / "watch", clock, every=0.2)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(receiver.run())
        async with asyncio.timeout(PATIENCE):
            while not receiver.port and not running.done():
                await asyncio.sleep(0.01)
        try:
            yield receiver
        finally:
            receiver.stop()


def beat(counter: int, **more: object) -> bytes:
    fields: dict[str, Any] = {
        "store": "1", "terminal": "1", "counter": counter, "utc": START, "trusted": True,
        "selling": True, "version": "0.1.0", "incidents": [], "last_closure": "2025-10-08",
        "last_backup": "", "exposed": None,
    }  # fmt: skip
    return msgspec.json.encode(Beat(**{**fields, **more}))


async def call(receiver: Receiver, given: WatchSettings, token: str, body: bytes) -> int:
    return await ask(receiver, given, posted(token, body))


def posted(token: str, body: bytes) -> bytes:
    fields = f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}"
    return f"POST / HTTP/1.1\r\n{fields}\r\n\r\n".encode() + body


authority = functools.cache(lambda file: ssl.create_default_context(cafile=file))


async def ask(receiver: Receiver, given: WatchSettings, request: bytes) -> int:
    """The status that it answers with; 0 where it says nothing."""
    return await answered(receiver.port, request, authority(given.certificate))


async def answered(port: int, request: bytes, tls: ssl.SSLContext | None = None) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(request)
    words = (await reader.read()).split()
    writer.close()
    return int(words[1]) if words else 0


def wrong(receiver: Receiver) -> set[tuple[str, str]]:
    return {(row.subject, row.code) for row in receiver.incidents}


def test_a_box_that_falls_silent_is_mailed_and_its_return_in_the_same_thread(
    tmp_path: Path,
) -> None:
    async def body() -> None:
        server, clock = MailServer(certificate(tmp_path)), SetClock()
        async with server.up():
            given = settings(tmp_path, 2, table(server))
            async with receiving(tmp_path, given, clock) as receiver:
                assert await call(receiver, given, "token-1", beat(7, incidents=["P-103"])) == 204
                clock.go(16 * 60)
                assert await call(receiver, given, "token-2", beat(1)) == 204
                receiver.look()
                assert wrong(receiver) == {("Magasin 1 1", "B-150")}
                clock.go(6)
                await server.until(lambda s: len(s.raw) == 1)
                assert await call(receiver, given, "token-1", beat(8)) == 204
                receiver.look()
                await server.until(lambda s: len(s.raw) == 2)
        bad, good = server.mails
        assert bad["Subject"] == "[KO B-150] Magasin 1 / caisse 1 / boîtier"
        assert good["Subject"] == "[OK B-150] Magasin 1 / caisse 1 / boîtier"
        assert good["References"] == bad["Message-ID"]
        text, _ = parts(bad)
        for words in ("Z 2025-10-08, P-103", "inconnu : le boîtier se tait", "09/10/2025"):
            assert words in text

    run(body())


def test_a_closed_shop_is_no_dead_one(tmp_path: Path) -> None:
    async def body() -> None:
        given, clock = settings(tmp_path, 4), SetClock()
        night = START + 12 * HOUR * 1_000_000
        async with receiving(tmp_path, given, clock) as receiver:
            assert await call(receiver, given, "token-1", beat(1, opens=night)) == 204
            assert await call(receiver, given, "token-2", beat(1, closed=True)) == 204
            assert await call(receiver, given, "token-3", beat(1, opens=START)) == 204
            clock.go(11 * HOUR)
            receiver.look()
            # One that was never heard is silent, too: absence is not consent.
            assert wrong(receiver) == {("Magasin 3 1", "B-150"), ("Magasin 4 1", "B-150")}
            clock.go(2 * HOUR)
            receiver.look()
            assert ("Magasin 1 1", "B-150") in wrong(receiver), "it should have opened"
            assert ("Magasin 2 1", "B-150") not in wrong(receiver)
            clock.go(4 * 24 * HOUR)
            receiver.look()
            assert ("Magasin 2 1", "B-150") in wrong(receiver)

    run(body())


def test_a_counter_that_goes_back_is_refused_over_a_restart_too(tmp_path: Path) -> None:
    async def body() -> None:
        given, clock = settings(tmp_path, 1), SetClock()
        async with receiving(tmp_path, given, clock) as receiver:
            assert await call(receiver, given, "token-1", beat(41)) == 204
        async with receiving(tmp_path, given, clock) as receiver:
            for counter in (41, 40, 0, -3):
                assert await call(receiver, given, "token-1", beat(counter)) == 409
            assert wrong(receiver) == {("Magasin 1 1", "B-151")}
            assert receiver.heard["Magasin 1 1"].counter == 41
            assert await call(receiver, given, "token-1", beat(42)) == 204
            assert wrong(receiver) == set()
        # Another card with another token is another box: its counter begins anew.
        anew = msgspec.structs.replace(
            given, tills=(msgspec.structs.replace(given.tills[0], token=hash_of("new")),)
        )
        async with receiving(tmp_path, anew, clock) as receiver:
            assert await call(receiver, anew, "token-1", beat(43)) == 401
            assert await call(receiver, anew, "new", beat(1)) == 204

    run(body())


REFUSED = {
    b"GET / HTTP/1.1\r\n\r\n": 405,
    b"POST / HTTP/1.1\r\n\r\n": 401,
    b"POST / HTTP/1.1\r\nAuthorization: Bearer nobody\r\nContent-Length: 0\r\n\r\n": 401,
    b"POST / HTTP/1.1\r\nAuthorization: Basic token-1\r\nContent-Length: 0\r\n\r\n": 401,
    b"POST / HTTP/1.1\r\nAuthorization: Bearer token-1\r\n\r\n": 411,
    b"POST / HTTP/1.1\r\nAuthorization: Bearer token-1\r\nContent-Length: 2\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n{}": 411,
    b"POST / HTTP/1.1\r\nAuthorization: Bearer token-1\r\nContent-Length: 99999\r\n\r\n": 413,
    b"POST / HTTP/1.1\r\nAuthorization: Bearer token-1\r\nContent-Length: 2\r\n\r\n{}": 400,
    b"POST / HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}": 400,
    b"POST / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n": 400,
    b"\x00\xff\r\n\r\n": 400,
    b"POST / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n": 431,
}


def test_whatever_is_no_sign_of_life_is_refused_and_harms_nobody(tmp_path: Path) -> None:
    async def body() -> None:
        given, clock = settings(tmp_path, 1), SetClock()
        async with receiving(tmp_path, given, clock) as receiver:
            for request, status in REFUSED.items():
                assert await ask(receiver, given, request) == status, request
            assert await call(receiver, given, "token-1", beat(1, terminal="9")) == 403
            assert await call(receiver, given, "token-1", beat(1)) == 204

    run(body())


def test_five_hundred_boxes_call_at_once_and_a_deaf_receiver_calls_no_shop(tmp_path: Path) -> None:
    async def body() -> None:
        given, clock = settings(tmp_path, 500), SetClock()
        async with receiving(tmp_path, given, clock) as receiver:
            for counter in (1, 2):
                calls = (
                    call(receiver, given, f"token-{number}", beat(counter))
                    for number in range(1, 501)
                )
                assert set(await asyncio.gather(*calls)) == {204}
        async with receiving(tmp_path, given, clock) as receiver:
            assert {receiver.heard[each.name].counter for each in given.tills} == {2}
            clock.go(20 * 60)
            receiver.look()
            clock.go(6)
            told = [change.incident.code for change in receiver.incidents._table.tick(clock.utc())]
            assert told == ["B-152"]

    run(body())


def test_a_clock_that_is_set_makes_nobody_late(tmp_path: Path) -> None:
    class Jumping(SetClock):
        ran = 0.0

        def monotonic(self) -> float:
            return self.ran

    async def body() -> None:
        given, clock = settings(tmp_path, 1), Jumping()
        async with receiving(tmp_path, given, clock) as receiver:
            assert await call(receiver, given, "token-1", beat(1)) == 204
            clock.go(24 * HOUR)  # set, and no second has passed
            receiver.look()
            assert wrong(receiver) == set()
            clock.go(16 * 60)
            clock.ran += 16 * 60
            receiver.look()
            assert wrong(receiver) == {("Magasin 1 1", "B-150")}

    run(body())


def test_a_boxs_own_heartbeat_is_heard(tmp_path: Path) -> None:
    async def body() -> None:
        given, clock = settings(tmp_path, 1), SetClock()
        async with receiving(tmp_path, given, clock) as receiver, stores(tmp_path) as opened:
            book = await IncidentBook.open(opened.worker("agent", SCHEMA), clock)
            book.report("mail", faults.MAIL_LOGIN)
            of_till = msgspec.structs.replace(
                FakeTill(tmp_path).settings, hours=["Th 08:00-20:00"], tables=Raw(b"{}")
            )
            agent = Agent(
                "heartbeat", till=TillClient(AsyncClient(tmp_path / "till"), clock),
                incidents=book, clock=clock, stores=opened, given=of_till, checks=tuple,
            )  # fmt: skip
            url = f"https://127.0.0.1:{receiver.port}/"
            sends = HeartbeatSettings(url=url, hosts=("127.0.0.1",), ca=given.certificate)
            beats = Heartbeat(agent, sends)
            assert await beats.beat()
            said = receiver.heard["Magasin 1 1"].beat
            assert said and said.opens == opens(of_till, START, closed=False) and said.opens
            # What it cannot mail by itself is mailed from here.
            assert wrong(receiver) == {("Magasin 1 1", "B-133")}
            book.recover("mail", faults.MAIL_LOGIN)
            await book.advance()
            assert await beats.beat()
            assert wrong(receiver) == set()

    run(body())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"listen": "0.0.0.0:80", "certificate": "", "key": ""}, "127.0.0.1"),
        ({"listen": "nowhere"}, "listen"),
        ({"key": ""}, "certificate"),
        ({"tills": []}, "500"),
        ({"late": 5}, "late"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"password": "x"}, "password"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    good = msgspec.to_builtins(settings(tmp_path, 1))
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({**good, **change}, WatchSettings)
    file = tmp_path / "watch.toml"
    for text, french in (("tills = [", "ce n'est pas du TOML"), ("late = 60", "il manque mail")):
        file.write_text(text)
        with pytest.raises(BadReceiverSettings, match=f"B-153.*{french}"):
            read(file)


def test_its_own_certificate_is_said_before_its_end_until_it_is_renewed(tmp_path: Path) -> None:
    async def body() -> None:
        given, clock = settings(tmp_path, 1), SetClock()
        file = Path(given.certificate)
        year = datetime.fromtimestamp(clock.utc() / 1e6, UTC).year
        short = certificate(tmp_path, until=year + 1)
        ends = datetime(year + 1, 1, 1, tzinfo=UTC).timestamp()
        file.write_bytes(short.read_bytes())
        async with receiving(tmp_path, given, clock) as receiver:
            clock.go(ends - 20 * DAY - clock.utc() / 1e6)
            receiver.look()
            assert (SUBJECT, "B-138") not in wrong(receiver)
            clock.go(10 * DAY)
            receiver.look()
            assert (SUBJECT, "B-138") in wrong(receiver)
            file.write_bytes(certificate(tmp_path).read_bytes())
            async with asyncio.timeout(PATIENCE):
                while (SUBJECT, "B-138") in wrong(receiver):
                    await asyncio.sleep(0.1)

    run(body())


def test_two_boxes_have_two_tokens(tmp_path: Path) -> None:
    good = msgspec.to_builtins(settings(tmp_path, 1))
    again = {**good["tills"][0], "number": "2"}
    with pytest.raises(msgspec.ValidationError, match="deux fois"):
        msgspec.convert({**good, "tills": [*good["tills"], again]}, WatchSettings)
    assert json.dumps(good).count("token-1") == 0


def test_what_was_acknowledged_is_known_after_kills_at_any_moment(tmp_path: Path) -> None:
    """The command itself, behind a proxy as it were: without TLS on loopback."""
    file, chance = tmp_path / "watch.toml", random.Random(5)
    file.write_text(
        'listen = "127.0.0.1:0"\n[mail]\nserver = "127.0.0.1"\nport = 1\nlogin = "none"\n'
        'sender = "a@example.org"\nrecipients = [{address = "t@example.org"}]\n'
        f'[[tills]]\nshop = "Magasin"\nnumber = "1"\ntoken = "{hash_of("token-1")}"\n'
    )

    command = ("alerts", "watch", "--config", file, "--agent", tmp_path / "watch")

    @asynccontextmanager
    async def started() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
        call = child(
            sys.executable, "-m", "pos_terminal", *command, stderr=asyncio.subprocess.PIPE
        )
        async with call as process:
            assert process.stderr
            found = None
            async with asyncio.timeout(PATIENCE):
                while not found:
                    line = (await process.stderr.readline()).decode()
                    assert line, "it ended"
                    found = re.search(r"port (\d+)", line)
            yield process, int(found[1])

    async def body() -> None:
        sent = acknowledged = 0
        for _ in range(4):
            async with started() as (process, port):
                if acknowledged:
                    assert await answered(port, posted("token-1", beat(acknowledged))) == 409
                asyncio.get_running_loop().call_later(chance.uniform(0, 0.2), process.kill)
                with suppress(OSError):  # the one that is on its way when it is killed
                    sent += 1
                    while status := await answered(port, posted("token-1", beat(sent))):
                        assert status == 204
                        acknowledged, sent = sent, sent + 1
                assert await process.wait() == -9
        async with started() as (process, port):
            assert acknowledged
            assert await answered(port, posted("token-1", beat(acknowledged))) == 409
            process.terminate()
            assert await process.wait() == 0

    run(body())
