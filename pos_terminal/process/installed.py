"""What installed distributions offer: their entry points, read straight from their folders.

`importlib.metadata` answers the same, for a tenth of the whole start-up and 3 MiB of memory: it
brings the parsers of mail, CSV and ZIP along. A till needs two small files of each distribution,
whose form is fixed: <https://packaging.python.org/en/latest/specifications/entry-points/> and
<https://packaging.python.org/en/latest/specifications/recording-installed-packages/>. Whatever pip
or Debian installs lies in such a folder; what is imported out of a ZIP file is not found.
"""

import os
import re
import sys
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

from pos_terminal.process.loading import loading

METADATA = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}
"""The kinds of folder that describe a distribution, and the file in each that has its version."""

_REFERENCE = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+))?\s*(?:\[.*\])?")


class EntryPoint(Struct, frozen=True):
    """Something that a distribution offers under a name: a module, or with `attribute` a part.

    `version` is the distribution's; «?» where its metadata is damaged.
    """

    name: str
    module: str
    attribute: str
    version: str

    def load(self) -> Any:
        """Import it. Raises what the import raises; AttributeError when the part is not there."""
        with loading():
            module = import_module(self.module)
        return reduce(getattr, filter(None, self.attribute.split(".")), module)


def entry_points(group: str) -> Iterator[EntryPoint]:
    """All in `group`; of a distribution that is on the path twice, the copy that Python imports."""
    seen = set()
    for place in sys.path:
        for folder in _distributions(place):
            name = re.sub(r"[-_.]+", "_", folder.split("-")[0]).lower()
            if name not in seen:
                seen.add(name)
                yield from _offered(Path(place, folder), group)


def _distributions(place: str) -> list[str]:
    """The names alone: there are hundreds of other files beside them."""
    try:
        with os.scandir(place or ".") as entries:
            return sorted(each.name for each in entries if each.name.endswith((*METADATA,)))
    except OSError:  # sys.path may name folders that are not there, and ZIP files
        return []


def _offered(folder: Path, group: str) -> Iterator[EntryPoint]:
    try:
        text = (folder / "entry_points.txt").read_text(errors="replace")
    except OSError:  # most distributions have none
        return
    if group not in text:
        return
    section, version = "", _version(folder)
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, reference = line.partition("=")
            found = _REFERENCE.fullmatch(reference.strip())
            module, attribute = found.groups(default="") if found else (reference.strip(), "")
            yield EntryPoint(name.strip(), module, attribute, version)


def _version(folder: Path) -> str:
    try:
        head = (folder / METADATA[folder.suffix]).read_text(errors="replace")
    except OSError:
        return "?"
    found = re.search(r"^Version: *(\S+)", head.partition("\n\n")[0], re.MULTILINE)
    return found[1] if found else "?"
