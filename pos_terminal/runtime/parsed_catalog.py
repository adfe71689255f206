"""A catalogue as it was parsed, kept by its SHA-256 and read back in a tenth of the time.

A cache and nothing else: what it holds is what `parse_catalog` made of the same bytes in the same
version of the program. A spoilt one, or one of another version, is as none. It is no evidence
either: lines are recorded with their prices by value, beside the SHA-256 of the catalogue's text.
"""

import gc
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

import pos_terminal
from pos_terminal.domain.catalog.catalog import Catalog, Item
from pos_terminal.domain.catalog.goods import ORDINARY, Goods
from pos_terminal.domain.codes.barcode import Pattern
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.table import Problem
from pos_terminal.journal.catalogs import FOLDER
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

SUFFIX = ".parsed"
DIGEST = 32
"""Bytes of SHA-256 before the articles, over them and what they were made by."""

_MADE_BY = repr(
    (pos_terminal.__version__, Item.__struct_fields__, Goods.__struct_fields__)
).encode()
_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)  # Fractions; all else has a form of its own
_DECODER = msgspec.msgpack.Decoder(tuple[Item, ...], dec_hook=lambda kind, text: kind(text))


def parsed(
    state: Path, source: bytes, patterns: Sequence[Pattern]
) -> tuple[Catalog, tuple[Problem, ...]]:
    """What `parse_catalog` makes of these bytes; from the cache where it has been made before."""
    name = sha256(source).hexdigest()
    path = state / FOLDER / f"{name}{SUFFIX}"
    with _no_collector():
        items = _load(path)
        if items is not None:
            return Catalog(name, items, tuple(patterns)), ()
        catalog, problems = parse_catalog(source, patterns)
    if not problems:
        _keep(path, catalog.items)
    return catalog, problems


@contextmanager
def _no_collector() -> Iterator[None]:
    """So many new objects, all kept: looking for garbage among them takes most of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _load(path: Path) -> tuple[Item, ...] | None:
    try:
        content = path.read_bytes()
        body = content[DIGEST:]
        if sha256(_MADE_BY + body).digest() != content[:DIGEST]:
            return None
        return _DECODER.decode(body)
    except (OSError, *UNREADABLE, ValueError):
        return None


def _keep(path: Path, items: Sequence[Item]) -> None:
    """Keep it, the only one; a disk that takes it not costs the next start its time, no more."""
    bare = [
        msgspec.structs.replace(item, goods=ORDINARY) if item.goods == ORDINARY else item
        for item in items
    ]
    body = _ENCODER.encode(bare)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in path.parent.glob(f"*{SUFFIX}"):
            other.unlink()
        write_durably(path, sha256(_MADE_BY + body).digest() + body)
    except OSError as error:
        log.warning("the parsed catalogue cannot be kept: %s", error)
