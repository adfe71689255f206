"""What editors and people make of a file of settings: refused, or read as what it was.

Configuration with its labels, promotions, key map and clerks are TOML, which nobody in a shop has
heard of: they are written in whatever is at hand, with what spreadsheets and letters are like.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from pos_terminal.devices.registry import Drivers
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.staff.clerks import Clerk, Pin
from pos_terminal.persons import clerks_file, pins
from pos_terminal.persons.clerks_file import BadClerks
from pos_terminal.runtime import promotions
from pos_terminal.runtime.config import BadConfiguration, read
from pos_terminal.runtime.keymaps import load_keymap

CONFIGURATION = """[shop]
name = "Crémerie d'été"
header = ["1, place du Marché", "SIRET 732 829 320 00074"]

[terminal]
number = "2"
operator = 7
catalog = "catalog.csv"
default_vat = "5.5"

[refunds]
cash_limit = 50
reasons = ["DEFAUT"]

[[labels]]
template = "21IIIIIVVVVVC"
measure = "price"
decimals = 2
[[labels]]
template = "22IIIIIVVVVVC"
measure = "weight"
decimals = 3

[devices.keyboard]
class = "keypad"
driver = "toy"
port = "/dev/pos/keypad"
"""
PROMOTIONS = """[[promotion]]
name = "FORMULE ÉTÉ"
kind = "menu"
price = "9,50"
courses = [["sandwich"], ["crémerie"]]
days = ["mon", "tue"]
hours = [11:00:00, 14:30:00]
from = 2026-03-01

[[promotion]]
name = "4E OFFERT"
kind = "free"
buy = 3
free = 1
articles = ["23"]

[[promotion]]
name = "3 COOKIES"
kind = "price"
quantity = 3
price = "5,00"
articles = ["cookie"]

[[promotion]]
name = "SOIR"
kind = "percent"
percent = "12,5"
articles = ["pain"]
"""
KEYMAP = """[keys]
KEY_ESC = "C"
KEY_KPENTER = "PLU"
KEY_F1 = "article 28"
KEY_KP1 = "1"
KEY_F12 = "CASH"
"""




class Line(Struct, frozen=True, kw_only=True):
    port: str


GOODS, _ = parse_catalog(
    b"plu;name;price;family\n23;CROISSANT;1,20;\n1;PAIN;1,00;pain\n2;COOKIE;2,00;cookie\n"
    + "3;SANDWICH;5,00;sandwich\n4;COMTE;4,00;crémerie\n".encode()
)


def open_nothing(_: Any) -> Any:
    raise AssertionError("no device is opened by reading a file")


DRIVERS = Drivers()
DRIVERS.keypads.add("toy", open_nothing, Line)


def configured(folder: Path, source: bytes) -> object:
    return msgspec.structs.replace(read(folder / "terminal.toml", source, DRIVERS), source="")


def promoted(_: Path, source: bytes) -> object:
    return promotions.parse(source, GOODS).promotions


def mapped(folder: Path, source: bytes) -> object:
    (folder / "keys.toml").write_bytes(source)
    return load_keymap(folder, "keys.toml")


def staffed(folder: Path, source: bytes) -> object:
    (folder / clerks_file.NAME).write_bytes(source)
    return clerks_file.read(folder).clerks


FILES: dict[str, tuple[str, Callable[[Path, bytes], object]]] = {
    "configuration": (CONFIGURATION, configured),
    "promotions": (PROMOTIONS, promoted),
    "key map": (KEYMAP, mapped),
    "clerks": (
        clerks_file.render([
            Clerk(7, pins.keep(Pin("4821"))), Clerk(12, pins.keep(Pin("5930")), training=True)
        ]).decode(),
        staffed,
    ),
}  # fmt: skip
REFUSED = (ValueError, BadConfiguration, BadClerks)

WHOLE: dict[str, Callable[[str], bytes]] = {
    "a mark before it": lambda text: text.encode("utf-8-sig"),
    "lines as Windows ends them": lambda text: text.replace("\n", "\r\n").encode(),
    "lines as old Macs ended them": lambda text: text.replace("\n", "\r").encode(),
    "accents apart from their letters": lambda text: unicodedata.normalize("NFD", text).encode(),
    "another encoding": lambda text: text.encode("cp1252"),
    "two bytes a character": lambda text: text.encode("utf-16"),
    "two bytes a character, no mark": lambda text: text.encode("utf-16-le"),
    "a blank line each": lambda text: text.replace("\n", "\n\n").encode(),
    "no end of the last line": lambda text: text.rstrip("\n").encode(),
    "no-break spaces": lambda text: text.replace(" = ", "\u00a0= ").encode(),
    "half of it": lambda text: text[: len(text) // 2].encode(),
    "nothing": lambda text: b"",
    "twice": lambda text: (text + text).encode(),
    "letters' quotes": lambda text: re.sub('"([^"]*)"', "\u201c\\1\u201d", text).encode(),
    "French quotes": lambda text: re.sub('"([^"]*)"', "« \\1 »", text).encode(),
    "capitals": lambda text: text.upper().encode(),
}
VALUE: dict[str, Callable[[str], str]] = {
    "a semicolon behind it": lambda value: f"{value};",
    "a comma behind it": lambda value: f"{value},",
    "no quotes": lambda value: value.strip('"'),
    "quotes": lambda value: f'"{value}"',
    "single quotes": lambda value: value.replace('"', "'"),
    "a decimal comma": lambda value: re.sub(r"(\d)\.(\d)", r"\1,\2", value),
    "a decimal point": lambda value: re.sub(r"(\d),(\d)", r"\1.\2", value),
    "a point too many": lambda value: f"{value}.0" if value.isdigit() else value,
    "a currency": lambda value: value[:-1] + ' €"' if value.endswith('"') else f"{value} €",
    "per cent": lambda value: value[:-1] + ' %"' if value.endswith('"') else f"{value} %",
    "scientific": lambda value: re.sub(r'(\d)("?)$', r"\1E+02\2", value),
    "a minus": lambda value: re.sub(r'^("?)(\d)', r"\1-\2", value),
    "a zero before it": lambda value: re.sub(r'^("?)(\d)', r"\g<1>0\2", value),
    "blanks in it": lambda value: re.sub('^"(.*)"$', '"  \\1 "', value),
    "wide digits": lambda value: value.translate({48 + n: 0xFF10 + n for n in range(10)}),
    "a French date": lambda value: re.sub(r"(\d{4})-(\d\d)-(\d\d)", r"\3/\2/\1", value),
    "a truth in French": lambda value: value.replace("true", "vrai").replace("false", "faux"),
    "nothing": lambda value: "",
    "an empty text": lambda value: '""',
}
"""None of them means another value than the one that stood there, and an empty one none."""

WORDS = ("name", "header", "number", "catalog", "port", "template")
"""Keys of words: what stands there is a word, whatever it looks like. That there is no such file or
device, and an example of a label, `config check` says.
"""


def values(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The key and the place of each value."""
    for found in re.finditer(r"^([\w.]+) = (.*)$", text, re.MULTILINE):
        yield found[1], found


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("habit", WHOLE)
def test_a_file_is_refused_or_what_it_was(file: str, habit: str, tmp_path: Path) -> None:
    text, parse = FILES[file]
    whole = parse(tmp_path, text.encode())
    try:
        found = parse(tmp_path, WHOLE[habit](text))
    except REFUSED:
        return
    if habit == "nothing" or (habit == "half of it" and file != "configuration"):
        assert found != whole, "an empty list is seen to be one: `config check` counts"
    else:
        assert found == whole


@pytest.mark.parametrize(
    "habit",
    ["a mark before it", "lines as Windows ends them", "accents apart from their letters",
     "a blank line each"],
)  # fmt: skip
@pytest.mark.parametrize("file", FILES)
def test_what_editors_do_by_themselves_is_understood(
    file: str, habit: str, tmp_path: Path
) -> None:
    text, parse = FILES[file]
    assert parse(tmp_path, WHOLE[habit](text)) == parse(tmp_path, text.encode())


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("habit", VALUE)
def test_no_value_becomes_another(file: str, habit: str, tmp_path: Path) -> None:
    text, parse = FILES[file]
    whole = parse(tmp_path, text.encode())
    for key, place in values(text):
        value = VALUE[habit](place[2])
        if value == place[2] or (key in WORDS and file == "configuration") or key == "name":
            continue
        try:
            spoilt = text[: place.start(2)] + value + text[place.end(2) :]
            found = parse(tmp_path, spoilt.encode())
        except REFUSED:
            continue
        assert found == whole, (key, value)
