"""What stands in `[service.NAME]` is judged by `config check`, before an agent begins with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.agent.services import modules
from tests.support.agent import install_service
from tests.support.shop import write_settings

KEY = f'"ssh-ed25519 {"A" * 68}"'
GOOD = {
    "alerts": """server = "smtp.example"
user = "caisse"
sender = "caisse@boulangerie.example"
[[service.alerts.recipients]]
address = "patron@boulangerie.example"
severity = "alarm"
""",
    "console": 'interface = "eth0"\nnames = ["caisse.local"]\n',
    "health": "disk_free = 5\n",
    "heartbeat": 'url = "https://pouls.example/a"\n',
    "support": f'relay = "relais.example"\nrelay_key = {KEY}\nca = {KEY}\nlisten = 2201\n',
    "timestamp": 'url = "https://heure.example/tsa"\n',
    "update": 'url = "https://versions.example/m/manifest.json"\n',
    "webhook": 'url = "https://appel.example/"\n',
    "witness": 'urls = ["https://temoin.example/"]\n',
}
WRONG = [
    ("alerts", 'server = "smtp.example"', "server = 25", "server", "il faut str, et non int"),
    ("alerts", '"caisse"', '"caisse"\nan_hour = 0', "an_hour", "1 ou plus"),
    ("alerts", '"alarm"', '"grave"', "recipients.severity", "'grave' : warning ou alarm"),
    ("console", '["caisse.local"]', '"caisse.local"', "names", "il faut array, et non str"),
    ("console", '["caisse.local"]', '["caisse.local"]\nport = 70000', "port", "de 0 à 65535"),
    ("health", "disk_free = 5", "disc_free = 5", "disc_free", "cette clé n'existe pas"),
    ("health", "disk_free = 5", 'disk_free = "5"', "disk_free", "il faut int, et non str"),
    ("heartbeat", '/a"', '/a"\nevery = 1', "every", "10 secondes ou plus"),
    ("support", "listen = 2201", "listen = 0", "listen", "un port, de 1 à 65535"),
    ("timestamp", '/tsa"', '/tsa"\nhours = 200', "hours", "de 1 à 168"),
    ("update", '.json"', '.json"\nevery = 59', "every", "60 secondes ou plus"),
    ("webhook", "url = ", "urll = ", "urll", "cette clé n'existe pas"),
    ("witness", '.example/"]', '.example/"]\nevery = 1.5', "every", "il faut int, et non float"),
]


def checked(
    folder: Path, capsys: pytest.CaptureFixture[str], tables: str, *names: str
) -> tuple[int, list[dict[str, Any]], list[str]]:
    """The status, what is wrong, and the lines of the file that were judged."""
    config = write_settings(folder, f"\n[agent]\nservices = {json.dumps(names)}\n{tables}")
    status = main(["config", "check", "--json", "--config", str(config)])
    facts = json.loads(capsys.readouterr().out)
    assert {each["file"] for each in facts["problems"]} <= {str(config)}
    return status, facts["problems"], ["", *config.read_text().splitlines()]


def test_every_service_is_judged_and_the_right_ones_are_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {*GOOD} == {*modules()} == {name for name, *_ in WRONG}
    tables = "".join(f"[service.{name}]\n{table}" for name, table in GOOD.items())
    assert checked(tmp_path, capsys, tables, *GOOD)[:2] == (0, [])


@pytest.mark.parametrize(("name", "old", "new", "key", "why"), WRONG)
def test_a_wrong_one_is_refused_on_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
    name: str, old: str, new: str, key: str, why: str,
) -> None:  # fmt: skip
    assert old in GOOD[name]
    table = f"[service.{name}]\n{GOOD[name].replace(old, new, 1)}"
    status, problems, lines = checked(tmp_path, capsys, table, name)
    found = problems[0]
    assert (status, found["key"], found["reason"]) == (1, f"service.{name}.{key}", why)
    # msgspec does not say which of several tables it is in.
    at = f"[service.{name}]" if "." in key else key
    assert lines[found["line"]].split(" = ")[0] == at


@pytest.mark.parametrize("name", sorted({*GOOD} - {"health"}))
def test_one_that_is_enabled_without_its_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    status, (found,), lines = checked(tmp_path, capsys, "", name)
    assert (status, found["key"]) == (1, f"service.{name}")
    assert found["reason"].startswith("il manque ")
    assert lines[found["line"]].startswith("services = ")


def test_one_that_cannot_be_loaded_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    install_service(site, "broken", "raise LookupError('nothing there')")
    monkeypatch.syspath_prepend(str(site))
    status, (found,), _ = checked(tmp_path, capsys, "", "broken")
    assert (status, found["key"]) == (1, "agent.services")
    assert found["reason"].startswith("broken") and "nothing there" in found["reason"]
