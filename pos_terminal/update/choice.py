"""Which slot the loader starts: a file that GRUB reads and clears itself, by its own format.

`slot` is the one that is known to sell, `trial` another that is to be tried once. GRUB empties
`trial` before it starts that slot, so that whatever becomes of the trial (a kernel that panics, a
box that hangs, a power cut) the start after it is of the slot that is known. Only a healthy start
makes the slot that runs the known one.

The file (slot.env on the first partition) is a GRUB environment block: 1024 bytes, a first line,
`name=value` lines, filled up with `#` (GRUB manual, «The GRUB environment block»). It is
overwritten where it lies and never renamed: on FAT a rename lost it to power cuts. All that ever
differs lies in its first sector, which a disk writes whole or not at all.
"""

import re
from pathlib import Path

from msgspec import Struct

from pos_terminal.storage import in_place

SIZE = 1024
SECTOR = 512
HEAD = b"# GRUB Environment Block\n"
SLOTS = ("a", "b")


class BadChoice(ValueError):
    """The file is no such block, or names no slot."""


class Choice(Struct, frozen=True):
    """The slot that is known to sell, and one to try once; empty: none."""

    slot: str
    trial: str = ""


def other(slot: str) -> str:
    """The slot that is not this one."""
    return SLOTS[slot == SLOTS[0]]


def encode(choice: Choice) -> bytes:
    """The file's bytes: as many for every choice."""
    block = HEAD + f"slot={choice.slot}\ntrial={choice.trial}\n".encode()
    return block.ljust(SIZE, b"#")


def decode(block: bytes) -> Choice:
    """What the file says; BadChoice where the loader would not read it so either."""
    if len(block) != SIZE or not block.startswith(HEAD):
        raise BadChoice(f"no GRUB environment block: {block[:40]!r}")
    named = dict(re.findall(rb"^(slot|trial)=([ab]?)$", block, re.MULTILINE))
    slot, trial = (named.get(name, b"").decode() for name in (b"slot", b"trial"))
    if not slot:
        raise BadChoice(f"no slot: {block[:60]!r}")
    return Choice(slot, trial)


def read(path: Path) -> Choice:
    """The choice in that file. OSError, BadChoice."""
    return decode(path.read_bytes())


def overwrite(path: Path, choice: Choice) -> None:
    """Put another choice in place of the one there, durably. OSError where the disk refuses."""
    in_place.overwrite(path, encode(choice))
