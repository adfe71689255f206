"""Each bundled driver has a sheet that says what is proved of it, and the sheet is true."""

from pathlib import Path

import pytest

from pos_terminal.devices.classes import DeviceClass
from pos_terminal.testing.quality import RULES, problems, read
from tests.support.bundled_drivers import bundled_drivers

ROOT = Path(__file__).parents[2]
SHEET = ROOT / "docs" / "drivers" / "quality.toml"


def bundled() -> list[str]:
    """«class.driver» of all that the bundled plug-ins register."""
    drivers = bundled_drivers()
    return [f"{kind}.{driver.name}" for kind in DeviceClass for driver in drivers.of(kind)]


def test_every_bundled_driver_has_a_true_sheet() -> None:
    assert list(problems(read(SHEET), bundled(), ROOT)) == []


def test_a_driver_without_a_counterpart_says_unproved_on_its_page_too() -> None:
    for name, lines in read(SHEET).items():
        page = (ROOT / lines["page"]).read_text()
        if lines["counterpart"].startswith("unproved"):
            assert "**Non prouvé**" in page or "**Unproved**" in page, name


GOOD = {rule: "exempt: it is only an example" for rule in RULES}


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (GOOD, []),
        (GOOD | {"metal": "unproved: none was at hand"}, []),
        (GOOD | {"page": "README.md::pos-terminal"}, []),
        (GOOD | {"page": "NOWHERE.md"}, ["scale.a: page: no file NOWHERE.md"]),
        (GOOD | {"unplug": "tests/drivers/test_quality.py"},
         ["scale.a: unplug: no test '' in tests/drivers/test_quality.py"]),
        (GOOD | {"unplug": "tests/drivers/test_quality.py::test_none"},
         ["scale.a: unplug: no test 'test_none' in tests/drivers/test_quality.py"]),
        (GOOD | {"unplug": "tests/drivers/test_quality.py::bundled"}, []),
        (GOOD | {"contract": "unproved: none was at hand"},
         ["scale.a: contract: is for the driver itself to prove"]),
        (GOOD | {"metal": "exempt: no"}, ["scale.a: metal: gives no reason"]),
        (GOOD | {"colour": "exempt: it is only an example"}, ["scale.a: colour is no rule"]),
        ({r: t for r, t in GOOD.items() if r != "page"}, ["scale.a: page is left out"]),
    ],
)  # fmt: skip
def test_a_sheet_is_held_to_its_rules(lines: dict[str, str], wrong: list[str]) -> None:
    assert list(problems({"scale.a": lines}, ["scale.a"], ROOT)) == wrong


def test_a_driver_and_its_table_go_together() -> None:
    assert list(problems({"scale.b": GOOD}, ["scale.a"], ROOT)) == [
        "scale.a: has no table", "scale.b: is no driver",
    ]  # fmt: skip
