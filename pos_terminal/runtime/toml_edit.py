"""A key of a TOML text set or taken out, the rest left as a person wrote it.

What is tried is the text that people write: a table's header, and `key = value` below it. Each
attempt is read back, and holds only if it says what was wanted and nothing else; so what is written
in another way is refused, and never spoilt.
"""

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pos_terminal.domain.language import say
from pos_terminal.storage import toml

LONGEST = 60
"""Lines of one value: a list of which each item has a line of its own."""

_PART = re.compile(r"[A-Za-z0-9_-]{1,60}")
_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")


def parts(path: str) -> list[str]:
    """The names of a dotted path: «devices.printer.host»; the second of several tables is
    «labels.2.decimals». ValueError.
    """
    found = path.split(".")
    if not all(map(_PART.fullmatch, found)):
        raise ValueError(say("{text!r} : pas le nom d'un réglage", text=path[:80]))
    return found


def value_of(text: str) -> str:
    """A value as TOML has it: a bare word that is none stands for a text. ValueError."""
    if not text.isprintable():
        raise ValueError(say("des signes qui ne se lisent pas"))
    for written in (text, toml.written(text)):
        try:
            if [*toml.tables(f"x = {written}")] == ["x"]:
                return written
        except ValueError:
            continue
    raise ValueError(text)


def edited(text: str, path: str, value: str | None) -> str:
    """The text with that key at that value, or without it where that is None. ValueError."""
    tables = toml.tables(text)
    wanted = copy.deepcopy(tables)
    _set(wanted, parts(path), None if value is None else toml.tables(f"x = {value}")["x"])
    if wanted == tables:
        return text
    # Not `splitlines`, which parts a text at a line separator within it, too.
    lines = text.removesuffix("\n").split("\n")
    for attempt in _attempts(lines, parts(path), value):
        made = "\n".join(attempt) + "\n"
        try:
            if toml.tables(made) == wanted:
                return made
        except ValueError:
            continue
    raise ValueError(say("{path} : se change dans le fichier lui-même", path=path))


def _set(tables: Any, names: Sequence[str], value: object) -> None:
    *way, last = names
    for name in way:
        if isinstance(tables, list):
            number = int(name) if name.isdigit() else 0
            if not 0 < number <= len(tables):
                raise ValueError(say("{path} n'est pas dans les réglages", path=".".join(names)))
            tables = tables[number - 1]
        elif isinstance(tables, dict):
            tables = tables.setdefault(name, {}) if value is not None else tables.get(name)
    if not isinstance(tables, dict) or (value is None and last not in tables):
        raise ValueError(say("{path} n'est pas dans les réglages", path=".".join(names)))
    if value is None:
        del tables[last]
    else:
        tables[last] = value


def _attempts(lines: list[str], names: list[str], value: str | None) -> Iterator[list[str]]:
    *table, key = names
    put = [] if value is None else [f"{key} = {value}"]
    for at in _lines_of(lines, names):
        for end in range(at + 1, min(at + LONGEST, len(lines)) + 1):
            yield [*lines[:at], *put, *lines[end:]]
    if value is None:
        return
    for at in _headers_of(lines, table):
        yield [*lines[: at + 1], *put, *lines[at + 1 :]]
    yield [*put, *lines] if not table else [*lines, "", f"[{'.'.join(table)}]", *put]


def _lines_of(lines: list[str], names: list[str]) -> Iterator[int]:
    """Where that key, or that table's header, may stand."""
    for at, line in enumerate(lines):
        found = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if found and found[1].split(".")[-1].strip("\"'") == names[-1]:
            yield at
    yield from _headers_of(lines, names)


def _headers_of(lines: list[str], table: list[str]) -> Iterator[int]:
    """Where that table's header may stand: of several alike each is tried, and read back."""
    named = [each for each in table if not each.isdigit()]
    for at, line in enumerate(lines):
        header = _HEADER.match(line)
        if header and [part.strip(" \"'") for part in header[1].split(".")] == named:
            yield at
