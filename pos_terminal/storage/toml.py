"""TOML as people and programs write it, well or badly: what is none is a ValueError."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_CONTROL = re.compile(r"[\0-\x1f\x7f]")
"""What stands in no text of TOML as it is."""


@lru_cache(maxsize=2)  # a start asks five times what the settings say, and once for the key map
def tables(text: str) -> dict[str, Any]:
    """What a TOML text says; tomllib.TOMLDecodeError, a ValueError, where it is none.

    The mark that some editors begin a file with is none of it, and an accent is one character with
    its letter, as in the catalogue, whatever the editor made of it. Whoever asks next gets the same
    tables: nobody changes what is in them.
    """
    try:
        return tomllib.loads(unicodedata.normalize("NFC", text.removeprefix("\ufeff")))
    except RecursionError:
        # Five thousand brackets are no syntax error to the library, and would end the till.
        raise tomllib.TOMLDecodeError("nested too deeply") from None


def texts(value: object) -> Iterator[str]:
    """Every text that stands somewhere in a value."""
    match value:
        case str():
            yield value
        case dict() | list():
            for each in value.values() if isinstance(value, dict) else value:
                yield from texts(each)


def written(value: object) -> str:
    """A value as TOML writes it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return '"' + _CONTROL.sub(lambda each: f"\\u{ord(each[0]):04x}", escaped) + '"'
        case list() | tuple():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            pairs = (f"{key} = {written(each)}" for key, each in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case _:
            return str(value)
