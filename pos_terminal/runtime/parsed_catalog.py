"""A catalogue as it was parsed, kept by its SHA-256 and read back in a fiftieth of the time.

Read back is where each article stands; the article itself is, once somebody asks for it.

A cache and nothing else: what it holds is what `parse_catalog` made of the same bytes in the same
version of the program. A spoilt one, or one of another version, is as none. It is no evidence
either: lines are recorded with their prices by value, beside the SHA-256 of the catalogue's text.
"""

import gc
import logging
import sys
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from itertools import accumulate
from pathlib import Path
from typing import Literal, overload

import msgspec
from msgspec import Struct
from msgspec.structs import replace

import pos_terminal
from pos_terminal.domain import faults
from pos_terminal.domain.catalog.catalog import Catalog, Index, Item
from pos_terminal.domain.catalog.goods import ORDINARY, Goods
from pos_terminal.domain.codes.barcode import Pattern
from pos_terminal.domain.files.catalog import parse_catalog
from pos_terminal.domain.files.table import Problem
from pos_terminal.domain.language import say
from pos_terminal.journal.catalogs import FOLDER, load
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.unreadable import UNREADABLE
from pos_terminal.storage.files import write_durably

log = logging.getLogger(__name__)

SUFFIX = ".parsed"
DIGEST = 32
"""Bytes of SHA-256 before all else, over it and what it was made by."""


class _Kept(Struct, frozen=True, array_like=True):
    """The file behind its digest: the articles one behind the other, and where each ends.

    Nothing of them is touched until it is asked for: the views are of the file's own bytes.
    """

    index: Index
    ends: memoryview
    articles: memoryview


_ENDS: Literal["I"] = "I"
"""What `ends` is an array of: four bytes each, as this machine writes them; the file stays here."""

_MADE_BY = repr(
    (pos_terminal.__version__, sys.byteorder,
     *(each.__struct_fields__ for each in (Item, Goods, Index, _Kept)))
).encode()  # fmt: skip
_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)  # Fractions; all else has a form of its own
_KEPT = msgspec.msgpack.Decoder(_Kept)
_ITEM = msgspec.msgpack.Decoder(Item, dec_hook=lambda kind, text: kind(text))


class _Articles(Sequence[Item]):
    """Articles that are decoded when they are asked for, each once."""

    def __init__(self, kept: _Kept) -> None:
        self._ends = kept.ends.cast(_ENDS)
        self._encoded = kept.articles
        self._made: dict[int, Item] = {}

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, at: int) -> Item: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, at: int | slice) -> Item | tuple[Item, ...]:
        places = range(len(self))[at]
        if isinstance(places, range):
            return tuple(map(self._article, places))
        return self._article(places)

    def _article(self, at: int) -> Item:
        found = self._made.get(at)
        if found is None:
            begin = self._ends[at - 1] if at else 0
            found = self._made[at] = _ITEM.decode(self._encoded[begin : self._ends[at]])
        return found


def parsed(
    state: Path, source: bytes, patterns: Sequence[Pattern]
) -> tuple[Catalog, tuple[Problem, ...]]:
    """What `parse_catalog` makes of these bytes; from the cache where it has been made before."""
    name = sha256(source).hexdigest()
    path = state / FOLDER / f"{name}{SUFFIX}"
    with _no_collector():
        kept = _load(path)
        if kept is not None:
            return Catalog(name, _Articles(kept), kept.index, tuple(patterns)), ()
        catalog, problems = parse_catalog(source, patterns)
    if not problems:
        _keep(path, catalog)
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


def _load(path: Path) -> _Kept | None:
    try:
        content = memoryview(path.read_bytes())
        body = content[DIGEST:]
        return _KEPT.decode(body) if _digest(body) == content[:DIGEST] else None
    except (OSError, *UNREADABLE, ValueError):
        return None


def _digest(body: memoryview | bytes) -> bytes:
    """Over the body and what it was made by; without a copy of it, which may be some MiB."""
    digest = sha256(_MADE_BY)
    digest.update(body)
    return digest.digest()


def must_be_as_parsed(state: Path) -> None:
    """JournalError (J-119) where what is kept is not what its catalogue's text says; it is removed.

    Its digest tells chance from damage, and not whoever may write there: prices and VAT are of it.
    """
    for path in (state / FOLDER).glob(f"*{SUFFIX}"):
        kept, name = _load(path), path.stem
        if kept is None or not path.with_name(name).exists():
            continue  # as none, or of a catalogue that was never in force
        catalog, _ = parse_catalog(load(state, name))
        if (tuple(_Articles(kept)), kept.index) != (tuple(catalog.items), catalog.index):
            path.unlink()
            detail = say("{path} n'est pas ce que dit son nom", path=path.name)
            raise JournalError(faults.PROJECTION_FORGED, detail)


def _keep(path: Path, catalog: Catalog) -> None:
    """Keep it, the only one; a disk that takes it not costs the next start its time, no more."""
    encoded = [
        _ENCODER.encode(replace(item, goods=ORDINARY) if item.goods == ORDINARY else item)
        for item in catalog.items
    ]
    ends = array(_ENDS, accumulate(map(len, encoded)))
    body = _ENCODER.encode((catalog.index, ends.tobytes(), b"".join(encoded)))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in path.parent.glob(f"*{SUFFIX}"):
            other.unlink()
        write_durably(path, _digest(body) + body)
    except OSError as error:
        log.warning("the parsed catalogue cannot be kept: %s", error)
