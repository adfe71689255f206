"""`pos-terminal report`: all that a technician needs, and nothing that is somebody's."""

import asyncio
import json
import logging
import sys
import zipfile
from pathlib import Path

from pos_terminal.channel import interface
from pos_terminal.channel.interface import ReportAsked
from pos_terminal.commands.report_fields import STATUS, of_settings, of_status
from pos_terminal.testing.running import run
from tests.support.agent import agent
from tests.support.shop import open_shop

PLANTED = {
    "pin": "4711", "name": "Lagadec", "password": "hunter2-soleil", "token": "eyJhbGciOi",
    "card": "4970101234567890", "footer": "Fermé le lundi chez Yann", "phone": "0299123456",
    "slip": "497010XXXXXX7890", "authorisation": "482913", "support": "K7QM-3XZP-9TRD",
}  # fmt: skip
LINES = (
    f"PIN: {PLANTED['pin']} typed",
    f"wrote b'\\x1b@MME {PLANTED['name'].upper()}' and 'Mme {PLANTED['name']}'",
    f"login password={PLANTED['password']}",
    f"Authorization: Bearer {PLANTED['token']}.x.y",
    f"card %B{PLANTED['card']}^LAGADEC/SERAPHINE^25121010?",
    f"slip b'CARTE {PLANTED['slip']}', auth {PLANTED['authorisation']}",
    f"code {PLANTED['support']} typed",
)


async def report(folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_terminal", "report", "--out", folder / "report.zip",
        "--state", folder / "state", "--config", folder / "terminal.toml",
        "--agent", folder / "agent",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


def test_it_has_everything_and_no_secret(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_shop(tmp_path) as shop:
            file = tmp_path / "terminal.toml"
            more = (
                f'\n[odd]\nfooter = "{PLANTED["footer"]}"\n'
                f'[service.alerts]\npassword = "{PLANTED["password"]}"\n'
                f'[plugin.foo]\nphone = "{PLANTED["phone"]}"\n'
            )
            file.write_text(file.read_text() + more)
            log = logging.getLogger("pos_driver_foo")
            for line in LINES:
                log.warning("%s", line)
            detail = LINES[1]
            await shop.till.call(interface.REPORT, ReportAsked("disk /", "B-101", detail))
            async with agent(tmp_path, till=tmp_path / "state") as process:
                await process.until(lambda told: told.till == "there")
                code, said = await report(tmp_path)
        assert code == 0, said
        with zipfile.ZipFile(tmp_path / "report.zip") as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
        assert set(parts) == {
            "alerts.json", "box.json", "journal.json", "log.txt", "settings.json", "status.json",
        }  # fmt: skip
        assert not [name for name, text in parts.items() if '"missing"' in text]
        assert "pos_driver_foo" in parts["log.txt"] and '"printer"' in parts["status.json"]
        assert '"driver": "escpos"' in parts["settings.json"]
        told = "".join(parts.values())
        assert {
            name for name, secret in PLANTED.items() if secret.lower() in told.lower()
        } == set()

    run(body())


def test_a_report_without_till_and_agent_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    code, said = run(report(tmp_path))
    assert code == 0, said
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        missing = {
            name: json.loads(archive.read(name)).get("missing") for name in archive.namelist()
        }
    assert missing["status.json"] == missing["log.txt"] == "C-141"
    assert missing["journal.json"] and missing["settings.json"] == "FileNotFoundError"
    assert missing["box.json"] is None
    assert run(report(tmp_path))[0] == 1, "what is there is never written over"


def test_what_is_not_named_stays_at_home() -> None:
    status = {"version": "1", "later": "x", "faults": [{"code": "C", "who": "eve", "detail": "d"}]}
    assert of_status(status, str) == {
        "version": "1", "faults": [{"code": "C", "detail": "d"}],
    }  # fmt: skip
    settings = {
        "shop": {"name": "Chez Zoé"}, "terminal": {"language": "fr", "secret": "x"}, "odd": 3,
        "devices": {"printer": {"driver": "escpos", "password": "x", "usb": {"serial": "1"}}},
    }  # fmt: skip
    assert of_settings(settings, str) == {
        "shop": {"name": "***"}, "terminal": {"language": "fr", "secret": "***"}, "odd": "***",
        "devices": {"printer": {"driver": "escpos", "password": "***", "usb": "***"}},
    }  # fmt: skip


def test_the_allow_list_names_fields_that_there_are() -> None:
    assert set(STATUS) <= set(interface.Status.__struct_fields__)
