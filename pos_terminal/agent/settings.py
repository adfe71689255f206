"""The services' settings: the till's configuration has them, and the agent asks for them.

The last ones are kept in the agent's directory, so that a till that does not start is told of by
the agent that it configured. Secrets never come this way: systemd hands them to the agent alone.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Raw

from pos_terminal.channel.interface import Settings
from pos_terminal.domain import faults, schema_errors
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.redaction import GONE, redacted
from pos_terminal.storage.files import write_durably

KEPT = "settings.json"
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what the unit's LoadCredential= names (systemd.exec(5))."""

SHORTEST = 4
"""Characters of a secret that is looked for in lines: a shorter one would be in every word."""

T = TypeVar("T")


class BadSettings(ValueError):
    """A service's settings, or a secret that they need, cannot be used. `fault` names it."""

    fault: Fault = faults.BAD_SERVICE_SETTINGS


def read_kept(folder: Path) -> Settings | None:
    """The settings that were last in force; None where there are none yet."""
    try:
        return msgspec.json.decode((folder / KEPT).read_bytes(), type=Settings)
    # Spoilt, or of another version: the till has them.
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def keep(folder: Path, settings: Settings) -> None:
    """Keep them, durably, for this user alone."""
    write_durably(folder / KEPT, msgspec.json.encode(settings), 0o600)


def table_of(settings: Settings, plugin: str, to: type[T]) -> T:
    """The table `[service.PLUGIN]` as a `to`, its defaults where there is none.

    BadSettings for a key that `to` does not have, or a value that does not fit.
    """
    tables = msgspec.json.decode(settings.tables, type=dict[str, Raw])
    try:
        return msgspec.json.decode(tables.get(plugin, Raw(b"{}")), type=to)
    except msgspec.ValidationError as error:
        why = schema_errors.reason(str(error))
        raise BadSettings(f"{faults.BAD_SERVICE_SETTINGS} [service.{plugin}] {why}") from None


def without_secrets(text: str) -> str:
    """A line without any secret that the agent holds, and rid of what domain/redaction knows."""
    for value in _secrets():
        text = text.replace(value, GONE)
    return redacted(text)


def _secrets() -> Iterator[str]:
    """The secrets that the unit gave the agent; what is shorter than a word is none."""
    folder = os.environ.get(CREDENTIALS)
    for file in filter(Path.is_file, Path(folder).iterdir() if folder else ()):
        value = file.read_text(errors="replace").strip()
        if len(value) >= SHORTEST:
            yield value


def secret(name: str) -> str:
    """A secret by the name that the unit's LoadCredential= gives it; BadSettings where it has none.

    The end of its last line is not part of it.
    """
    folder = os.environ.get(CREDENTIALS)
    if not re.fullmatch(r"[\w-][\w.-]*", name):
        raise ValueError(f"{name!r} is no name of a credential")
    try:
        if folder is None:
            raise FileNotFoundError(f"${CREDENTIALS} is not set")
        return (Path(folder) / name).read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(
            f"{faults.BAD_SERVICE_SETTINGS} no secret {name} (LoadCredential={name}:FILE in the "
            f"agent's unit): {error}"
        ) from None
