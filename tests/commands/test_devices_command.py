"""`pos-terminal devices` and `drivers` on a box that umockdev makes up: seen, judged, adopted."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from pos_terminal.__main__ import main
from pos_terminal.runtime.finding import installed_drivers, known_devices
from pos_terminal.testing.running import run
from tests.needs import need
from tests.support.shop import open_shop, write_settings

BOX = Path(__file__).parents[1] / "data" / "box.umockdev"


LINKED = 'cd "$UMOCKDEV_DIR/dev" && mkdir pos && ln -s ../usb/lp0 pos/printer && cd - && exec "$@"'
"""As the rule of a printer's maker would."""


def on_the_box(*words: str | Path, before: str = "") -> subprocess.CompletedProcess[str]:
    """`pos-terminal WORDS` where these devices are plugged in, and what was done `before` is."""
    need(shutil.which("umockdev-run") is not None, "umockdev-run", "apt-get install umockdev")
    shell = ("sh", "-ec", before, "sh") if before else ()
    program = ("umockdev-run", "-d", BOX, "--", *shell, sys.executable, "-m", "pos_terminal")
    return subprocess.run(
        [*map(str, (*program, *words))],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def seen(tmp_path: Path) -> dict[str, dict[str, Any]]:
    done = on_the_box("devices", "--json", "--state", tmp_path)
    assert done.returncode == 0, done.stderr
    return {each["node"] or each["kind"]: each for each in json.loads(done.stdout)["attached"]}


def who(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["device_class"], each["driver"]) for each in row["candidates"]]


def test_what_is_plugged_in_and_who_would_take_it(tmp_path: Path) -> None:
    rows = seen(tmp_path)
    assert {
        node: who(row) for node, row in rows.items()
    } == {
        "/dev/input/event2": [("tone", "evdev")],
        "/dev/input/event5": [("scanner", "evdev")],
        "/dev/input/event6": [("scanner", "evdev")],
        "/dev/input/event7": [("scanner", "evdev"), ("keypad", "evdev")],
        "/dev/usb/lp0": [("printer", "escpos")],
        "/dev/ttyACM0": [("display", "vfd")],
        "/dev/ttyUSB0": [],
        "/dev/hidraw0": [("scanner", "hid-pos")],
        "/dev/hidraw1": [("scanner", "hid-pos")],
        "bare-printer": [("printer", "star")],
    }  # fmt: skip
    assert rows["/dev/input/event5"]["identity"] == "05e0:1200 0001 1-1.2:1.0"
    assert "--class" in rows["/dev/input/event7"]["why"]
    assert "scale detect" in rows["/dev/ttyUSB0"]["why"]
    (bare,) = rows["bare-printer"]["candidates"]
    assert bare["settings"] == {"usb": {"vendor": 0x0519, "product": 0x0003}}
    (display,) = rows["/dev/ttyACM0"]["candidates"]
    assert display["settings"] == {"serial": {"port": "/dev/ttyACM0"}, "setup": "aures"}


def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return write_settings(tmp_path / "shop", "")


def adopt(
    config: Path, rules: Path, *words: str, before: str = ""
) -> subprocess.CompletedProcess[str]:
    options = ("--config", config, "--rules", rules, "--yes")
    return on_the_box("devices", "adopt", *words, *options, before=before)


def matches(rule: str, udev: dict[str, str]) -> bool:
    """Whether udev would take that line for a device of these properties (udev(7))."""
    wanted = dict(re.findall(r'ENV\{(\w+)\}=="([^"]*)"', rule))
    return all(fnmatchcase(udev.get(name, ""), pattern) for name, pattern in wanted.items())


def test_equal_devices_keep_their_names_by_their_sockets(tmp_path: Path) -> None:
    """Whatever number each gets at the next boot, and on whatever bus."""
    config, rules = shop(tmp_path), tmp_path / "71-pos-local.rules"
    for node, name in (("event5", "scanner-left"), ("event6", "scanner-right")):
        done = adopt(config, rules, f"/dev/input/{node}", "--as", name)
        assert done.returncode == 0, done.stderr + done.stdout
        assert f"+[devices.{name}]" in done.stdout
    assert main(["config", "check", "--config", str(config)]) == 0
    text = config.read_text()
    assert 'device = "/dev/pos/scanner-left"' in text and '"/dev/pos/scanner-right"' in text
    lines = rules.read_text().splitlines()
    named = {re.findall(r'SYMLINK\+="pos/([^"]+)"', line)[0]: line for line in lines}
    for port, name in (("1.2", "scanner-left"), ("1.4", "scanner-right")):
        udev = {
            "ID_INPUT_KEYBOARD": "1", "ID_VENDOR_ID": "05e0", "ID_MODEL_ID": "1200",
            "ID_SERIAL_SHORT": "0001", "ID_USB_INTERFACE_NUM": "00",
            "ID_PATH": f"pci-0000:00:14.0-usb-0:{port}:1.0",
        }  # fmt: skip
        assert [each for each, line in named.items() if matches(line, udev)] == [name]


def test_equal_raw_nodes_are_named_and_given_to_the_till_by_controller_and_socket(
    tmp_path: Path,
) -> None:
    """Each controller counts its ports from one, so the same port is not the same socket."""
    config, rules = shop(tmp_path), tmp_path / "71-pos-local.rules"
    for node, name in (("hidraw0", "left"), ("hidraw1", "right")):
        done = adopt(config, rules, f"/dev/{node}", "--as", name)
        assert done.returncode == 0, done.stderr + done.stdout
        assert f'device = "/dev/pos/{name}"' in config.read_text()
    left, right = rules.read_text().splitlines()
    for line, other, controller in ((left, right, "14.0"), (right, left, "1a.0")):
        udev = {"ID_PATH": f"pci-0000:00:{controller}-usb-0:7:1.0"}
        assert matches(line, udev) and not matches(other, udev)
        assert 'SUBSYSTEM=="hidraw"' in line and 'GROUP="input", MODE="0660"' in line


def test_a_device_with_a_number_of_its_own_is_known_by_it(tmp_path: Path) -> None:
    config, rules = shop(tmp_path), tmp_path / "rules"
    assert adopt(config, rules, "/dev/usb/lp0", "--as", "printer").returncode == 0
    again = adopt(config, rules, "/dev/usb/lp0", "--as", "printer")
    assert (again.returncode, "C-146" in again.stderr) == (1, True)
    scale = adopt(
        config, rules, "/dev/ttyUSB0", "--as", "scale", "--class", "scale",
        "--driver", "toledo-8217", "--set", "digits=3",
    )  # fmt: skip
    assert scale.returncode == 0, scale.stderr
    printer, serial = rules.read_text().splitlines()
    assert 'ENV{ID_SERIAL_SHORT}=="J5XK001"' in printer and 'KERNEL=="lp[0-9]*"' in printer
    assert 'ENV{ID_SERIAL_SHORT}=="A50285BI"' in serial
    assert "digits = 3" in config.read_text()
    assert main(["config", "check", "--config", str(config)]) == 0


def test_a_name_that_a_makers_rule_gave_stays_with_who_was_adopted_under_it(
    tmp_path: Path,
) -> None:
    """Whatever else of that maker's is plugged in later."""
    config, rules = shop(tmp_path), tmp_path / "rules"
    done = adopt(config, rules, "/dev/pos/printer", "--as", "printer", before=LINKED)
    assert done.returncode == 0, done.stderr
    assert 'device = "/dev/pos/printer"' in config.read_text()
    (line,) = rules.read_text().splitlines()
    assert 'ENV{ID_SERIAL_SHORT}=="J5XK001"' in line and 'SYMLINK+="pos/printer"' in line
    assert 'OPTIONS+="link_priority=1"' in line, "above the makers' rules"


def test_a_setting_of_the_line_leaves_it_its_place(tmp_path: Path) -> None:
    config, rules = shop(tmp_path), tmp_path / "rules"
    done = adopt(
        config, rules, "/dev/ttyACM0", "--as", "display",
        "--set", "serial.baudrate=4800", "--set", "serial.parity=E", "--set", "setup=aures",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    table = tomllib.loads(config.read_text())["devices"]["display"]
    assert table["serial"].pop("port").startswith("/dev/")
    assert table["serial"] == {"baudrate": 4800, "parity": "E"}


@pytest.mark.parametrize(
    "words",
    [
        ("/dev/input/event7", "--as", "keypad"),
        ("/dev/input/event99", "--as", "keypad", "--class", "keypad"),
        ("/dev/ttyUSB0", "--as", "scale", "--class", "scale", "--driver", "no-such"),
        ("/dev/ttyUSB0", "--as", "s", "--class", "scale", "--driver", "cas", "--set", "parity=X"),
        ("/dev/usb/lp0", "--as", "printer", "--set", "no key=1"),
        ("/dev/usb/lp0", "--as", "Printer 1"),
    ],
)
def test_what_no_till_could_run_with_is_not_written(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    config, rules = shop(tmp_path), tmp_path / "rules"
    before = config.read_bytes()
    assert adopt(config, rules, *words).returncode == 1
    assert (config.read_bytes(), rules.exists()) == (before, False)


def test_a_plug_in_that_is_not_enabled_comes_along(tmp_path: Path) -> None:
    config, rules = shop(tmp_path), tmp_path / "rules"
    config.write_text(re.sub(r"(?m)^plugins = .*$", 'plugins = ["gs1"]', config.read_text()))
    done = adopt(config, rules, "/dev/usb/lp0", "--as", "printer")
    assert done.returncode == 0, done.stderr
    assert 'plugins = ["gs1", "escpos"]' in config.read_text()


def test_the_running_tills_devices_with_their_last_error(
    tmp_path: Path,
) -> None:
    async def body() -> dict[str, Any]:
        async with open_shop(tmp_path) as at:
            await at.shows("BONJOUR")
            await at.bench.scanner.unplug()
            await at.shows("R-101")
            await at.bench.scanner.replug()
            command = ("devices", "--json", "--state", str(at.state))
            done = await asyncio.to_thread(
                subprocess.run, [sys.executable, "-m", "pos_terminal", *command],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            told: dict[str, Any] = json.loads(done.stdout)
            return told

    told = run(body())
    devices = {each["name"]: each for each in told["devices"]}
    assert devices["scanner"]["last"]["code"] == "R-101"
    assert devices["scanner"]["last_at"] and devices["scanner"]["good"]
    assert [Path(place).name for place in devices["scanner"]["places"]] == ["scanner"]
    assert devices["printer"]["last"] is None


def test_every_driver_is_listed_with_its_settings_as_the_file_names_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["drivers", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["drivers"]
    by_name = {(row["device_class"], row["driver"]): row for row in rows}
    assert {(fact.device_class.value, fact.name) for fact in installed_drivers()} == {*by_name}
    scanner = by_name["scanner", "serial"]
    assert scanner["plugin"] == "serial-scanner"
    settings = {each["name"]: each for each in scanner["settings"]}
    assert settings["port"]["default"] is None
    assert settings["parity"]["takes"] == '"N" | "E" | "O"'
    printer = {each["name"] for each in by_name["printer", "escpos"]["settings"]}
    assert {"serial.port", "usb.vendor", "host"} <= printer
    assert main(["drivers", "toledo", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["drivers"]
    assert (row["plugin"], row["driver"]) == ("toledo", "toledo-8217")
    assert main(["drivers", "no-such"]) == 1
    assert "no-such" in capsys.readouterr().err


def test_the_table_of_usb_devices_names_drivers_that_there_are() -> None:
    facts = {(fact.device_class, fact.name) for fact in installed_drivers()}
    rows = known_devices()
    assert all((row.device_class, row.driver) in facts for row in rows)
    ids = [(row.vendor, product) for row in rows for product in row.products or ("*",)]
    assert len(ids) == len({*ids})
    assert all(re.fullmatch("[0-9a-f]{4}", part) for pair in ids for part in pair if part != "*")
