"""Settings from afar: checked, tried, kept or given back; and whatever cuts a trial ends it."""

import asyncio
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec import Raw

from pos_service_console.setting_fields import parts
from pos_terminal.channel import interface
from pos_terminal.channel.configuration import Configuration, ConfigurationAsked
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import DoAsked, GrantAsked, Nothing
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.system import (
    CommandGiven,
    ConfigurationChanged,
    TechnicalEvent,
    TillStopped,
)
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.runtime.boot import LAST_GOOD, boot
from pos_terminal.runtime.methods.configuration import masked
from pos_terminal.runtime.settings_acts import FROM_AFAR, OWNERS
from pos_terminal.runtime.shop_settings import ShopSettings
from pos_terminal.testing.running import PATIENCE, run
from tests.support.shop import CATALOG, Shop, open_shop, wired

FOOTER = '["Bonne fête"]'


async def told(shop: Shop, name: str | None = None) -> Configuration:
    return await shop.till.call(interface.CONFIGURATION, ConfigurationAsked(sha256=name))


async def do(shop: Shop, act: str, **arguments: Any) -> dict[str, Any]:
    asked = DoAsked(act, Raw(json.dumps(arguments).encode()))
    done = await shop.till.call(interface.DO, asked)
    return json.loads(bytes(done.result))  # type: ignore[no-any-return]


async def tried(shop: Shop, path: str, value: str | None, **more: Any) -> dict[str, Any]:
    base = (await told(shop)).sha256
    changes = [{"path": path, "value": value}]
    return await do(shop, "settings.try", **{"base": base, "changes": changes} | more)


async def own(shop: Shop, path: str, given: str | None) -> ChannelError | None:
    """How the till's checker takes a change by the owner's acts."""
    changes = [{"path": path, "value": given}]
    try:
        await do(shop, "settings.check-own", base=(await told(shop)).sha256, changes=changes)
    except ChannelError as error:
        return error
    return None


async def refused(shop: Shop, path: str, value: str | None, **more: Any) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        await tried(shop, path, value, **more)
    return raised.value


async def starts_anew(shop: Shop) -> None:
    """Wait until the till ends to be started again."""
    async with asyncio.timeout(PATIENCE):
        while not shop.app.again:
            await asyncio.sleep(0.02)


def value(found: Configuration, path: str) -> str:
    return next(each.value for each in found.keys if each.path == path)


def test_they_are_tried_and_kept(tmp_path: Path) -> None:
    async def body() -> None:
        async with wired(tmp_path) as start:
            async with start() as shop:
                done = await tried(shop, "shop.footer", FOOTER)
                await starts_anew(shop)
            async with start() as shop:
                found = await told(shop)
                assert found.sha256 == done["sha256"] and found.trial
                assert value(found, "shop.footer") == FOOTER
                assert "fête" not in (shop.state / LAST_GOOD).read_text()
                with pytest.raises(ChannelError) as raised:  # another one meanwhile
                    await tried(shop, "shop.footer", '["x"]')
                assert raised.value.fault is faults.SETTINGS_MOVED
                await do(shop, "settings.keep")
                assert not (await told(shop)).trial
            async with start() as shop:
                found = await told(shop)
                assert value(found, "shop.footer") == FOOTER and not found.trial
                assert "fête" in (shop.state / LAST_GOOD).read_text()
                commands = [each.command for each in await shop.journaled(CommandGiven, 2)]
                assert [each.split()[:2] for each in commands] == [
                    ["settings", "try"], ["settings", "keep"],
                ]  # fmt: skip
                assert "shop.footer" in commands[0]
                (changed,) = await shop.journaled(ConfigurationChanged)
                assert changed.after == found.sha256
                stopped = await shop.journaled(TillStopped, 2)
                assert [each.reason for each in stopped] == ["settings", "signal"]

    run(body())


@pytest.mark.slow
def test_a_till_that_cannot_sell_with_them_keeps_none(tmp_path: Path) -> None:
    async def body() -> None:
        async with wired(tmp_path) as start:
            async with start() as shop:
                await tried(shop, "shop.footer", FOOTER)
                await starts_anew(shop)
            async with start() as shop:
                ends = (shop.bench.keyboard, shop.bench.wedge, shop.bench.scanner)
                for end in ends:
                    await end.unplug()
                async with asyncio.timeout(PATIENCE):
                    while (await shop.till.call(interface.STATUS, Nothing())).selling:
                        await asyncio.sleep(0.05)
                with pytest.raises(ChannelError) as raised:
                    await do(shop, "settings.keep")
                assert raised.value.fault is faults.SETTINGS_WAIT
                assert (await told(shop)).trial

    run(body())


@pytest.mark.slow
def test_the_counter_keeps_them_or_gives_them_back(tmp_path: Path) -> None:
    async def body() -> None:
        for answer, stays in (("OUI", True), ("NON", False)):
            folder = tmp_path / answer
            async with wired(folder) as start:
                async with start() as shop:
                    await tried(shop, "shop.footer", FOOTER)
                    await starts_anew(shop)
                async with start() as shop:
                    await shop.shows("REGLAGES A L'ESSAI", "OUI GARDE")
                    await shop.type("1 PLU")  # a sale goes on as ever
                    await shop.shows("TRADITION")
                    await shop.type("CASH")
                    await shop.shows("REGLAGES A L'ESSAI")
                    await shop.type(answer)
                    if stays:
                        async with asyncio.timeout(PATIENCE):
                            while (await told(shop)).trial:
                                await asyncio.sleep(0.02)
                    else:
                        await starts_anew(shop)
                async with start() as shop:
                    assert (value(await told(shop), "shop.footer") == FOOTER) is stays

    run(body())


def test_nobody_keeps_them_and_they_go_back_by_themselves(tmp_path: Path) -> None:
    async def body() -> None:
        async with wired(tmp_path) as start:
            async with start() as shop:
                file = shop.app.settings.file
                before, source = shop.app.settings.source, file.read_bytes()
            shops = ShopSettings(tmp_path / "state")
            # As a call does it, but for a second: a call takes none of less than a minute.
            shops.put(source + b"\n# on trial\n", source, 1)
            async with start() as shop:
                assert shop.app.settings.source != before
                await starts_anew(shop)
            async with start() as shop:
                assert shop.app.settings.source == before
                await shop.shows("REGLAGES RENDUS")
                (said,) = await shop.journaled(TechnicalEvent)
                assert said.code == jet.SETTINGS and "à temps" in said.detail
            async with start() as shop:  # it is told once
                assert not shop.app.changes.trial

    run(body())


def test_a_wrong_change_is_refused_with_line_and_reason(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            for path, given in (
                ("devices.scanner.driver", '"nobodys"'), ("closing.day", "17"), ("labels", "[]"),
            ):  # fmt: skip
                wrong = await refused(shop, path, given)
                if path != "labels":
                    assert wrong.fault is faults.BAD_CONFIGURATION, wrong
                    assert "ligne" in wrong.detail and path in wrong.detail
            for path in ("seller.siret", "terminal.default_vat", "terminal.plugins", "witness.keys",
                         "service.support.ca", "agent.services", "shop.name", "plugin.x.y",
                         "clerks.lock", "journal.signer", "support.unattended"):  # fmt: skip
                assert (await refused(shop, path, '"x"')).fault is faults.SETTINGS_FIXED, path
            for place in ('"/var/lib/pos-terminal/journal.db"', '"/dev/../etc/x"', '"a/b"',
                          '{ port = "/etc/passwd" }', '[["/tmp/x"]]'):  # fmt: skip
                wrong = await refused(shop, "devices.printer.device", place)
                assert wrong.fault is faults.SETTINGS_FIXED, place
            other = await refused(shop, "shop.footer", FOOTER, base="0" * 64)
            assert other.fault is faults.SETTINGS_MOVED
            for seconds in (1, 86_400):
                late = await refused(shop, "shop.footer", FOOTER, seconds=seconds)
                assert late.fault is faults.BAD_REQUEST
            await shop.type("1 PLU")
            await shop.shows("TRADITION")
            assert (await refused(shop, "shop.footer", FOOTER)).fault is faults.SETTINGS_WAIT
            assert not shop.app.again

    run(body())


def test_the_owner_changes_how_she_sells_and_not_how_it_is_wired(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            assert await own(shop, "closing.stays", "150") is None
            wrong = await own(shop, "closing.day_ends", "24")
            assert wrong and wrong.fault is faults.BAD_CONFIGURATION
            assert "day_ends" in wrong.detail and "0 à 23" in wrong.detail
            for path in ("devices.printer.device", "labels", "terminal.keymap", "terminal.others",
                         "closing.year_begins", "tenders.legal_limits", "tenders.vat_zone",
                         "sales.promotions", "sales.place", "support.firm", "shop.header",
                         "clerks.badge_and_pin", "shop.footer.x", "tenders"):  # fmt: skip
                fixed = await own(shop, path, '"x"')
                assert fixed and fixed.fault is not faults.BAD_CONFIGURATION, path
            # What stands on papers is shown whole: stars that she read would be written back.
            assert masked("shop.footer", ["https://x.example/menu"]) == '["https://x.example/menu"]'

    run(body())


def test_the_forms_have_every_key_of_the_owner_s_and_no_other() -> None:
    fields = [field for part in parts() for field in part.fields]
    assert sorted(each.path for each in fields) == list(OWNERS)
    for each in fields:
        drawn = "" if each.default is None else str(each.default)
        typed = "\n".join(each.default) if isinstance(each.default, list) else drawn
        form = {each.path: typed} if each.default is not False else {}
        assert each.typed(form) == (each.default or each.typed({})), each.path


def test_secrets_do_not_stand_in_what_is_shown(tmp_path: Path) -> None:
    more = (
        '[agent]\nservices = ["heartbeat"]\n[service.heartbeat]\n'
        'url = "https://user:word@hc.example.org/ping/0b0c4e4f"\ntoken = "t0ps3cret"\n'
    )

    async def body() -> None:
        async with open_shop(tmp_path, more=more) as shop:
            found = await told(shop)
            assert value(found, "service.heartbeat.token") == '"***"'
            assert value(found, "service.heartbeat.url") == '"https://hc.example.org/***"'
            assert not any("0b0c4e4f" in x.value or "word" in x.value for x in found.keys)
            plain = '"https://pos:word@x.example"'
            assert masked("service.x.url", plain[1:-1]) == '"https://x.example/***"'
            assert masked("service.x.url", "https://x.example") == '"https://x.example"'
            changes = {each.path for each in found.keys if each.changes}
            assert "devices.display.driver" in changes and "shop.name" not in changes

    run(body())


def test_a_grant_that_is_for_something_else_changes_nothing(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            base = (await told(shop)).sha256
            changes = [{"path": "shop.footer", "value": FOOTER}]
            arguments = Raw(json.dumps({"base": base, "changes": changes}).encode())
            control, diagnose = GrantLevel.CONTROL, GrantLevel.DIAGNOSE
            for level, scope in ((control, ["catalog"]), (diagnose, ["settings"])):
                asked = GrantAsked("console", level, 600, scope)
                granted = await shop.till.call(interface.GRANT, asked)
                with pytest.raises(ChannelError) as raised:
                    await shop.till.call(
                        interface.DO, DoAsked("settings.try", arguments, granted.grant)
                    )
                assert raised.value.fault is faults.NOT_GRANTED

    run(body())


WRITES = ["put", "begun", "kept", "given back"]


@pytest.mark.parametrize("cut", WRITES)
def test_after_a_cut_at_any_step_the_till_has_good_settings(tmp_path: Path, cut: str) -> None:
    """Each write is whole or not there (storage/files): so a cut is a start between two of them."""
    state, good, new = tmp_path / "state", tmp_path / "terminal.toml", b""
    good.write_text('[shop]\nname = "B"\n[terminal]\ncatalog = "c.csv"\n')
    (tmp_path / "c.csv").write_text("plu,name,price,vat\n1,A,1,5.5\n")
    before = good.read_bytes()
    boot(good, state)
    new = before + b"# new\n"
    shops = ShopSettings(state)
    shops.put(new, before, 300)
    if cut != "put":
        assert boot(good, state).settings.source == sha256(new).hexdigest()
    if cut == "kept":
        shops.keep()
    if cut == "given back":
        shops.give_back("NON")
    found = boot(good, state)
    wanted = {"put": new, "begun": before, "kept": new, "given back": before}[cut]
    assert found.settings.source == sha256(wanted).hexdigest()
    assert bool(found.trial) is (cut == "put")
    assert bool(found.returned) is (cut in ("begun", "given back"))
    again = boot(good, state).settings.source
    assert again == sha256(new if cut == "kept" else before).hexdigest()


def test_a_trial_that_cannot_even_be_read_is_over_at_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with wired(tmp_path) as start:
            async with start() as shop:
                file, before = shop.app.settings.file, shop.app.settings.source
            ShopSettings(tmp_path / "state").put(b"[shop", file.read_bytes(), 300)
            found = boot(file, tmp_path / "state")
            assert found.settings.source == before and not found.trial and found.refused is None
            assert "TOML" in found.returned

    run(body())


def test_what_the_technician_writes_anew_holds(tmp_path: Path) -> None:
    async def body() -> None:
        async with wired(tmp_path) as start:
            async with start() as shop:
                file = shop.app.settings.file
            shops = ShopSettings(tmp_path / "state")
            shops.put(file.read_bytes() + b"# mine\n", file.read_bytes(), 300)
            boot(file, tmp_path / "state")
            shops.keep()
            mine = boot(file, tmp_path / "state").settings.source
            assert mine == sha256(file.read_bytes() + b"# mine\n").hexdigest()
            file.write_bytes(file.read_bytes() + b"# the technician's\n")
            found = boot(file, tmp_path / "state")
            assert found.settings.source == sha256(file.read_bytes()).hexdigest()
            # What was good before may still be gone back to: it is told by its name, and no other.
            async with start() as shop:
                now = await told(shop)
                assert now.sha256 == found.settings.source and now.earlier[0] == mine
                assert (await told(shop, mine)).sha256 == mine
                catalog = sha256(CATALOG.encode()).hexdigest()  # kept beside it, and no settings
                assert (shop.state / "catalogs" / catalog).exists()
                with pytest.raises(ChannelError) as raised:
                    await told(shop, catalog)
                assert raised.value.fault is faults.BAD_REQUEST

    run(body())


def test_the_page_names_what_changes_from_afar_and_what_the_owner_changes() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    begin = page.index("## Changed from afar")
    said, owner, _ = re.split(r"Anything else|\| step \|", page[begin:], maxsplit=2)
    assert set(re.findall(r"`([a-z.]+)`", said)) == set(FROM_AFAR)
    begin = owner.index("The owner")
    assert set(re.findall(r"`([a-z_]+\.[a-z_]+)`", owner[begin:])) == set(OWNERS)
