"""`config check` and `plugins` from the command line: what they say, and their exit status."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from tests.support.distributions import install, on_path

CONFIG = """[shop]
name = "Boulangerie"

[terminal]
catalog = "goods.csv"
plugins = ["evdev"]
"""
GOODS = "plu,name,price\n1,PAIN,1\n"

Told = Callable[[], tuple[str, str]]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "goods.csv").write_text(GOODS)
    (tmp_path / "terminal.toml").write_text(CONFIG)
    return tmp_path


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    return lambda: tuple(capsys.readouterr())  # type: ignore[return-value]


def check(shop: Path, *more: str) -> int:
    return main(["config", "check", "--config", str(shop / "terminal.toml"), *more])


def as_json(told: Told) -> Any:
    out, _ = told()
    return json.loads(out)


def test_a_good_configuration(shop: Path, told: Told) -> None:
    assert check(shop) == 0
    out, err = told()
    assert out.endswith(f"{shop / 'terminal.toml'} : bon\n") and "PAIN 1,00" in out and err == ""
    assert check(shop, "--json") == 0
    found = as_json(told)
    assert (found["file"], found["good"]) == (str(shop / "terminal.toml"), True)
    assert found["problems"] == [] and found["understood"]


@pytest.mark.parametrize(
    ("file", "text", "line", "key", "reason"),
    [
        ("terminal.toml", CONFIG.replace("name", "nom"), 2, "shop.nom", "cette clé n'existe pas"),
        ("terminal.toml", CONFIG + "[x", 7, "", "ce n'est pas du TOML : "),
        ("terminal.toml", CONFIG.replace("evdev", "none"), 6, "terminal.plugins", "none : non ins"),
        ("goods.csv", GOODS + "2,CAFE,deux\n", 3, "price", "'deux' n'est pas un nombre"),
        ("goods.csv", None, 0, "", "introuvable"),
    ],
)  # fmt: skip
def test_what_is_wrong_by_file_line_key_and_reason(
    shop: Path, told: Told, file: str, text: str | None, line: int, key: str, reason: str
) -> None:
    if text is None:
        (shop / file).unlink()
    else:
        (shop / file).write_text(text)
    assert check(shop, "--json") == 1
    found = as_json(told)
    problem = next(p for p in found["problems"] if p["key"] == key)
    assert (problem["file"], problem["line"], found["good"]) == (str(shop / file), line, False)
    assert problem["reason"].startswith(reason)
    assert check(shop) == 1
    out, err = told()
    assert " : bon\n" not in out and str(shop / file) in err and reason in err


def test_a_missing_plugin_is_named_before_the_drivers_that_it_would_bring(
    shop: Path, told: Told
) -> None:
    device = '[devices.scale]\nclass = "scale"\ndriver = "none"\n'
    (shop / "terminal.toml").write_text(CONFIG.replace("evdev", "none") + device)
    assert check(shop, "--json") == 1
    keys = [problem["key"] for problem in as_json(told)["problems"]]
    assert keys == ["terminal.plugins", "devices.scale.driver"]


def test_a_file_that_is_not_there(shop: Path, told: Told) -> None:
    (shop / "terminal.toml").unlink()
    assert check(shop) == 1
    assert "C-134" in told()[1]


def test_the_list_of_plugins(shop: Path, told: Told) -> None:
    assert main(["plugins"]) == 0
    out, _ = told()
    assert "evdev" in out and "enabled" not in out
    assert main(["plugins", "--config", str(shop / "terminal.toml"), "--json"]) == 0
    rows = {row["name"]: row for row in as_json(told)["plugins"]}
    assert rows["evdev"]["status"] == "enabled"
    assert rows["gs1"] == {
        "name": "gs1", "version": rows["evdev"]["version"], "status": "disabled",
        "why": "pas nommé dans les réglages",
    }  # fmt: skip


def test_a_broken_plugin_is_listed_with_its_reason(shop: Path, told: Told) -> None:
    install(shop, "broken", "raise RuntimeError('no licence')")
    config = shop / "terminal.toml"
    config.write_text(CONFIG.replace('"evdev"', '"evdev", "broken"'))
    with on_path(shop):
        assert main(["plugins", "--config", str(config), "--json"]) == 1
        rows = {row["name"]: row for row in as_json(told)["plugins"]}
        assert rows["evdev"]["status"] == "enabled"
        assert rows["broken"] == {
            "name": "broken", "version": "1.2", "status": "stopped",
            "why": "au chargement : RuntimeError: no licence",
        }  # fmt: skip
        assert check(shop) == 1
        assert "terminal.plugins : broken : au chargement : RuntimeError: no licence" in told()[1]


def test_plugins_of_a_configuration_that_is_none(shop: Path, told: Told) -> None:
    (shop / "terminal.toml").write_text("[")
    assert main(["plugins", "--config", str(shop / "terminal.toml")]) == 1
    assert "C-101" in told()[1]
    assert main(["plugins", "--config", str(shop / "terminal.toml"), "--json"]) == 1
    assert as_json(told)["code"] == "C-101"


def test_run_with_nothing_to_fall_back_on(shop: Path, told: Told) -> None:
    (shop / "terminal.toml").write_text("[")
    arguments = ["--config", str(shop / "terminal.toml"), "--state", str(shop / "state")]
    assert main(["run", *arguments, "--json"]) == 1
    assert as_json(told)["code"] == "C-101"


@pytest.mark.parametrize(
    "arguments",
    [[], ["nothing"], ["config"], ["config", "check", "X"], ["plugins", "--no"], ["config", "x"]],
)
def test_wrong_usage(arguments: list[str], told: Told) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage :" in told()[1]
