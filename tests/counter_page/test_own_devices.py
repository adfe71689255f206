"""A shop's own devices: each is played as what its settings say, or it is said what plays it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.counter_page import Opened, counter, press

DEVICES = """
[devices.touches]
class = "keypad"
driver = "evdev"
device = "/dev/pos/keypad"

[devices.laser]
class = "scanner"
driver = "serial"
port = "/dev/pos/scanner"
aim = true
encoding = "latin-1"

[devices.cartes]
class = "scanner"
driver = "evdev"
device = "/dev/pos/badge"
role = "badge"

[devices.balance]
class = "scale"
driver = "dialog-06"
port = "/dev/pos/scale"
secret_polynomial = "1A2B5"
capacity = 6000

[devices.client]
class = "display"
driver = "vfd"
serial = { port = "/dev/pos/client" }
commands = "cd5220"
code_page = "cp1252"
role = "customer"

[devices.vendeur]
class = "display"
driver = "vfd"
serial = { port = "/dev/pos/vendeur" }

[devices.tickets]
class = "printer"
driver = "star"
host = "192.168.1.51"
language = "star-line"

[devices.rayons]
class = "printer"
driver = "zpl"
host = "192.168.1.53"
role = "label"

[devices.bureau]
class = "printer"
driver = "escpos"
serial = { port = "/dev/pos/bureau", baudrate = 38400 }
columns = 32
role = "report"

[devices.caisson]
class = "drawer"
driver = "serial-drawer"
port = "/dev/pos/drawer"

[devices.banque]
class = "payment-terminal"
driver = "caisse-ap"
host = "192.168.1.60"

[[drawers]]
device = "caisson"

[[terminals]]
device = "banque"
"""
PLUGINS = (
    '"evdev", "serial-scanner", "dialog-06", "vfd", "star", "zpl", "escpos", "serial-drawer", '
    '"caisse-ap"'
)


def owned(folder: Path, devices: str = DEVICES, plugins: str = PLUGINS) -> Path:
    """A bakery with devices of its own."""
    made = ("--name", "CHEZ MOI", "--address", "2 rue Haute", "--siret", "73282932000074")
    command = [sys.executable, "-m", "pos_terminal", "config", "new", "boulangerie", str(folder)]
    subprocess.run([*command, *made], check=True, capture_output=True, timeout=60)
    file = folder / "terminal.toml"
    plain = re.sub(r"\[devices\.[a-z]+\]\n(?:[a-z]+ = .*\n)+", "", file.read_text())
    file.write_text(re.sub("plugins = .*", f"plugins = [{plugins}]", plain) + devices)
    return file


def device(page: Opened, name: str) -> str:
    """What the page says of a device, by the name in the settings."""
    shown = page.wait("panel", "devices", rf"[(|]{name}[)|]")
    (item,) = [each for each in shown.split("<li ") if re.search(rf"[(>]{name}[)<]", each)]
    return item


@pytest.mark.slow
def test_each_is_played_as_what_it_is_or_it_is_said_what_plays_it(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with counter("--config", owned(tmp_path / "shop"), temporary=temporary) as page:
        page.wait("state", "power", "^on$")
        for name in ("touches", "laser", "balance", "client", "vendeur", "tickets", "rayons",
                     "bureau", "caisson"):  # fmt: skip
            assert 'class="fine"' in device(page, name), name
        assert "serial-drawer" in device(page, "caisson")
        assert "caisse-ap" in device(page, "banque")
        assert "badge" in device(page, "cartes")
        # The Dialog 06 with its challenge: a weight comes, and none over what the till takes.
        page.act({"type": "weigh", "grams": 480})
        page.wait("state", "scale.moving", "0")
        page.act(*press("KP5", "KPENTER"))
        page.wait("panel", "display", r"0,480kg x 5,20.*PAIN AU KILO")
        # The scanner on its line sends the AIM prefix that its driver wants.
        with page.hears("refused"):  # read, and no article of a bakery's
            page.act({"type": "scan", "code": "3017620422003"})
        page.act(*press("ESC"))
        # The customer's display says nothing of that; both are shown.
        page.wait("panel", "second", r"\S")
        page.act(*press("F12"))
        page.wait("panel", "second", r"TOTAL +2,50")
        page.act(*press("PAGEDOWN"))
        ticket = page.wait("paper", "1", "TOTAL")
        assert "data-code" in ticket  # the Star's bars are bars, to be clicked
        page.wait("state", "drawer", "1")


WIRELESS = """
[devices.plateau]
class = "scale"
driver = "hid-scale"
device = "/dev/pos/scale"

[devices.pistolet]
class = "scanner"
driver = "hid-pos"
device = "/dev/pos/scanner"

[devices.belge]
class = "scanner"
driver = "evdev"
layout = "be"
device = "/dev/pos/x"
"""
BY_ANOTHER = {
    "plateau": "hid-scale.*toledo-8217", "pistolet": "hid-pos.*serial", "belge": "be.*clavier us",
}  # fmt: skip


def test_what_has_no_wire_here_is_played_by_another_and_said(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    file = owned(tmp_path / "shop", WIRELESS, '"hid-scale", "hid-pos", "evdev"')
    with counter("--config", file, temporary=temporary) as page:
        page.wait("state", "power", "^on$")
        for name, what in BY_ANOTHER.items():
            shown = device(page, name)
            assert re.search(what, shown), shown
            assert 'class="fine"' in shown


LESSONS = """# Chez moi

## Une bouteille

Tapez l'article.

```scene
touches 1 PLU
```

## Une baguette

```scene
touches BAGUETTE
```
"""


def cellar(folder: Path) -> Path:
    made = ("--name", "CHEZ MOI", "--address", "2 rue Haute", "--siret", "73282932000074")
    command = [sys.executable, "-m", "pos_terminal", "config", "new", "cave", str(folder), *made]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return folder / "terminal.toml"


@pytest.mark.slow
def test_lessons_of_the_page_are_given_in_its_bakery_and_then_the_shop_comes_back(
    tmp_path: Path,
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with counter("--config", cellar(tmp_path / "shop"), temporary=temporary) as page:
        page.act({"type": "lesson", "number": 1})
        page.wait("panel", "lesson", "BAGUETTE")
        page.wait("panel", "keypad", "BAGUETTE")
        page.wait("state", "power", "on")
        page.act(*press("F1"))
        page.wait("panel", "display", "BAGUETTE")
        page.act(*press("F12"))
        page.wait("panel", "lesson", "La leçon est finie")
        page.act({"type": "lesson", "number": 0})
        page.wait("state", "lesson", "0")
        page.wait("panel", "keypad", r"^(?!.*BAGUETTE)")


@pytest.mark.slow
def test_a_lesson_of_a_shops_own_that_it_cannot_give_says_why(tmp_path: Path) -> None:
    temporary, lessons = tmp_path / "tmp", tmp_path / "lecons.md"
    temporary.mkdir()
    lessons.write_text(LESSONS)
    options = ("--config", cellar(tmp_path / "shop"), "--lesson", lessons)
    with counter(*options, temporary=temporary) as page:
        page.wait("state", "power", "on")
        _, drawn = page.ask()
        first, second = (each for each in drawn.split("<li data-number=")[1:3])
        assert "disabled" not in first
        assert "BAGUETTE" in second and second.count("disabled") == 2
        page.act({"type": "lesson", "number": 2})
        page.wait("panel", "lesson", "ne peut pas la donner.*BAGUETTE")
        page.act({"type": "lesson", "number": 1})
        page.wait("panel", "lesson", "Une bouteille")
        page.wait("state", "power", "on")
        page.act(*press("KP1", "KPENTER"))
        page.wait("panel", "lesson", "La leçon est finie")
