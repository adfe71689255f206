"""Which program this is, by its files and not by what it says of itself.

A version is a text that whoever changes a program leaves as it is. The digest over what is
installed tells two programs apart, and says that the one of today is that of yesterday.
"""

import sys
from collections.abc import Iterable, Iterator
from hashlib import file_digest, sha256
from pathlib import Path

UNSEEN = frozenset({"__pycache__"})
"""What Python makes of the files by itself."""


def digest(packages: Iterable[str], also: Iterable[str] = ()) -> str:
    """SHA-256 over every file of these packages, by name and content, and over the texts of `also`.

    The packages are imported already. OSError where a file cannot be read.
    """
    whole = sha256()
    for text in also:
        whole.update(f"{text}\0".encode())
    for package in sorted({*packages}):
        place = Path(sys.modules[package].__file__ or "")
        root = place.parent if place.stem == "__init__" else place
        for path in _files(root):
            with path.open("rb", buffering=0) as file:
                made = file_digest(file, "sha256")
            whole.update(f"{package}/{path.relative_to(root.parent)}\0".encode() + made.digest())
    return whole.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    """In order, and never all at once: so many are a MiB, which a till would keep for good."""
    if root.is_dir():
        for path in sorted(root.iterdir()):
            if path.name not in UNSEEN:
                yield from _files(path)
    elif root.is_file():
        yield root
