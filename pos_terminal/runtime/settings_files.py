"""The files of a shop's settings as another box needs them: what is in force and what it names."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.handover import SettingsFile
from pos_terminal.runtime.boot import LAST_GOOD
from pos_terminal.runtime.catalogue import IN_FORCE
from pos_terminal.storage import toml

LARGEST = 1 << 24
"""Bytes of a file that is taken along: no shop's catalogue or logo comes near."""


def in_force(file: Path, state: Path) -> tuple[SettingsFile, ...]:
    """The settings and what they name below their folder, as they are in force in that state.

    What cannot be read is left out: whoever has the new box is told by its own check.
    """
    found = dict(_files(file, state))
    return tuple(SettingsFile(name, *found[name]) for name in sorted(found))


def _files(file: Path, state: Path) -> Iterator[tuple[str, tuple[int, bytes]]]:
    source = _read(state / LAST_GOOD) or _read(file)
    if source is None:
        return
    settings: dict[str, Any] = {}
    with suppress(ValueError):  # as it is it goes along, too
        settings = toml.tables(source[1].decode())
    for text in filter(_may_be_name, toml.texts(settings)):
        place = file.parent / text
        below = place.resolve().is_relative_to(file.parent.resolve())
        if below and (found := _read(place)):
            yield text, found
    # What the shop put in the technician's place holds, and so it goes along.
    with suppress(OSError, JournalError, LookupError):
        catalog = settings["terminal"]["catalog"]
        yield catalog, (0o644, catalogs.load(state, (state / IN_FORCE).read_text()))
    yield file.name, (0o644, source[1])


def _may_be_name(text: str) -> bool:
    return 0 < len(text) < 256 and "\0" not in text


def _read(path: Path) -> tuple[int, bytes] | None:
    """A file's mode and bytes; None where it is no file, or shut, or too large."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.stat().st_mode & 0o777, path.read_bytes()
    except OSError:
        return None
