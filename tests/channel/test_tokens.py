"""A token of the local API at the till: what it allows, what it never does, how it ends."""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from pos_terminal.channel import interface
from pos_terminal.channel.api import (
    BearerAsked,
    PrintAsked,
    PrintLine,
    ShowAsked,
    TokenAsked,
    WeighAsked,
    WeightSeen,
)
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    DoAsked,
    GrantAsked,
    GrantEnding,
    Nothing,
    ReloadAsked,
    TestAsked,
    Watching,
)
from pos_terminal.domain import faults
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.values import GrantEnd, GrantLevel, PrintOutcome
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.staff import tokens
from pos_terminal.testing.running import run
from tests.support.channel import ACTS
from tests.support.shop import Shop, open_shop

PAPER = [PrintLine("Table 4", "x2"), PrintLine(), PrintLine("https://example.org", code="qr")]


async def session(shop: Shop) -> str:
    """A grant as somebody has who is signed in."""
    asked = GrantAsked("console", GrantLevel.CONTROL, 3600, ["token"])
    return (await shop.till.call(interface.GRANT, asked)).grant


async def token(shop: Shop, *scope: str, by: str = "") -> str:
    asked = TokenAsked("Cuisine", list(scope), 3600, by or await session(shop))
    return (await shop.till.call(interface.TOKEN, asked)).grant


async def refused(shop: Shop, method: interface.Method[Any, Any], asks: object) -> faults.Fault:
    with pytest.raises(ChannelError) as raised:
        await shop.till.call(method, asks)
    return raised.value.fault


def test_a_token_is_for_its_own_acts_and_for_nothing_else(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            shop.app.acts = ACTS
            made = await token(shop, tokens.PRINT, tokens.SHOW)

            for method, asks in (
                (interface.TEST, TestAsked("drawer", made)),
                (interface.TEST, TestAsked("printer", made)),
                (interface.RELOAD, ReloadAsked(made)),
                (interface.WATCH, Watching(made)),
                (interface.WEIGH, WeighAsked(made)),
                (interface.DO, DoAsked("greet.say", Raw(b'{"name":"Eve"}'), made)),
                (interface.TOKEN, TokenAsked("Eve", [tokens.PRINT], 60, made)),
                (interface.END_GRANT, GrantEnding(made, 1)),
            ):
                assert await refused(shop, method, asks) is faults.NOT_GRANTED, method.name
            shown = await shop.till.call(interface.BEARER, BearerAsked(made))
            assert (shown.name, shown.scope) == ("Cuisine", [tokens.PRINT, tokens.SHOW])
            assert not shop.bench.printer.pulses

    run(body())


def test_who_is_signed_in_makes_and_ends_one_on_record(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            by = await session(shop)
            made = await token(shop, "status.read", by=by)
            for asks in (
                TokenAsked("", ["status.read"], 60, by),
                TokenAsked("a", ["clerk"], 60, by),
                TokenAsked("a", ["ticket.reprint"], 60, by),
                TokenAsked("a", [], 60, by),
                TokenAsked("a", ["status.read"], 367 * 86_400, by),
            ):
                assert await refused(shop, interface.TOKEN, asks) is faults.BAD_REQUEST
            listed = (await shop.till.call(interface.STATUS, Nothing())).grants
            assert [each.token for each in listed] == ["", "Cuisine"]
            # One session does not end another, and a token ends but by who may make one.
            ending = GrantEnding(by, 1)
            assert await refused(shop, interface.END_GRANT, ending) is faults.NOT_GRANTED
            await shop.till.call(interface.END_GRANT, GrantEnding(by, 2))
            asked = BearerAsked(made)
            assert await refused(shop, interface.BEARER, asked) is faults.NOT_GRANTED
            given = await shop.journaled(GrantGiven, 2)
            assert [(each.purpose, each.token) for each in given] == [
                ("console", ""), ("api", "Cuisine"),
            ]  # fmt: skip
            (ended,) = await shop.journaled(GrantEnded)
            assert (ended.grant, ended.why) == (2, GrantEnd.ENDED)
            used = await shop.journaled(GrantUsed, 2)
            assert [each.act for each in used] == ["Token Cuisine", "EndGrant 2"]

    run(body())


def test_printing_ends_as_printed_refused_or_unknown(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            made = await token(shop, tokens.PRINT)
            asked = PrintAsked("commande", PAPER, grant=made)
            done = await shop.till.call(interface.PRINT, asked)
            assert done.outcome is PrintOutcome.PRINTED
            paper = (await shop.bench.printer.next_paper()).text
            assert "CE N'EST PAS UN TICKET" in paper and "Table 4" in paper
            printer = shop.bench.printer
            printer.paper_out = True
            done = await shop.till.call(interface.PRINT, asked)
            assert (done.outcome, done.fault) == (PrintOutcome.REFUSED, faults.PAPER_OUT.code)
            printer.paper_out = False
            bad: list[list[PrintLine]] = [
                [PrintLine("123", code="ean")], [PrintLine("x\x1bp")], [], [PrintLine("a")] * 101,
            ]  # fmt: skip
            for lines in bad:
                asks = PrintAsked("a", lines, grant=made)
                assert await refused(shop, interface.PRINT, asks) is faults.BAD_REQUEST
            asks = PrintAsked("a", PAPER, PrinterRole.REPORT, made)
            assert await refused(shop, interface.PRINT, asks) is faults.BAD_REQUEST

    run(body())


def test_a_message_is_seen_until_somebody_is_served(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            made = await token(shop, tokens.SHOW)
            await shop.till.call(interface.SHOW, ShowAsked("BON APPETIT", "A DEMAIN", 1, made))
            await shop.shows("BON APPETIT", "A DEMAIN")
            await shop.shows("BONJOUR")  # after its second
            await shop.till.call(interface.SHOW, ShowAsked("BON APPETIT", "A DEMAIN", 120, made))
            await shop.shows("BON APPETIT")
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "1,30")
            asks = ShowAsked("GRATUIT", "", 60, made)
            assert await refused(shop, interface.SHOW, asks) is faults.SALES_OPEN
            await shop.type("CASH")
            await shop.shows("TOTAL", "1,30")
            await shop.type("3")  # something is typed: a message would hide it
            await shop.shows("3")
            assert await refused(shop, interface.SHOW, asks) is faults.SALES_OPEN

    run(body())


def test_weights_come_as_they_change_and_the_counter_weighs_beside_them(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            made = await token(shop, tokens.WEIGH)
            shop.bench.scale.grams = 200
            seen = shop.till.follow(interface.WEIGH, WeighAsked(made))
            async with aclosing(seen):
                assert await anext(seen) == WeightSeen(200)
                shop.bench.scale.grams = 350
                assert await anext(seen) == WeightSeen(350)
                await shop.type("4 PLU")
                await shop.shows("0,350kg")
                await shop.type("CASH")
                shop.bench.scale.grams = 0
                assert await anext(seen) == WeightSeen(0)
                await shop.till.call(interface.END_GRANT, GrantEnding(made))
                with pytest.raises(ChannelError):
                    async with asyncio.timeout(20):
                        await anext(seen)
            await token(shop, "status.read")
            used = await shop.journaled(GrantUsed, 2)
            assert [each.act for each in used] == ["Token Cuisine"] * 2  # nothing of the weighing

    run(body())
