"""A key is set in a text of TOML, and nothing else is: the oracle reads it back."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_terminal.runtime.toml_edit import edited, value_of

TEXT = """\
# The shop's own words.
[shop]
name = "Boulangerie"  # as on the door
header = [
  "12, rue de l'Église",
  "35000 Rennes",
]

[terminal]
number = "1"

[[labels]]
template = "21IIIIIVVVVVC"
decimals = 2

[[labels]]
template = "22IIIIIVVVVVC"
decimals = 3

[devices.printer]
device = "/dev/pos/printer"
serial = { port = "/dev/ttyS0", baud = 9600 }

[devices.scale]
driver = "toledo"
"""


@pytest.mark.parametrize(
    ("path", "value", "now"),
    [
        ("shop.header", '["un"]', ["un"]),
        ("shop.phone", '"02"', "02"),
        ("labels.2.decimals", "1", 1),
        ("labels.1.decimals", "1", 1),
        ("labels.2.digits", "4", 4),
        ("devices.printer.device", '"/dev/x"', "/dev/x"),
        ("devices.printer.serial", '{ port = "/dev/y" }', {"port": "/dev/y"}),
        ("devices.sound.driver", '"beep"', "beep"),
        ("top", "true", True),
    ],
)
def test_a_key_is_set_and_the_rest_is_as_it_was(path: str, value: str, now: object) -> None:
    made = edited(TEXT, path, value)
    found, before = tomllib.loads(made), tomllib.loads(TEXT)
    for tables, wanted in ((found, now), (before, None)):
        at: Any = tables
        for name in path.split("."):
            at = at[int(name) - 1] if isinstance(at, list) else at.get(name, {})
        if wanted is not None:
            assert at == wanted
    assert "# The shop's own words." in made and "# as on the door" in made
    assert len(set(TEXT.splitlines()) - set(made.splitlines())) <= 4


def test_a_text_keeps_what_parts_no_line_of_toml() -> None:
    text = TEXT.replace("Boulangerie", "Pain\N{LINE SEPARATOR}et \x85 vin")
    made = edited(text, "labels.2.decimals", "1")
    assert made == text.replace("decimals = 3", "decimals = 1")


def test_a_key_and_a_table_go() -> None:
    assert "decimals" not in tomllib.loads(edited(TEXT, "labels.1.decimals", None))["labels"][0]
    assert "scale" not in tomllib.loads(edited(TEXT, "devices.scale", None))["devices"]


@pytest.mark.parametrize(
    ("path", "value"),
    [("devices.printer.serial.baud", "1"), ("labels.3.decimals", "1"), ("labels.0.x", "1"),
     ("shop.none", None), ("shop.name.x", "1"), ("shop..x", "1"), ("a b", "1"), ("x]\ny", "1")],
)  # fmt: skip
def test_what_cannot_be_done_so_is_refused(path: str, value: str | None) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        edited(TEXT, path, value)


@given(st.sampled_from(["shop.name", "terminal.new", "devices.x.y", "labels.2.template"]),
       st.text(max_size=40))  # fmt: skip
def test_whatever_is_typed_sets_that_key_alone(path: str, typed: str) -> None:
    try:
        value = value_of(typed)
    except ValueError:
        return
    try:
        made = tomllib.loads(edited(TEXT, path, value))
    except ValueError:
        return
    before = tomllib.loads(TEXT)
    for tables in (made, before):
        at: Any = tables
        *way, last = path.split(".")
        for name in way:
            at = at[int(name) - 1] if isinstance(at, list) else at.get(name, {})
        at.pop(last, None)
        if not tables["devices"].get("x", True):
            del tables["devices"]["x"]
    assert made == before
