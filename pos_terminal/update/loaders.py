"""How each boot loader is told which slot starts: a small file on the first partition.

It is overwritten where it lies and never renamed: on FAT a rename lost it to power cuts. It is as
long for every choice, and all that ever differs lies in its first sector, which a disk writes whole
or not at all.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pos_terminal.storage import in_place
from pos_terminal.update.choice import SLOTS, Choice

SECTOR = 512


class BadChoice(ValueError):
    """The file is none that the loader would read so, or names no slot."""


@dataclass(frozen=True, slots=True)
class Loader:
    """One of them: its file's name, and the file's bytes for a choice and back (BadChoice)."""

    file: str
    encode: Callable[[Choice], bytes]
    decode: Callable[[bytes], Choice]

    def read(self, path: Path) -> Choice:
        """The choice in that file. OSError, BadChoice."""
        return self.decode(path.read_bytes())

    def overwrite(self, path: Path, choice: Choice) -> None:
        """Put another choice in place of the one there, durably. OSError where the disk refuses."""
        in_place.overwrite(path, self.encode(choice))


_GRUB_SIZE = 1024
_GRUB_HEAD = b"# GRUB Environment Block\n"


def _to_grub(choice: Choice) -> bytes:
    """An environment block (GRUB manual, «The GRUB environment block»): 1024 bytes, a first line,
    `name=value` lines, filled up with `#`.
    """
    block = _GRUB_HEAD + f"slot={choice.slot}\ntrial={choice.trial}\n".encode()
    return block.ljust(_GRUB_SIZE, b"#")


def _from_grub(block: bytes) -> Choice:
    if len(block) != _GRUB_SIZE or not block.startswith(_GRUB_HEAD):
        raise BadChoice(f"no GRUB environment block: {block[:40]!r}")
    named = dict(re.findall(rb"^(slot|trial)=([ab]?)$", block, re.MULTILINE))
    slot, trial = (named.get(name, b"").decode() for name in (b"slot", b"trial"))
    if not slot:
        raise BadChoice(f"no slot: {block[:60]!r}")
    return Choice(slot, trial)


_KERNELS = {"a": "2", "b": "3"}
"""The partitions with the slots' kernels, as Raspberry Pi's firmware counts them."""


def _to_raspberry(choice: Choice) -> bytes:
    """autoboot.txt: the firmware reads the partition to start, and takes the last line for a
    comment: the partition of the known slot, which is the same unless the other is to be tried.
    """
    known, chosen = _KERNELS[choice.slot], _KERNELS[choice.trial or choice.slot]
    return f"[all]\nboot_partition={chosen}\n#known={known}\n".encode()


def _from_raspberry(text: bytes) -> Choice:
    found = re.fullmatch(rb"\[all\]\nboot_partition=([23])\n#known=([23])\n", text)
    if not found:
        raise BadChoice(f"no autoboot.txt of ours: {text[:60]!r}")
    chosen, known = (SLOTS[each == b"3"] for each in found.groups())
    return Choice(known, "" if chosen == known else chosen)


LOADERS = {
    # A PC: GRUB empties `trial` before it starts that slot.
    "grub": Loader("slot.env", _to_grub, _from_grub),
    # A Raspberry Pi: its firmware writes nothing, and so the initrd turns the file back to the
    # known slot before it mounts the other's system.
    "raspberry": Loader("autoboot.txt", _to_raspberry, _from_raspberry),
}
"""By the name that the initrd gives: it knows by whom it was started (image/enter.sh)."""
