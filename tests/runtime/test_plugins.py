"""Plugins: each has a status and a reason, and a broken one never stops the others."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.domain.catalog.catalog import Found
from pos_terminal.process.plugins import Plugin, PluginStatus
from pos_terminal.runtime.plugins import PATIENCE, Plugins
from tests.support.bench import goods
from tests.support.distributions import install, on_path

GOODS = goods()
FINDER = """
    @hookimpl
    def pos_find_item(code, catalog):
        from pos_terminal.domain.catalog.catalog import Found
        if code.startswith("{code}"):
            return Found(catalog.items[{item}])
"""
DRIVER = """
    from msgspec import Struct

    class Settings(Struct, frozen=True):
        port: str

    @hookimpl
    def pos_register_drivers(drivers):
        drivers.scanners.add("toy", lambda settings: None, Settings)
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    install(tmp_path, "good", FINDER.format(code="GOOD", item=0))
    with on_path(tmp_path):
        yield tmp_path


def load(*names: str) -> Plugins:
    plugins = Plugins(names)
    plugins.load()
    return plugins


def one(plugins: Plugins, name: str) -> Plugin:
    (plugin,) = [each for each in plugins if each.name == name]
    return plugin


def still_good(plugins: Plugins) -> bool:
    return plugins.find_item("GOOD", "", GOODS) == Found(GOODS.items[0])


def test_what_is_installed_and_not_named_is_disabled(site: Path) -> None:
    plugins = load()
    plugin = one(plugins, "good")
    assert (plugin.status, plugin.version) == (PluginStatus.DISABLED, "1.2")
    assert plugin.why == "pas nommé dans les réglages"
    assert plugins.find_item("GOOD", "", GOODS) is None
    assert not plugins.stopped
    assert "throwaway_good" not in sys.modules


def test_what_is_named_runs(site: Path) -> None:
    plugins = load("good")
    plugin = one(plugins, "good")
    assert (plugin.status, plugin.why) == (PluginStatus.ENABLED, "")
    assert still_good(plugins)
    assert plugins.find_item("OTHER", "", GOODS) is None


def test_named_twice_is_named_once(site: Path) -> None:
    plugins = load("good", "good")
    assert one(plugins, "good").status is PluginStatus.ENABLED


def test_bundled_plugins_are_listed_with_the_programs_version() -> None:
    names = {plugin.name: plugin.version for plugin in load()}
    assert {"evdev", "escpos", "toledo", "vfd", "gs1", "sim"} <= set(names)


def test_not_installed(site: Path) -> None:
    plugins = load("absent", "good")
    plugin = one(plugins, "absent")
    assert (plugin.status, plugin.version, plugin.why) == (
        PluginStatus.STOPPED,
        "-",
        "non installé",
    )
    assert plugins.stopped
    assert still_good(plugins)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("1 / 0", "au chargement : ZeroDivisionError: division by zero"),
        ("import no_such_library", "au chargement : ModuleNotFoundError"),
        ("raise SystemExit(3)", "au chargement : SystemExit: 3"),
        ("this is no Python", "au chargement : SyntaxError"),
        (
            "@hookimpl\ndef pos_find_itme(code): pass",
            "au chargement : TypeError: there is no hook pos_find_itme",
        ),
        ("@hookimpl\ndef pos_find_item(kode): pass", "au chargement : PluginValidationError"),
        (
            "@hookimpl(wrapper=True)\ndef pos_find_item(code):\n    return (yield)",
            "au chargement : TypeError: pos_find_item: hook wrappers are not taken",
        ),
        (
            "@hookimpl(hookwrapper=True)\ndef pos_find_item(code):\n    yield",
            "au chargement : TypeError: pos_find_item: hook wrappers are not taken",
        ),
        (
            "@hookimpl\nasync def pos_find_item(code): pass",
            "au chargement : TypeError: pos_find_item: hooks are plain functions, not async ones",
        ),
        (
            "@hookimpl\ndef pos_register_drivers(drivers): 1 / 0",
            "pos_register_drivers : ZeroDivisionError",
        ),
        (
            "@hookimpl\ndef pos_register_drivers(drivers):\n    drivers.scales.add('x', None, int)",
            "pos_register_drivers : TypeError: driver 'x': settings must be a msgspec.Struct",
        ),
    ],
)  # fmt: skip
def test_one_that_breaks_while_booting_stops_alone(site: Path, code: str, why: str) -> None:
    install(site, "broken", code)
    for order in (("broken", "good"), ("good", "broken")):
        plugins = load(*order)
        plugin = one(plugins, "broken")
        assert plugin.status is PluginStatus.STOPPED
        assert plugin.why.startswith(why)
        assert still_good(plugins)


def test_an_entry_point_to_nowhere(site: Path) -> None:
    install(site, "nowhere", "", entry="no_such_module")
    assert one(load("nowhere"), "nowhere").why.startswith("au chargement : ModuleNotFoundError")


def test_a_distribution_without_metadata(site: Path) -> None:
    install(site, "bare", "", version="")
    plugin = one(load("bare"), "bare")
    assert (plugin.status, plugin.version) == (PluginStatus.ENABLED, "?")


def test_a_name_that_two_distributions_claim(site: Path) -> None:
    install(site, "evdev", "raise AssertionError('not the bundled one')")
    plugins = load("evdev", "good")
    plugin = one(plugins, "evdev")
    assert plugin.status is PluginStatus.STOPPED
    assert "deux paquets" in plugin.why
    assert still_good(plugins)


def test_drivers_of_a_plugin_are_in_the_table(site: Path) -> None:
    install(site, "toy", DRIVER)
    assert [driver.name for driver in load("toy").drivers.scanners] == ["toy"]


def test_two_plugins_with_one_drivers_name(site: Path) -> None:
    install(site, "toy", DRIVER)
    install(site, "toy-too", DRIVER)
    plugins = load("toy", "toy-too")
    statuses = {plugin.name: plugin.status for plugin in plugins}
    assert {statuses["toy"], statuses["toy-too"]} == {PluginStatus.ENABLED, PluginStatus.STOPPED}
    (stopped,) = [p for p in plugins if p.status is PluginStatus.STOPPED]
    assert stopped.why.endswith("driver 'toy' is declared twice")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("1 / 0", "pos_find_item : ZeroDivisionError: division by zero"),
        ("'TRADITION'", "pos_find_item : TypeError: the answer is 'TRADITION', neither Found"),
    ],
)
def test_one_that_breaks_while_selling_stops_alone(site: Path, answer: str, why: str) -> None:
    install(site, "broken", f"@hookimpl\ndef pos_find_item(code):\n    return {answer}")
    plugins = load("good", "broken")
    told: list[bool] = []
    plugins.on_stop = lambda: told.append(plugins.stopped)
    assert still_good(plugins)
    plugin = one(plugins, "broken")
    assert plugin.status is PluginStatus.STOPPED
    assert plugin.why.startswith(why)
    assert told == [True]
    assert still_good(plugins)
    assert told == [True]


def test_the_first_answer_wins(site: Path) -> None:
    install(site, "rival", FINDER.format(code="GOOD", item=1))
    plugins = load("good", "rival")  # pluggy asks the last registered first
    assert plugins.find_item("GOOD", "", GOODS) == Found(GOODS.items[1])


def test_one_that_is_slow_is_stopped_at_last(site: Path) -> None:
    install(
        site,
        "slow",
        """
        import time

        @hookimpl
        def pos_find_item(code):
            if code == "SLOW":
                time.sleep(0.01)
        """,
    )
    plugins = load("slow", "good")
    for _ in range(PATIENCE - 1):
        plugins.find_item("SLOW", "", GOODS)
    assert one(plugins, "slow").status is PluginStatus.ENABLED
    plugins.find_item("SLOW", "", GOODS)
    assert one(plugins, "slow").why == "pos_find_item : TimeoutError: over 2 ms, 3 times"
    assert still_good(plugins)
