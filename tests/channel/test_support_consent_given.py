"""A consent at the till: its code on paper alone, levels, questions, its end, its account."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pos_terminal.channel import interface
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    GrantAsked,
    Nothing,
    Paper,
    ReopenAsked,
    Seen,
    TestAsked,
    Watching,
)
from pos_terminal.channel.support import SupportTrouble
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, Trouble
from pos_terminal.domain.events.grants import (
    GrantEnded,
    GrantGiven,
    SupportAnswered,
    SupportClosed,
    SupportCommanded,
    SupportOpened,
    SupportRefused,
)
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Answer, GrantLevel
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing.support import account
from pos_terminal.domain.receipt import Row, Text
from pos_terminal.domain.staff.support import CODE_ALPHABET, CODE_LENGTH, principal
from pos_terminal.runtime.clock import SystemClock, moment
from pos_terminal.runtime.methods.support_story import read_story
from pos_terminal.testing.powercut import SlowVFS
from pos_terminal.testing.running import run
from tests.support.printed import papers
from tests.support.shop import Shop, open_shop
from tests.support.staff import BOSS, LEA, PINS
from tests.support.supporting import HOST_KEY, Peer, consent, staffed_shop


async def refused(shop: Shop, fault: faults.Fault, peer: Peer, code: str) -> None:
    with pytest.raises(ChannelError) as raised:
        await peer.enter(code)
    assert raised.value.fault is fault


def test_a_code_on_paper_opens_once_and_nobody_else_learns_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            screens: list[str] = []
            outputs = shop.app.equipment.outputs
            outputs.customer.observers.add(lambda each: screens.append(each.line1 + each.line2))
            outputs.screen.observers.add(lambda each: screens.append(each.line1 + each.line2))
            code = await consent(shop)
            assert len(CODE_ALPHABET) ** CODE_LENGTH > 2**40
            await shop.shows("ASSISTANCE")
            assert not any(code[:4] in each for each in screens)
            kept = [each for each in shop.state.rglob("*") if each.is_file()]
            shown = principal("1", "2", code).encode()
            secrets = [code[:4].encode() + b"-" + code[4:8].encode(), code.encode(), shown]
            leaks = [each.name for each in kept if any(s in each.read_bytes() for s in secrets)]
            assert leaks == []
            await refused(shop, faults.CODE_WRONG, peer, code[::-1])
            granted = await peer.enter(code)
            await papers(shop, "ASSISTANCE : DEBUT", "marie")
            with pytest.raises(ChannelError, match="marie"):
                await peer.enter(code, "paul")
            await peer.leave(granted.grant)
            (wrong,), (opened,) = (
                await shop.journaled(SupportRefused), await shop.journaled(SupportOpened)
            )  # fmt: skip
            (given,) = await shop.journaled(GrantGiven)
            assert (wrong.times, opened.who) == (1, "marie")
            assert (given.purpose, given.level, given.by) == ("assistance", "diagnose", BOSS)

    run(body())


def test_the_paper_says_by_what_the_till_is_known(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following():
            await shop.type("1 ASSISTANCE ASSISTANCE")
            await shop.type(f"{BOSS} CLERK {PINS[BOSS]} CLERK")
            paper = await papers(shop, "ASSISTANCE : CODE", "Acme")
            assert HOST_KEY.removeprefix("SHA256:")[:8] in paper

    run(body())


def test_five_wrong_codes_end_it(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            await consent(shop)
            for _ in range(5):
                await refused(shop, faults.CODE_WRONG, peer, "2" * CODE_LENGTH)
            (ended,) = await shop.journaled(GrantEnded)
            assert ended.why == "tries"
            await shop.shows("BONJOUR LEA")

    run(body())


def test_nobody_can_come_where_no_service_follows(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop:
            await shop.type(f"ASSISTANCE ASSISTANCE {BOSS} CLERK {PINS[BOSS]} CLERK")
            await shop.shows("SERVICE ABSENT")
            status = await shop.till.call(interface.STATUS, Nothing())
            assert status.grants == []

    run(body())


@pytest.mark.slow
def test_each_level_and_each_yes(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            granted = await peer.enter(await consent(shop, "2"))
            grant = granted.grant
            await peer.command(grant, "journal", "relit le journal", GrantLevel.OBSERVE)
            await shop.shows("ASSISTANCE", "relit le journal")
            await peer.command(grant, "test printer", "essaie", GrantLevel.DIAGNOSE)
            await peer.till.call(interface.REOPEN, ReopenAsked("tone", grant))
            with pytest.raises(ChannelError) as above:
                await peer.command(grant, "kick", "ouvre le tiroir", GrantLevel.CONTROL)
            assert above.value.fault is faults.NOT_GRANTED
            with pytest.raises(ChannelError) as kick:
                await peer.till.call(interface.TEST, TestAsked("drawer", grant))
            assert kick.value.fault is faults.NOT_GRANTED
            assert shop.bench.printer.pulses == []
            await peer.leave(grant)

            granted = await peer.enter(await consent(shop, "3"))
            grant, drawer = granted.grant, TestAsked("drawer", granted.grant)
            for answer, opened in (("NON", 0), ("OUI", 1), ("OUI", 2)):
                async with asyncio.TaskGroup() as group:
                    asked = group.create_task(answered(peer, drawer))
                    await shop.shows("OUI = 1", "ouvrir le tiroir")
                    await shop.type(answer)
                    assert (await asked is None) == (answer == "OUI")
                assert len(shop.bench.printer.pulses) == opened
            said = await shop.journaled(SupportAnswered, 3)
            assert [each.answer for each in said] == ["no", "yes", "yes"]
            refusals = [each.refused for each in await shop.journaled(SupportCommanded, 3)]
            assert refusals == [False, False, True]
            await peer.leave(grant)

    run(body())


async def answered(peer: Peer, asked: TestAsked) -> faults.Fault | None:
    try:
        await peer.till.call(interface.TEST, asked)
    except ChannelError as error:
        return error.fault
    return None


def test_what_waits_for_a_yes_or_comes_behind_the_end_is_not_done(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            grant = (await peer.enter(await consent(shop, "3"))).grant
            async with asyncio.TaskGroup() as group:
                asked = group.create_task(answered(peer, TestAsked("drawer", grant)))
                await shop.shows("OUI = 1", "ouvrir le tiroir")
                await shop.type("ASSISTANCE OUI")  # faster than the display
                assert await asked is faults.SUPPORT_SAID_NO
            with pytest.raises(ChannelError) as behind:
                await peer.command(grant, "status", "regarde", GrantLevel.OBSERVE)
            assert behind.value.fault is faults.NOT_GRANTED
            await peer.leave(grant)
            await papers(shop, "ASSISTANCE : COMPTE RENDU")
            assert shop.bench.printer.pulses == [] and shop.so_far(SupportCommanded) == []
            (said,) = shop.so_far(SupportAnswered)
            assert (said.answer, said.by) == (Answer.NONE, 0)

    run(body())


def test_one_key_ends_it_in_the_middle_of_a_sale(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            granted = await peer.enter(await consent(shop))
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "ASS")
            await shop.type("ASSISTANCE")
            await peer.until(lambda news: news[-1].consent is None)
            with pytest.raises(ChannelError) as raised:
                await peer.till.call(interface.REOPEN, ReopenAsked("tone", granted.grant))
            assert raised.value.fault is faults.NOT_GRANTED
            await peer.leave(granted.grant)
            await shop.type("CASH")
            await shop.journaled(SaleClosed)
            (ended,) = await shop.journaled(GrantEnded)
            assert (ended.why, ended.by) == ("ended", LEA)
            (closed,) = await shop.journaled(SupportClosed)
            assert closed.recording == "ab" * 32
            await papers(shop, "ASSISTANCE : COMPTE RENDU", "arrêté à la", "ab" * 8)

    run(body())


@pytest.mark.slow  # seconds, because the agent takes them
def test_an_agent_that_takes_its_time_over_a_recording_is_waited_for(tmp_path: Path) -> None:
    """So is the disk then: the account is read from what is on it."""
    disk = SlowVFS(sync=0, every=1_000_000)

    async def body() -> None:
        async with (
            staffed_shop(tmp_path, vfs=disk.name) as shop, Peer(shop).following() as peer,
        ):  # fmt: skip
            granted = await peer.enter(await consent(shop))
            await shop.type("ASSISTANCE")
            await shop.journaled(GrantEnded)
            await asyncio.sleep(7)
            disk.sync = 0.5
            await peer.leave(granted.grant)
            (closed,) = await shop.journaled(SupportClosed)
            assert closed.recording == "ab" * 32
            await papers(shop, "ASSISTANCE : COMPTE RENDU", "ab" * 8)
            disk.sync = 0

    run(body())


def test_an_agent_that_is_gone_takes_its_consent_along(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop:
            async with Peer(shop).following() as peer:
                await peer.enter(await consent(shop))
            (ended,) = await shop.journaled(GrantEnded)
            (closed,) = await shop.journaled(SupportClosed)
            assert (ended.why, closed.recording) == ("lost", "")
            await papers(shop, "ASSISTANCE : COMPTE RENDU", "liaison perdue", "aucun")

    run(body())


@pytest.mark.parametrize("holds", [True, False], ids=["agent lived on", "agent lost"])
def test_a_till_that_starts_anew_in_a_session(tmp_path: Path, *, holds: bool) -> None:
    async def body() -> None:
        async with AsyncExitStack() as outer:
            async with staffed_shop(tmp_path) as shop:
                peer = await outer.enter_async_context(Peer(shop).following(outlives=True))
                granted = await peer.enter(await consent(shop))
            async with staffed_shop(tmp_path, again=True) as shop:
                peer = Peer(shop)
                async with peer.following(granted.grant if holds else None):
                    if holds:
                        assert (await peer.consent()).number == granted.number
                        await peer.till.call(interface.REOPEN, ReopenAsked("tone", granted.grant))
                        await peer.leave(granted.grant)
                    (ended,) = await shop.journaled(GrantEnded)
                    assert ended.why == ("returned" if holds else "lost")
                    await shop.journaled(SupportClosed)

    run(body())


@pytest.mark.parametrize("when", ["before the till", "behind the till"])
@pytest.mark.parametrize("holds", [True, False], ids=["agent lived on", "agent lost"])
def test_a_session_that_the_shop_ends_while_its_till_and_agent_miss_each_other(
    tmp_path: Path, when: str, *, holds: bool
) -> None:
    """It is ended before the till starts anew, or behind that: its hash comes all the same."""

    async def end(shop: Shop) -> None:
        await shop.type("ASSISTANCE")
        (ended,) = await shop.journaled(GrantEnded)
        assert ended.why == "ended"
        assert shop.so_far(SupportClosed) == []

    async def body() -> None:
        async with AsyncExitStack() as outer:
            async with staffed_shop(tmp_path) as shop:
                peer = await outer.enter_async_context(Peer(shop).following(outlives=True))
                granted = await peer.enter(await consent(shop))
                if when == "before the till":
                    await end(shop)
            async with staffed_shop(tmp_path, again=True) as shop:
                if when == "behind the till":
                    await shop.shows("ASSISTANCE")
                    await end(shop)
                peer = Peer(shop)
                async with peer.following(granted.grant if holds else None):
                    if holds:
                        await peer.leave(granted.grant)
                    (closed,) = await shop.journaled(SupportClosed)
                    assert closed.recording == ("ab" * 32 if holds else "")
                    wanted = "ab" * 8 if holds else "aucun"
                    await papers(shop, "ASSISTANCE : COMPTE RENDU", "arrêté à la", wanted)
                    assert len(shop.so_far(SupportClosed)) == 1

    run(body())


def test_why_nobody_comes_is_said_once_at_the_counter(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            await consent(shop)
            inputs: list[Input] = []
            shop.app.inputs.add(inputs.append)
            number = (await peer.consent()).number
            asked = SupportTrouble(number, faults.CERTIFICATE_CLOCK.code)
            for _ in range(2):
                await peer.till.call(interface.SUPPORT_TROUBLE, asked)
            await shop.shows("HEURE OU CERTIFICAT")
            said = [each.fault for each in inputs if isinstance(each, Trouble)]
            assert said == [faults.CERTIFICATE_CLOCK]
            await shop.type("C")
            await shop.shows("ASSISTANCE", "ATTENDUE")

    run(body())


class Moved(SystemClock):
    """The machine's, put on or back by so many days."""

    by = 0

    def now(self) -> Moment:
        """As it says."""
        now = super().now()
        utc = now.utc + self.by * 86_400_000_000
        return moment(utc, ZoneInfo("Europe/Paris"), boot=now.boot, trust=now.trust)


@pytest.mark.slow
def test_a_clock_that_is_put_back_makes_no_grant_longer(tmp_path: Path) -> None:
    clock = Moved(ZoneInfo("Europe/Paris"))

    async def body() -> None:
        async with open_shop(tmp_path, clock=clock) as shop:
            await shop.till.call(interface.GRANT, GrantAsked("x", GrantLevel.OBSERVE, 1))
            clock.by = -2
            assert (await shop.journaled(GrantEnded))[0].why == "expired"

    run(body())


@pytest.mark.slow
def test_a_clock_that_is_put_on_in_a_session_ends_it_and_is_said(tmp_path: Path) -> None:
    clock = Moved(ZoneInfo("Europe/Paris"))

    async def body() -> None:
        async with staffed_shop(tmp_path, clock=clock) as shop, Peer(shop).following() as peer:
            granted = await peer.enter(await consent(shop))
            clock.by = 2
            assert (await shop.journaled(GrantEnded))[0].why == "expired"
            await shop.shows("HEURE OU CERTIFICAT")
            await peer.leave(granted.grant)

    run(body())


def test_the_shop_speaks_back(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            granted = await peer.enter(await consent(shop))
            await shop.shows("ASSISTANCE")
            await papers(shop, "ASSISTANCE : DEBUT")
            await shop.type("NON")
            news = await peer.until(lambda news: news[-1].said)
            assert news.said == "no"
            await peer.leave(granted.grant)

    run(body())


def test_its_story_is_the_journals_alone(tmp_path: Path) -> None:
    async def body() -> None:
        async with staffed_shop(tmp_path) as shop, Peer(shop).following() as peer:
            granted = await peer.enter(await consent(shop, "2"))
            told: list[Paper] = []

            async def mirror() -> None:
                asked = Watching(granted.grant)
                seen: Seen
                async for seen in peer.till.follow(interface.WATCH, asked):
                    if seen.paper:
                        told.append(seen.paper)

            async with asyncio.TaskGroup() as group:
                watching = group.create_task(mirror())
                await peer.command(
                    granted.grant, "journal 12345678", "relit le journal", GrantLevel.OBSERVE
                )
                await peer.leave(granted.grant)
                paper = await papers(shop, "ASSISTANCE : COMPTE RENDU")
                watching.cancel()
            story = read_story(shop.state, "", granted.number)
            kinds = [each.event.kind for each in story]
            assert kinds == [
                "grant.given", "support.opened", "support.commanded", "support.closed",
                "grant.ended",
            ]  # fmt: skip
            words = [
                each.left if isinstance(each, Row) else each.text
                for each in account(shop.app.settings.identity, story).blocks
                if isinstance(each, Row | Text)
            ]
            flat = paper.replace("\n", "").replace(" ", "")
            assert [each for each in words if each.replace(" ", "") not in flat] == []
            assert "12345678" not in paper

    run(body())

