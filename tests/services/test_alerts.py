"""The service «alerts» against a real mail server: who is told what, how often, in which thread."""

import asyncio
import socket
from pathlib import Path

import pytest

from pos_service_alerts.book import SCHEMA, AlertBook
from pos_service_alerts.mailer import Mailer
from pos_service_alerts.oauth import Tokens
from pos_service_alerts.settings import AlertsSettings, topic
from pos_terminal.agent.delivery import Limits, Message
from pos_terminal.agent.outbox import NotDelivered
from pos_terminal.domain import faults
from pos_terminal.testing.running import run
from tests.support.agent import SetClock
from tests.support.alerting import Alerting, alerting
from tests.support.mail_server import OWNER, PASSWORD, MailServer, certificate, parts, table


@pytest.fixture(autouse=True)
def password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "credentials" / "alerts-password"
    file.parent.mkdir()
    file.write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(file.parent))
    return file


def open_now(alerts: Alerting) -> dict[str, str]:
    return {row.code: row.detail for row in alerts.book if row.subject.startswith("mail")}


async def until_open(alerts: Alerting, code: str) -> str:
    """The detail of an incident about mail, once it is there."""
    async with asyncio.timeout(20):
        while code not in open_now(alerts):
            await asyncio.sleep(0.02)
    return open_now(alerts)[code]


async def until_held(alerts: Alerting, changes: int) -> None:
    """Once so many are held back."""
    book = alerts.agent.store("book", SCHEMA)
    async with asyncio.timeout(20):
        while await book.do(lambda db: db.execute("SELECT count(*) FROM held").get) != changes:
            await asyncio.sleep(0.02)


async def told(alerts: Alerting, server: MailServer, mails: int) -> None:
    """Have it try once more, and wait until the server has so many."""
    alerts.clock.go(7200)
    alerts.agent.outbox.look()
    await server.until(lambda s: len(s.raw) == mails)


@pytest.mark.parametrize("starttls", [False, True])
def test_a_failure_and_its_recovery_are_one_thread(tmp_path: Path, starttls: bool) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path), starttls=starttls)
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == 1)
            alerts.book.recover("printer", faults.PAPER_OUT)
            await alerts.advance(60)
            await server.until(lambda s: len(s.raw) == 2)
        bad, good = server.mails
        assert server.to == [OWNER, OWNER]
        assert bad["Subject"] == "[KO P-103] Au Bon Pain / caisse 2 / printer"
        assert good["Subject"] == "[OK P-103] Au Bon Pain / caisse 2 / printer"
        assert good["References"] == good["In-Reply-To"] == bad["Message-ID"]
        for said in parts(bad):
            assert "PLUS DE PAPIER (P-103)" in said and "OUT OF PAPER (P-103)" in said

    run(body())


def test_an_answer_that_is_lost_repeats_the_mail_under_its_id(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        server.answers = [None]
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            await until_open(alerts, "B-131")
            await told(alerts, server, 2)
        first, second = server.mails
        assert first["Message-ID"] == second["Message-ID"]
        assert server.raw[0] == server.raw[1]
        assert open_now(alerts) == {}

    run(body())


def test_an_hour_of_flapping_is_five_mails_and_the_recovery(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            for second in range(0, 3600, 10):
                if second % 60 == 0:
                    alerts.book.report("printer", faults.PRINTER_OFFLINE)
                elif second % 60 == 30:
                    alerts.book.recover("printer", faults.PRINTER_OFFLINE)
                await alerts.advance(10)
            alerts.book.recover("printer", faults.PRINTER_OFFLINE)
            for _ in range(70):
                await alerts.advance(10)
            await server.until(
                lambda s: [each[:3] for each in s.subjects[-2:]] == ["[KO", "[OK"]
                and s.subjects[-2].endswith("(instable)")
            )
        assert len(server.raw) <= 6

    run(body())


def test_what_is_more_than_an_hours_mails_comes_as_one(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        async with server.up(), alerting(tmp_path, table(server, an_hour=3)) as alerts:
            for number in range(20):
                alerts.book.report(f"disk /{number}", faults.DISK_LOW)
            await alerts.advance(6)
            await until_held(alerts, 17)
            await server.until(lambda s: len(s.raw) == 3)
        clock = alerts.clock
        clock.go(3600)
        async with server.up(), alerting(tmp_path, table(server), clock=clock) as alerts:
            await server.until(lambda s: len(s.raw) == 4)
        assert server.subjects[-1] == "[17] Au Bon Pain / caisse 2 / alertes retenues"
        for said in parts(server.mails[-1]):
            assert said.count("DISQUE PRESQUE PLEIN") == said.count("DISK NEARLY FULL") == 17

    run(body())


def test_whom_a_server_refuses_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        server.refuses = {"wrong@example.org": "550 no such user", "late@example.org": "451 later"}
        people = ("wrong@example.org", "late@example.org", OWNER)
        to = [{"address": each} for each in people]
        async with server.up(), alerting(tmp_path, table(server, *to)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            await server.until(lambda s: s.to == [OWNER])
            assert "550 no such user" in await until_open(alerts, "B-134")
            await until_open(alerts, "B-131")
            del server.refuses["late@example.org"]
            await told(alerts, server, 2)
            assert (await alerts.agent.outbox.waiting(topic("wrong@example.org"))).messages == 0
        assert server.to == [OWNER, "late@example.org"]

    run(body())


def test_who_is_told_of_alarms_alone_or_of_one_subject(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        grave = {"address": "grave@example.org", "severity": "alarm"}
        disks = {"address": "disks@example.org", "subjects": ["disk*"]}
        async with server.up(), alerting(tmp_path, table(server, grave, disks)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            alerts.book.report("disk /", faults.DISK_LOW)
            alerts.book.report("mail", faults.MAIL_WAITS)
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == 2)
        assert sorted(zip(server.to, (each[:10] for each in server.subjects), strict=True)) == [
            ("disks@example.org", "[KO B-101]"), ("grave@example.org", "[KO P-103]"),
        ]  # fmt: skip

    run(body())


def test_a_password_that_is_refused_is_said_and_tried_again(tmp_path: Path, password: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        password.write_text("wrong-one")
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            assert "wrong-one" not in await until_open(alerts, "B-133")
            password.write_text(PASSWORD)
            await told(alerts, server, 1)

    run(body())


def test_an_access_token_is_shown_as_google_has_it(tmp_path: Path, password: Path) -> None:
    """XOAUTH2: «user=…^Aauth=Bearer …^A^A» in base64."""
    password.with_name("alerts-token").write_text("ya29.token")

    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        server.token = "ya29.token"
        async with server.up(), alerting(tmp_path, table(server, login="xoauth2")) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == 1)

    run(body())


def test_an_outbox_that_is_full_is_said_and_loses_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            full = Limits(messages=1)
            alerts.agent.outbox._limits = full
            server.refuses = {OWNER: "451 later"}
            for number in range(2):
                alerts.book.report(f"disk /{number}", faults.DISK_LOW)
            await alerts.advance(6)
            await until_open(alerts, "B-135")
            del server.refuses[OWNER]
            await told(alerts, server, 1)
        async with server.up(), alerting(tmp_path, table(server), clock=alerts.clock):
            await server.until(lambda s: len(s.raw) == 2)
        assert [each[1:9] for each in server.subjects] == ["KO B-101"] * 2

    run(body())


@pytest.mark.parametrize("years", [(1970, 1980), (2100, 2120)])
def test_a_certificate_not_valid_by_the_boxs_clock_waits(
    tmp_path: Path, years: tuple[int, int]
) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path, valid_from=years[0], until=years[1]))
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            assert "UTC" in await until_open(alerts, "B-132")
            assert (await alerts.agent.outbox.waiting(topic(OWNER))).messages == 1
        assert server.raw == []

    run(body())


def test_a_certificate_of_another_authority_is_not_taken(tmp_path: Path) -> None:
    async def body() -> None:
        server, other = MailServer(certificate(tmp_path)), certificate(tmp_path, until=2100)
        async with server.up(), alerting(tmp_path, table(server) | {"ca": str(other)}) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            assert "self-signed" in await until_open(alerts, "B-132")
        assert server.raw == []

    run(body())


def test_a_server_that_says_nothing_is_left_in_time(tmp_path: Path) -> None:
    async def body() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            server = MailServer(certificate(tmp_path))
            server.port = silent.getsockname()[1]
            settings = table(server)
            async with alerting(tmp_path, settings, only=["letters"]) as alerts:
                given = alerts.agent.settings(AlertsSettings)
                book = AlertBook(alerts.agent.store("book", SCHEMA), alerts.clock)
                tokens = Tokens(alerts.agent, given, book)
                mailer = Mailer(alerts.agent, given, tokens, patience=0.2)
                message = Message(id="1", topic=topic(OWNER), body=b"\r\n", made=0, due=0)
                with pytest.raises(NotDelivered):
                    await mailer.send(message)
                assert set(open_now(alerts)) == {"B-131"}

    run(body())


SECRETS = {
    "PIN: 4711": "4711",
    "customer=Séraphine Lagadec": "Lagadec",
    f"login with {PASSWORD} refused": PASSWORD,
    "token=eyJhbGciOi.abc": "eyJhbGciOi",
    "wrote b'%B4970101234567890^LAGADEC/SERAPHINE^2512?'": "4970101234567890",
    "slip b'CARTE BANCAIRE 497010XXXXXX7890 AUTO 482913'": "7890",
    "paid, auth 482913": "482913",
    "code K7QM-3XZP-9TRD": "K7QM",
}


def test_no_secret_is_in_a_mail(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            for number, line in enumerate(SECRETS):
                alerts.book.report(f"disk /{number}", faults.DISK_LOW, line)
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == len(SECRETS))
        for mail in server.mails:
            told = "".join(parts(mail))
            assert "***" in told
            assert [secret for secret in SECRETS.values() if secret in told] == []

    run(body())


@pytest.mark.parametrize("starttls", [False, True])
def test_a_certificate_that_ends_soon_is_said_while_mails_still_go(
    tmp_path: Path, starttls: bool
) -> None:
    async def body() -> None:
        server, clock = MailServer(certificate(tmp_path), starttls=starttls), SetClock()
        clock.at = 4_733_510_400_000_000 - 10 * 86_400_000_000  # ten days before 2120
        async with server.up(), alerting(tmp_path, table(server), clock=clock) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == 1)
            assert await until_open(alerts, "B-138") == "2120-01-01, 9 j"
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == 2)
            clock.at -= 30 * 86_400_000_000  # it was the clock
            alerts.book.recover("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            await server.until(lambda s: len(s.raw) == 3)
            async with asyncio.timeout(20):
                while "B-138" in open_now(alerts):
                    await asyncio.sleep(0.02)
        assert "[KO B-138]" in server.subjects[1]

    run(body())


def test_greylisting_delays_a_mail_and_gives_up_none(tmp_path: Path) -> None:
    async def body() -> None:
        server = MailServer(certificate(tmp_path))
        server.refuses = {OWNER: "450 4.2.0 greylisted, come back in five minutes"}
        async with server.up(), alerting(tmp_path, table(server)) as alerts:
            alerts.book.report("printer", faults.PAPER_OUT)
            await alerts.advance(6)
            assert "greylisted" in await until_open(alerts, "B-131")
            server.refuses.clear()
            await told(alerts, server, 1)
            async with asyncio.timeout(20):
                while "B-131" in open_now(alerts):
                    await asyncio.sleep(0.02)

    run(body())
