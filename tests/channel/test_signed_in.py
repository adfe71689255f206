"""The owner's console at the till's end: signed in by digits and PIN, and the catalogue changed."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
from msgspec import Raw, json

from pos_terminal.channel import interface
from pos_terminal.channel.console import CatalogAsked, ConsoleAsked, SignedIn, SignInAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import DoAsked
from pos_terminal.domain import faults
from pos_terminal.domain.events.grants import GrantGiven
from pos_terminal.domain.events.system import CatalogChanged, CommandGiven
from pos_terminal.domain.events.values import ConsoleRole
from pos_terminal.domain.staff.console import AT_ONCE, SCOPES
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import CATALOG, Shop, open_shop
from tests.support.shop_staff import signed_on
from tests.support.staff import BOSS, PINS

NEWS = AsyncGenerator[SignedIn, None]


async def first(news: NEWS) -> str:
    async with asyncio.timeout(PATIENCE):
        code = (await anext(news)).code
    assert code
    return code


async def known(shop: Shop, *codes: str) -> None:
    """Wait until the counter knows these codes, and no others."""
    async with asyncio.timeout(PATIENCE):
        while True:
            desk = shop.app.till.counter.desk if shop.app.till else None
            if desk and {each.code for each in desk.access.coded} == {*codes}:
                return
            await asyncio.sleep(0.01)


def asks(shop: Shop, role: ConsoleRole = ConsoleRole.MANAGER) -> NEWS:
    return shop.till.follow(interface.SIGN_IN, SignInAsked(role))


def test_whoever_types_the_digits_and_a_pin_lets_that_browser_in(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await signed_on(shop)
            other_asks = asks(shop, ConsoleRole.TECHNICIAN)
            async with aclosing(asks(shop)) as mine, aclosing(other_asks) as other:
                code, second = await first(mine), await first(other)
                assert len(code) == 6 and code[0] != "0"
                await known(shop, code, second)
                await shop.shows("BONJOUR LEA")  # nothing came to the display by itself
                wrong = next(n for n in ("100000", "100001", "100002") if n not in (code, second))
                await shop.type(f"{wrong} ACCES")
                await shop.shows("PAS D'ACCES")
                await shop.type(f"C {code} ACCES")
                await shop.shows("ACCES CONSOLE", "CHANGER", "12 H ?")
                await shop.type(f"ACCES {BOSS} CLERK {PINS[BOSS]} CLERK")
                await shop.shows("ACCES DONNE")
                async with asyncio.timeout(PATIENCE):
                    let_in = await anext(mine)
                assert (let_in.number, let_in.by) == (1, BOSS)
                await known(shop, second)  # who did not type it is not in
            await known(shop)
            (given,) = await shop.journaled(GrantGiven)
            assert (given.purpose, given.level, given.scope) == (
                "console", "control", SCOPES[ConsoleRole.MANAGER],
            )  # fmt: skip

    run(body())


def test_no_more_ask_than_may(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop, AsyncExitStack() as stack:
            for _ in range(AT_ONCE):
                await first(await stack.enter_async_context(aclosing(asks(shop))))
            with pytest.raises(ChannelError):
                await first(asks(shop))

    run(body())


def test_the_place_of_the_pages_is_printed_where_the_settings_name_it(tmp_path: Path) -> None:
    async def body() -> None:
        more = '[agent]\nservices = ["console"]\n[service.console]\nnames = ["caisse.local"]\n'
        async with open_shop(tmp_path, more=more) as shop:
            await shop.type("0 ACCES")
            await shop.shows("CONSOLE ABSENTE")
            await shop.type("C")
            for place in ("evil.example/", "caisse.local@evil.example/", "caisse.local/evil",
                          "evil.example/#caisse.local/", "caisse.local:8443evil/"):  # fmt: skip
                with pytest.raises(ChannelError) as raised:
                    await shop.till.call(
                        interface.CONSOLE, ConsoleAsked(f"https://{place}", "ab" * 32)
                    )
                assert raised.value.fault is faults.CONSOLE_DOWN
            asked = ConsoleAsked("https://caisse.local:8443/", "ab" * 32)
            await shop.till.call(interface.CONSOLE, asked)
            await shop.type("0 ACCES")
            paper = (await shop.bench.printer.next_paper()).text
            assert "https://caisse.local:8443/" in paper and "AB:AB:AB" in paper

    run(body())


async def change(shop: Shop, text: str, base: str) -> str:
    arguments = {"base": base, "deflated": zlib.compress(text.encode())}
    done = await shop.till.call(
        interface.DO, DoAsked("catalog.apply", Raw(json.encode(arguments)))
    )
    return str(json.decode(done.result)["sha256"])


def test_the_catalogue_is_changed_while_the_till_sells(tmp_path: Path) -> None:
    dearer = CATALOG.replace('TRADITION,"1,30"', 'TRADITION,"1,40"')
    assert dearer != CATALOG

    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "1,30")
            found = await shop.till.call(interface.CATALOG, CatalogAsked())
            assert zlib.decompress(found.deflated).decode() == CATALOG
            broken = CATALOG + "99,SANS PRIX,quatre\n"
            with pytest.raises(ChannelError) as raised:
                await change(shop, broken, found.sha256)
            assert raised.value.fault is faults.BAD_CATALOGUE
            assert f"ligne {len(broken.splitlines())}" in raised.value.detail
            new = await change(shop, dearer, found.sha256)
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "1,30")  # the open sale keeps its prices
            await shop.type("CASH")
            (_,) = await shop.journaled(CatalogChanged)
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "1,40")
            await shop.type("CASH")
            with pytest.raises(ChannelError) as raised:
                await change(shop, CATALOG, found.sha256)
            assert raised.value.fault is faults.CATALOGUE_MOVED  # made from what is no more
            earlier = CatalogAsked(found.sha256)
            assert (await shop.till.call(interface.CATALOG, earlier)).sha256 == found.sha256
            with pytest.raises(ChannelError):  # the journal keeps other texts, too
                await shop.till.call(interface.CATALOG, CatalogAsked(shop.app.settings.source))
            command, *_ = await shop.journaled(CommandGiven)
            assert command.command == f"catalog apply {new}"
        async with open_shop(tmp_path) as shop:  # a restart sells on from the shop's own
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "1,40")
            await shop.type("CASH")
            kept = await shop.till.call(interface.CATALOG, CatalogAsked(found.sha256))
            await change(shop, zlib.decompress(kept.deflated).decode(), new)
            await shop.journaled(CatalogChanged, 2)
            await shop.type("1 PLU")
            await shop.shows("TRADITION", "1,30")

    run(body())

