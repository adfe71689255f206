"""A selling terminal and whoever asks it through its socket: the whole shop, its far ends."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Raw

from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    DoAsked,
    GrantAsked,
    GrantEnding,
    LevelAsked,
    LogAsked,
    Nothing,
    NoticeAsked,
    RecordsAsked,
    ReloadAsked,
    ReopenAsked,
    ReportAsked,
    Seen,
    TestAsked,
    Watching,
)
from pos_terminal.domain import faults
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.testing.running import PATIENCE, run
from tests.support.channel import ACTS
from tests.support.shop import open_shop


@contextmanager
def fails_with(fault: faults.Fault) -> Iterator[None]:
    with pytest.raises(ChannelError) as raised:
        yield
    assert raised.value.fault is fault, raised.value


def test_status_says_how_it_fares(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            status = await shop.till.call(interface.STATUS, Nothing())
            assert status.selling and status.terminal == "2"
            assert status.last_ticket and status.last_ticket.number == "2-000001"
            assert {each.name: each.state for each in status.devices}["printer"] == "idle"

    run(body())


def test_records_come_as_stored_and_go_on_coming(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU CASH")
            await shop.journaled(SaleClosed)
            got: list[interface.Record] = []
            async with asyncio.timeout(PATIENCE):
                async for records in shop.till.follow(interface.RECORDS, RecordsAsked(0)):
                    if not got:
                        await shop.type("2 PLU CASH")
                    got += records.records
                    if sum(each.kind == SaleClosed.kind for each in got) == 2:
                        break
            assert shop.app.journal
            kept = []
            async for record in shop.app.journal.records():
                kept.append((record.seq, record.kind, record.rec, record.hash, record.sig))
                if record.seq == got[-1].seq:
                    break
            assert [(e.seq, e.kind, e.rec, e.hash, e.sig) for e in got] == kept
            some = await shop.till.call(interface.RECORDS, RecordsAsked(2, 2))
            assert [each.seq for each in some.records] == [3, 4]
            with fails_with(faults.BAD_REQUEST):
                await shop.till.call(interface.RECORDS, RecordsAsked(10_000))

    run(body())


def test_what_the_boxs_own_user_does_is_done_and_recorded(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            till = shop.till
            shop.app.acts = ACTS
            done = await till.call(interface.DO, DoAsked("greet.say", Raw(b'{"name":"Eve"}')))
            assert bytes(done.result) == b'{"hello":"Eve","grant":0}'
            with fails_with(faults.CLERK_REFUSED):
                await till.call(interface.DO, DoAsked("greet.say", Raw(b'{"name":""}')))
            with fails_with(faults.OTHER_VERSION):
                await till.call(interface.DO, DoAsked("greet.wave"))

            for name, outcome in {
                "drawer": "impulsion", "display": "affiché", "printer": "imprimé",
                "tone": "sonné", "keypad": "prêt", "scale": "0 g",
            }.items():  # fmt: skip
                tested = await till.call(interface.TEST, TestAsked(name))
                assert tested.outcome.startswith(f"{name}: {outcome}"), tested
            with fails_with(faults.BAD_REQUEST):
                await till.call(interface.TEST, TestAsked("toaster"))
            await shop.bench.scanner.unplug()
            async with asyncio.timeout(PATIENCE):
                while not shop.app.equipment.ports["scanner"].away:
                    await asyncio.sleep(0.01)
            with fails_with(faults.SCANNER_OFFLINE):
                await till.call(interface.TEST, TestAsked("scanner"))
            used = [each.act for each in await shop.journaled(GrantUsed, 6)]
            assert used[:2] == ["Test drawer", "Test display"]

            await till.call(interface.REOPEN, ReopenAsked("printer"))
            port = shop.app.equipment.ports["printer"]
            async with asyncio.timeout(PATIENCE), port.use(wait=True):
                pass
            (tmp_path / "catalog.csv").write_text("plu,name,price,vat\n1,NEUF,2,5.5\n")
            await till.call(interface.RELOAD, ReloadAsked())
            await shop.type("1 PLU")
            await shop.shows("NEUF")
            with fails_with(faults.SALES_OPEN):
                await till.call(interface.TEST, TestAsked("drawer"))

    run(body())


def test_a_grant_is_for_what_it_says_until_it_ends(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            till = shop.till
            shop.app.acts = ACTS
            asks = GrantAsked("console", GrantLevel.CONTROL, 3600, ["greet"])
            given = await till.call(interface.GRANT, asks)
            name = Raw(b'{"name":"Eve"}')
            done = await till.call(interface.DO, DoAsked("greet.say", name, given.grant))
            assert bytes(done.result) == b'{"hello":"Eve","grant":1}'
            with fails_with(faults.NOT_GRANTED):
                await till.call(interface.DO, DoAsked("part.say", name, given.grant))
            with fails_with(faults.NOT_GRANTED):
                await till.call(interface.DO, DoAsked("greet.say", name, given.grant[:-1]))
            observe = GrantAsked("support", GrantLevel.OBSERVE, 1)
            looks = await till.call(interface.GRANT, observe)
            with fails_with(faults.NOT_GRANTED):
                await till.call(interface.TEST, TestAsked("drawer", looks.grant))
            standing = (await till.call(interface.STATUS, Nothing())).grants
            assert [each.number for each in standing] == [1, 2]
            ended = await shop.journaled(GrantEnded)
            assert (ended[0].grant, ended[0].why) == (2, "expired")

        async with open_shop(tmp_path) as shop:  # the journal has it: a restart ends none
            shop.app.acts = ACTS
            await shop.till.call(interface.DO, DoAsked("greet.say", name, given.grant))
            await shop.till.call(interface.END_GRANT, GrantEnding(number=1))
            with fails_with(faults.NOT_GRANTED):
                await shop.till.call(interface.DO, DoAsked("greet.say", name, given.grant))
            with fails_with(faults.BAD_REQUEST):
                await shop.till.call(interface.END_GRANT, GrantEnding(number=1))
            gave = await shop.journaled(GrantGiven, 2)
            assert given.grant not in repr(gave) and gave[0].until > gave[1].until
            uses = [(each.grant, each.act) for each in await shop.journaled(GrantUsed, 2)]
            assert uses == [(1, "Do greet.say")] * 2

    run(body())


def test_the_mirror_shows_no_secret(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            grant = await shop.till.call(
                interface.GRANT, GrantAsked("support", GrantLevel.OBSERVE, 60)
            )
            seen: list[Seen] = []

            async def watch() -> None:
                async for each in shop.till.follow(interface.WATCH, Watching(grant.grant)):
                    seen.append(each)

            async with asyncio.TaskGroup() as group, asyncio.timeout(PATIENCE):
                watching = group.create_task(watch())
                while not seen:
                    await asyncio.sleep(0.01)
                await shop.type("1 PLU")
                await shop.shows("TRADITION")
                await shop.type("CASH TICKET 1234567")
                await shop.shows("1234567")
                await shop.type("CLERK")
                await shop.bench.scanner.scan("$YB2481093477531186")
                while not {"CLERK", "scan"} <= {each.key for each in seen}:
                    await asyncio.sleep(0.05)
                while not any(each.paper for each in seen):
                    await asyncio.sleep(0.05)
                watching.cancel()
            assert seen[0].status
            screens = [each.screen for each in seen if each.screen]
            assert any("TRADITION" in screen.line1 for screen in screens)
            assert not any("12345" in f"{screen.line1}{screen.line2}" for screen in screens)
            assert "digit" in {each.key for each in seen} and "accepted" in {
                each.tone for each in seen
            }
            (paper,) = [each.paper for each in seen if each.paper]
            assert any("TRADITION" in line for line in paper.lines)
            assert "2481093477531186" not in repr(seen)

    run(body())


def test_what_others_report_and_have_printed(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            till = shop.till
            report = ReportAsked("mail", "M-101", "no route")
            for _ in range(2):
                await till.call(interface.REPORT, report)
            (incident,) = (await till.call(interface.STATUS, Nothing())).incidents
            assert (incident.subject, incident.times) == ("mail", 2)
            recovered = ReportAsked("mail", "M-101", recovered=True)
            await till.call(interface.REPORT, recovered)
            assert not (await till.call(interface.STATUS, Nothing())).incidents
            with fails_with(faults.BAD_REQUEST):
                for number in range(100):
                    await till.call(interface.REPORT, ReportAsked("mail", f"M-{number}"))

            notice = NoticeAsked("Sauvegarde", ["La clé USB est pleine."])
            with fails_with(faults.BAD_REQUEST):
                for _ in range(5):
                    await till.call(interface.NOTICE, notice)
            async with asyncio.timeout(PATIENCE):
                while len(shop.bench.printer.papers) < 4:
                    await asyncio.sleep(0.01)
            assert "CE N'EST PAS UN TICKET" in shop.bench.printer.papers[0].text

    run(body())


def test_the_log_has_no_secrets_and_levels_end(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            log = logging.getLogger("pos_terminal.test")
            secrets = "PIN: 4711 of eve@example.org paid with 4970 1012 3456 7890"
            log.warning("%s by $YB248109347753", secrets)
            asks = LogAsked(1, "WARNING")
            (line,) = (await shop.till.call(interface.LOG, asks)).lines
            assert line.text == "PIN: *** of ***@*** paid with ******** by $***"
            await shop.till.call(interface.LEVEL, LevelAsked(log.name, "DEBUG", 1))
            assert log.isEnabledFor(logging.DEBUG)
            async with asyncio.timeout(PATIENCE):
                while log.isEnabledFor(logging.DEBUG):
                    await asyncio.sleep(0.05)
            for asked in (
                LevelAsked(log.name, "LOUD", 1),
                LevelAsked(log.name, "DEBUG", 10**6),
                LevelAsked("", "DEBUG", 1),
            ):
                with fails_with(faults.BAD_REQUEST):
                    await shop.till.call(interface.LEVEL, asked)

    run(body())
