"""A driver's quality sheet: what is proved of it and where, and what is not, with the reason.

A TOML file with a table for each driver, named «class.driver», and in it a line for each rule:

    ["scale.acme"]
    contract = "tests/test_acme.py::TestAcme"
    counterpart = "unproved: no simulator of it by other hands is known"

A line names a test (or a page) that is there, or begins with «exempt:» or «unproved:», and then
says why. Nothing may be left out: what nobody has thought of is what goes wrong.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

RULES: Mapping[str, str] = {
    "contract": "the contract suite of its class passes",
    "vectors": "bytes from the sources that it cites are read and written right",
    "chance": "any bytes at all break nothing, and what goes out comes back",
    "transports": "split, delayed and lossy lines are borne",
    "bad_input": "garbage, silence, half frames and another's answers each have their error",
    "unplug": "a loss is seen without asking, and a replugged device works",
    "counterpart": "it was tried against something that somebody else wrote",
    "metal": "it was tried on a device that one can buy",
    "page": "a page has its settings, what was tried, and what is known of the device",
}

UNPROVED = ("counterpart", "metal")
"""What may be unproved: all else is in the driver's own hands."""


def read(path: Path) -> Mapping[str, Mapping[str, str]]:
    """The sheet's tables. TOMLDecodeError, OSError."""
    tables: Mapping[str, Mapping[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return tables


def problems(
    sheet: Mapping[str, Mapping[str, str]], drivers: Iterable[str], root: Path
) -> Iterator[str]:
    """What is wrong with a sheet of these drivers («class.name»), whose paths are below `root`."""
    known = set(drivers)
    for name in sorted(known ^ set(sheet)):
        yield f"{name}: {'has no table' if name in known else 'is no driver'}"
    for name in sorted(known & set(sheet)):
        lines = sheet[name]
        for rule in sorted(set(RULES) ^ set(lines)):
            yield f"{name}: {rule} {'is left out' if rule in RULES else 'is no rule'}"
        for rule in RULES:
            if rule in lines and (wrong := _wrong(rule, lines[rule], root)):
                yield f"{name}: {rule}: {wrong}"


def _wrong(rule: str, line: str, root: Path) -> str:
    mark, colon, why = line.partition(": ")
    if colon and mark in ("exempt", "unproved"):
        if mark == "unproved" and rule not in UNPROVED:
            return "is for the driver itself to prove"
        return "" if len(why.split()) >= 3 else "gives no reason"
    path, _, test = line.partition("::")
    if not (root / path).is_file():
        return f"no file {path}"
    if rule == "page":
        return ""
    text = (root / path).read_text(encoding="utf-8")
    found = test and re.search(rf"^ *(async def|def|class) {re.escape(test)}\b", text, re.MULTILINE)
    return "" if found else f"no test {test!r} in {path}"
