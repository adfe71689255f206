"""Where in a TOML file a fault stands, and what does not fit of a table that was read from one."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Struct

from pos_terminal.domain import schema_errors
from pos_terminal.domain.language import say

T = TypeVar("T")


def line_of(text: str, path: str) -> int:
    """The line, from 1, on which the key at a dotted path stands, or else its table; 1 if neither.

    Reads the file as people write it: a `[table]` header, then `key =` lines below it. The second
    of several `[[tables]]` is `tables.2`.
    """
    wanted = path.split(".")
    table: list[str] = []
    tables: Counter[str] = Counter()
    found = 1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line)
        if header:
            table = [part.strip(" \"'") for part in header[1].split(".")]
            if line.lstrip().startswith("[["):
                tables[header[1]] += 1
                table.append(str(tables[header[1]]))
            if table == wanted[: len(table)] or (found == 1 and table[: len(wanted)] == wanted):
                found = number
            continue
        key = re.match(r"\s*([\w.\"'-]+)\s*=", line)
        if key:
            full = [*table, *(part.strip("\"'") for part in key[1].split("."))]
            if full == wanted[: len(full)]:
                found = number
                if full == wanted:
                    return number
    return found


def broken_line(source: bytes, error: ValueError) -> int:
    """Where reading stopped: at a bad byte, on the line that the message names, or at the end."""
    if isinstance(error, UnicodeDecodeError):
        source = source[: error.start] + b"?"
    named = re.search(r"at line (\d+)", str(error))
    return int(named[1]) if named else source.rstrip(b"\n").count(b"\n") + 1


def convert(table: Mapping[str, Any], to: type[T]) -> tuple[T | None, list[tuple[str, str]]]:
    """The table as a struct; None where it does not fit, with dotted keys and reasons.

    A key is empty where the reason is about the whole.
    """
    wrong = [(name, say("cette clé n'existe pas")) for name in unknown(table, to)]
    try:
        value = msgspec.convert(table, to)
    except (msgspec.ValidationError, ValueError, TypeError) as error:  # TypeError: a driver's
        bare, _, at = str(error).partition(" - at `$")
        key = re.sub(r"\[(\d+|\.\.\.)\]", "", at.rstrip("`"))
        said = re.fullmatch(r"(\w+) ?: (.+)", bare)  # by what a struct asks of its own fields
        if said and not key and said[1] in table:
            wrong.append((said[1], said[2]))
        # One that forbids others says again what has been said.
        elif not (wrong and bare.startswith("Object contains unknown field")):
            wrong.append((key.lstrip("."), with_choices(bare, to, key)))
        return None, wrong
    return None if wrong else value, wrong


def unknown(table: Mapping[str, Any], to: Any) -> Iterator[str]:
    """The dotted names in the table that the struct does not have."""
    within = any(isinstance(value, Mapping) for value in table.values())
    hints = get_type_hints(to) if within else {}  # which takes long, and most tables are flat
    names = {*to.__struct_fields__}
    for name, value in table.items():
        if name not in names:
            yield name
        elif isinstance(value, Mapping):
            for hint in filter(_is_table, (hints[name], *get_args(hints[name]))):
                yield from (f"{name}.{inner}" for inner in unknown(value, hint))


def _is_table(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def with_choices(reason: str, to: Any, key: str) -> str:
    """msgspec names the word that is none of a list, and not the list."""
    wrong = re.fullmatch(r"Invalid enum value ('.*')", reason)
    for name in key.split(".")[1:]:
        table = next(filter(_is_table, (to, *get_args(to))), None)  # or a list of tables
        if table is None or not wrong:
            break
        to = get_type_hints(table).get(name)
    if not (wrong and isinstance(to, type) and issubclass(to, Enum)):
        return schema_errors.reason(reason)
    *most, last = (str(each.value) or "nothing" for each in to)
    return say("{text} : {what} ou {last}", text=wrong[1], what=", ".join(most), last=last)
