"""A shop opens in spite of a broken plugin, a broken file, a catalogue that cannot be kept."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Scanned
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.screen import Screen
from pos_terminal.journal.catalogs import FOLDER
from pos_terminal.process.translation import language_named
from pos_terminal.runtime.app import App
from pos_terminal.runtime.boot import boot
from pos_terminal.runtime.clock import SystemClock
from pos_terminal.runtime.config import BadConfiguration, state_named
from pos_terminal.runtime.hotplug import watch
from pos_terminal.storage import toml
from pos_terminal.testing.running import PATIENCE, run
from tests.support.bench import BAGUETTE, GOODS, goods
from tests.support.distributions import install, on_path
from tests.support.toys import until

CONFIG = """[shop]
name = "Boulangerie"

[terminal]
catalog = "goods.csv"
plugins = ["evdev", "throwaway"]

[devices.keypad]
class = "keypad"
driver = "evdev"
device = "/dev/input/none"

[devices.scanner]
class = "scanner"
driver = "throwaway"
port = "/dev/none"
"""
DRIVER = """
    from contextlib import asynccontextmanager

    from msgspec import Struct

    from pos_terminal.devices.errors import DeviceLost
    from pos_terminal.domain.faults import SCANNER_OFFLINE

    class Settings(Struct, frozen=True):
        port: str

    @asynccontextmanager
    async def open_scanner(settings):
        raise DeviceLost(SCANNER_OFFLINE, settings.port)
        yield

    @hookimpl
    def pos_register_drivers(drivers):
        drivers.scanners.add("throwaway", open_scanner, Settings)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "goods.csv").write_text(GOODS)
    (tmp_path / "terminal.toml").write_text(CONFIG)
    return tmp_path


@asynccontextmanager
async def open_shop(shop: Path) -> AsyncIterator[App]:
    booted = boot(shop / "terminal.toml", shop / "state")
    app = App(booted.settings, booted.plugins, shop / "state", SystemClock(booted.settings.zone))
    async with asyncio.TaskGroup() as group:
        group.create_task(app.run())
        await app.ready.wait()
        try:
            yield app
        finally:
            app.stop()


def shown(app: App) -> Screen | None:
    return app.equipment.outputs.screen._value


@pytest.mark.parametrize("broken", ["raise RuntimeError('broken')", None])
@pytest.mark.parametrize("first", [True, False])
def test_a_broken_plugin_takes_its_devices_with_it_and_no_others(
    shop: Path, broken: str | None, first: bool
) -> None:
    if not first:
        (shop / "whole").mkdir()
        install(shop / "whole", "throwaway", DRIVER)
        with on_path(shop / "whole"):
            assert len(boot(shop / "terminal.toml", shop / "state").settings.devices) == 2
    if broken:
        install(shop, "throwaway", broken)

    async def body() -> None:
        async with open_shop(shop) as app:
            assert set(app.equipment.ports) == {"keypad"}
            await until(lambda: shown(app) == display.fault(faults.PLUGIN_STOPPED))
            app.put(Scanned(BAGUETTE))
            await until(lambda: "BAGUETTE" in str(shown(app)))

    with on_path(shop):
        assert boot(shop / "terminal.toml", shop / "state").refused
        run(body())


def test_the_settings_are_parsed_once_a_start(shop: Path) -> None:
    """Language, state directory, plug-ins, settings and key map are each asked of the same text."""
    file = shop / "terminal.toml"
    bare = CONFIG.replace(', "throwaway"', "").partition("[devices.scanner]")[0]
    file.write_text(bare.replace("[terminal]", '[terminal]\nlanguage = "en"'))
    toml.tables.cache_clear()
    assert (language_named(file), state_named(file)) == ("en", None)
    assert boot(file, shop / "state").refused is None
    assert toml.tables.cache_info().misses == 2, "the settings, and the key map"
    file.write_text("\ufeff" + file.read_text())
    assert language_named(file) == "en", "in spite of an editor's mark"


def test_a_driver_that_is_only_misspelt_is_a_bad_configuration(shop: Path) -> None:
    install(shop, "throwaway", DRIVER)
    text = CONFIG.replace('driver = "throwaway"', 'driver = "throwawy"')
    (shop / "terminal.toml").write_text(text)
    with on_path(shop), pytest.raises(BadConfiguration, match="pilote 'throwawy' de scanner"):
        boot(shop / "terminal.toml", shop / "state")


PLAIN = CONFIG[: CONFIG.index("plugins")]


def test_a_plugin_that_breaks_while_selling_is_told(shop: Path) -> None:
    install(shop, "throwaway", "@hookimpl\ndef pos_find_item(code):\n    1 / 0")
    (shop / "terminal.toml").write_text(PLAIN + 'plugins = ["throwaway"]\n')

    async def body() -> None:
        async with open_shop(shop) as app:
            app.put(Scanned("QR"))
            await until(lambda: shown(app) == display.fault(faults.UNKNOWN_ARTICLE))
            till = app.till
            assert till
            await until(lambda: till.counter.desk.notice is faults.PLUGIN_STOPPED)

    with on_path(shop):
        run(body())


def test_a_new_catalogue_that_cannot_be_kept_leaves_the_old_one(shop: Path) -> None:
    (shop / "terminal.toml").write_text(PLAIN)

    async def body() -> None:
        async with open_shop(shop) as app:
            kept = shop / "state" / FOLDER
            kept.rename(shop / "moved")
            kept.write_text("a file in the folder's place")
            (shop / "goods.csv").write_text(GOODS.replace('"1,00"', '"9,00"'))
            app.files.reload_catalogue()
            await until(lambda: "JOURNAL EN PANNE" in str(shown(app)))
            app.put(Scanned(BAGUETTE))
            await until(lambda: "1,00" in str(shown(app)))

    run(body())


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    async def body() -> None:
        noticed = asyncio.Event()
        absent = tmp_path / "by-id" / "scanner"
        appeared = asyncio.Event()
        reactions = {tmp_path / "goods.csv": noticed.set, absent: appeared.set}
        watching = watch(reactions, rescan=0.1)
        async with asyncio.TaskGroup() as group, asyncio.timeout(2 * PATIENCE):
            task = group.create_task(watching)
            while not noticed.is_set():
                (tmp_path / "goods.csv").write_text(GOODS)
                await asyncio.sleep(0.05)
            absent.parent.mkdir()
            while not appeared.is_set():
                absent.write_text("")
                await asyncio.sleep(0.05)
            task.cancel()

    run(body())


def test_a_folder_that_cannot_be_watched_is_no_reason_to_stop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")  # inotify watches no «folder» that is a file's name

    async def body() -> None:
        noticed = asyncio.Event()
        reactions = {tmp_path / "file" / "x": lambda: None, tmp_path / "goods.csv": noticed.set}
        async with asyncio.TaskGroup() as group, asyncio.timeout(2 * PATIENCE):
            task = group.create_task(watch(reactions))
            while not noticed.is_set():
                (tmp_path / "goods.csv").write_text(GOODS)
                await asyncio.sleep(0.05)
            task.cancel()

    run(body())
    assert caplog.text.count("cannot be watched") == 1


CHOOSY = """
from msgspec import Struct

from pos_terminal.domain.catalog.catalog import Found

class Settings(Struct, frozen=True):
    plu: str = "1"

    def __post_init__(self):
        if not self.plu.isdigit():
            raise ValueError(f"plu {self.plu!r}: digits")

@hookimpl
def pos_settings():
    return Settings

@hookimpl
def pos_find_item(code, catalog, settings):
    item = catalog.plu(settings.plu) if code == "MINE" else None
    return item and Found(item)
"""


@pytest.mark.parametrize(
    ("table", "name"), [("", "TRADITION"), ('[plugin.throwaway]\nplu = "2"\n', "BAGUETTE")]
)
def test_a_plugin_has_settings_of_its_own(shop: Path, table: str, name: str) -> None:
    install(shop, "throwaway", CHOOSY)
    (shop / "terminal.toml").write_text(PLAIN + 'plugins = ["throwaway"]\n' + table)
    with on_path(shop):
        found = boot(shop / "terminal.toml", shop / "state").plugins.find_item("MINE", "", goods())
    assert found and found.item.name == name


@pytest.mark.parametrize(
    ("plugins", "table", "reason"),
    [
        ([], '[plugin.throwaway]\nplu = "2"\n', "plugin.throwaway : ce module ne sert pas"),
        (["throwaway"], '[plugin.throwawy]\nplu = "2"\n', "plugin.throwawy : ce module ne sert"),
        (["throwaway"], '[plugin.throwaway]\nplus = "2"\n', "throwaway.plus : cette clé n'ex"),
        (["throwaway"], '[plugin.throwaway]\nplu = "x"\n', "plu 'x': digits"),
        (["gs2", "throwaway"], "[plugin.gs2]\nx = 1\n", "pas de réglages, ou ne se charge pas"),
    ],
)  # fmt: skip
def test_settings_that_no_plugin_takes_are_refused(
    shop: Path, plugins: list[str], table: str, reason: str
) -> None:
    install(shop, "throwaway", CHOOSY)
    install(shop, "gs2", "@hookimpl\ndef pos_find_item(code):\n    pass")
    (shop / "terminal.toml").write_text(PLAIN + f"plugins = {plugins}\n{table}")
    with on_path(shop), pytest.raises(BadConfiguration, match=re.escape(reason)):
        boot(shop / "terminal.toml", shop / "state")


def test_an_answer_that_is_no_struct_stops_the_plugin(shop: Path) -> None:
    install(shop, "throwaway", "@hookimpl\ndef pos_settings():\n    return {}")
    (shop / "terminal.toml").write_text(PLAIN + 'plugins = ["throwaway"]\n')
    with on_path(shop):
        found = boot(shop / "terminal.toml", shop / "state").plugins["throwaway"]
    assert found.why == "pos_settings : TypeError: the answer is {}, and no msgspec.Struct"
