"""Devices on one line are refused; what is not there, and what cannot be printed, is said."""

import json
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from tests.support.shop import write_settings

SCALE = '[devices.scale]\nclass = "scale"\ndriver = "cas"\nport = "{}"\n'
SCANNER = '[devices.scanner]\nclass = "scanner"\ndriver = "serial"\nport = "{}"\n'


def checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], devices: str
) -> tuple[int, dict[str, Any]]:
    config = write_settings(tmp_path, devices)
    config.write_text(config.read_text().replace("plugins = [", 'plugins = ["cas", "star", ', 1))
    status = main(["config", "check", "--json", "--config", str(config)])
    facts: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, facts


def test_two_names_of_one_line_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line, other = tmp_path / "ttyUSB0", tmp_path / "scale"
    line.write_bytes(b"")
    other.symlink_to(line)
    status, facts = checked(tmp_path, capsys, SCALE.format(line) + SCANNER.format(other))
    assert status == 1
    (problem,) = facts["problems"]
    assert problem["key"] == "devices.scanner" and "'scale'" in problem["reason"]


def test_two_usb_printers_with_the_same_ids_are_one_printer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usb = 'class = "printer"\ndriver = "star"\nusb = {{ vendor = 0x0519, product = {:#x} }}\n'
    receipt = "[devices.receipt]\n" + usb.format(3)
    kitchen = '[devices.kitchen]\nrole = "kitchen"\n' + usb
    assert checked(tmp_path, capsys, receipt + kitchen.format(4))[0] == 0
    status, facts = checked(tmp_path, capsys, receipt + kitchen.format(3))
    assert status == 1
    (problem,) = facts["problems"]
    assert problem["key"] == "devices.kitchen" and "usb 0519:0003" in problem["reason"]


def test_a_beeper_may_be_in_the_keyboard(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = f'driver = "evdev"\ndevice = "{tmp_path}"\n'
    devices = f'[devices.k]\nclass = "keypad"\n{node}[devices.t]\nclass = "tone"\n{node}'
    assert checked(tmp_path, capsys, devices)[0] == 0


def test_what_is_not_there_is_said_and_not_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, facts = checked(tmp_path, capsys, SCALE.format("/dev/pos/no-such"))
    assert (status, len(facts["doubts"])) == (0, 1)
    assert "/dev/pos/no-such" in str(facts["doubts"])
    status, facts = checked(tmp_path, capsys, "")
    assert (status, len(facts["doubts"])) == (0, 1)


@pytest.mark.parametrize(
    ("setting", "key"), [('profile = "TM-X99"', "profile"), ('logo = "/no/logo.png"', "logo")]
)
def test_a_printer_nobody_knows_and_a_logo_that_is_missing_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, key: str
) -> None:
    printer = f'[devices.p]\nclass = "printer"\ndriver = "escpos"\nhost = "127.0.0.1"\n{setting}\n'
    status, facts = checked(tmp_path, capsys, printer)
    assert (status, [each["key"] for each in facts["problems"]]) == (1, [f"devices.p.{key}"])


def test_a_driver_that_is_not_enabled_is_named_with_its_plug_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As is one that nobody has, without one."""
    config = write_settings(tmp_path, SCALE.format("/dev/ttyUSB0"))
    assert main(["config", "check", "--json", "--config", str(config)]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem["key"] == "devices.scale.driver" and "le module cas l'a" in problem["reason"]
    config.write_text(config.read_text().replace('"cas"', '"no-such"'))
    assert main(["config", "check", "--json", "--config", str(config)]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert "le module" not in problem["reason"]
