"""What installed distributions offer: their entry points, read straight from their folders.

`importlib.metadata` answers the same, for a tenth of the whole start-up and 3 MiB of memory: it
brings the parsers of mail, CSV and ZIP along. A till needs two small files of each distribution,
whose form is fixed: <https://packaging.python.org/en/latest/specifications/entry-points/> and
<https://packaging.python.org/en/latest/specifications/recording-installed-packages/>. Whatever pip
or Debian installs lies in such a folder; what is imported out of a ZIP file is not found.
"""

import re
import sys
from collections.abc import Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

METADATA = {".dist-info": "METADATA", ".egg-info": "PKG-INFO"}
"""The kinds of folder that describe a distribution, and the file in each that has its version."""

_REFERENCE = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+))?\s*(?:\[.*\])?")


class EntryPoint(Struct, frozen=True):
    """Something that a distribution offers under a name: a module, or with `attribute` a part."""

    name: str
    module: str
    attribute: str
    folder: Path

    @property
    def version(self) -> str:
        """The distribution's version; «?» where its metadata is damaged."""
        try:
            head = (self.folder / METADATA[self.folder.suffix]).read_text(errors="replace")
        except OSError:
            return "?"
        found = re.search(r"^Version: *(\S+)", head.partition("\n\n")[0], re.MULTILINE)
        return found[1] if found else "?"

    def load(self) -> Any:
        """Import it. Raises what the import raises; AttributeError when the part is not there."""
        module = import_module(self.module)
        return reduce(getattr, filter(None, self.attribute.split(".")), module)


def entry_points(group: str) -> Iterator[EntryPoint]:
    """All in `group`; of a distribution that is on the path twice, the copy that Python imports."""
    seen = set()
    for place in sys.path:
        for folder in sorted(_distributions(Path(place))):
            name = re.sub(r"[-_.]+", "_", folder.name.split("-")[0]).lower()
            if name not in seen:
                seen.add(name)
                yield from _offered(folder, group)


def _distributions(place: Path) -> Iterator[Path]:
    try:
        yield from (each for each in place.iterdir() if each.suffix in METADATA)
    except OSError:  # sys.path may name folders that are not there, and ZIP files
        return


def _offered(folder: Path, group: str) -> Iterator[EntryPoint]:
    try:
        text = (folder / "entry_points.txt").read_text(errors="replace")
    except OSError:  # most distributions have none
        return
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, reference = line.partition("=")
            found = _REFERENCE.fullmatch(reference.strip())
            module, attribute = found.groups(default="") if found else (reference.strip(), "")
            yield EntryPoint(name.strip(), module, attribute, folder)
