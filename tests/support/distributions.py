"""Throw-away distributions with plugins in them, installed by being on sys.path."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

from pos_terminal.runtime.plugins import GROUP

HEAD = "from pos_terminal.hookspecs import hookimpl\n"


def install(
    site: Path,
    name: str,
    code: str,
    *,
    version: str = "1.2",
    entry: str = "",
    group: str = GROUP,
    head: str = HEAD,
) -> None:
    """A distribution `name` in the folder `site`, whose module holds the code."""
    module = "throwaway_" + name.replace("-", "_")
    (site / f"{module}.py").write_text(head + dedent(code))
    info = site / f"{module}-{version or '0'}.dist-info"
    info.mkdir()
    if version:
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n"
        )
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {entry or module}\n")


@contextmanager
def on_path(site: Path) -> Iterator[None]:
    """With what is installed in `site` to be found, and forgotten again afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(site))
    try:
        yield
    finally:
        sys.path.remove(str(site))
        for name in set(sys.modules) - before:
            if name.startswith("throwaway_"):
                del sys.modules[name]
