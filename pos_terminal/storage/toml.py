"""TOML as people and programs write it, well or badly: what is none is a ValueError."""

import tomllib
from typing import Any


def tables(text: str) -> dict[str, Any]:
    """What a TOML text says; tomllib.TOMLDecodeError, a ValueError, where it is none."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        # Five thousand brackets are no syntax error to the library, and would end the till.
        raise tomllib.TOMLDecodeError("nested too deeply") from None
