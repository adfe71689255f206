"""What tells a loader the slot: as it reads it, and cut off anywhere while it is written."""

import configparser
import itertools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import LOADERS, SECTOR, BadChoice, Loader
from tests.needs import need

EVERY = [Choice(slot, trial) for slot in "ab" for trial in ("", "a", "b") if trial != slot]
GRUB, RASPBERRY = LOADERS["grub"], LOADERS["raspberry"]


def editenv(path: Path, *words: str) -> str:
    """Run GRUB's own tool."""
    need(shutil.which("grub-editenv") is not None, "grub-editenv", "apt-get install grub-common")
    command = ["grub-editenv", str(path), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def grub(path: Path) -> Choice:
    """What GRUB finds there."""
    return Choice(**dict(line.split("=", 1) for line in editenv(path, "list").splitlines()))


def raspberry(path: Path) -> Choice:
    """What a Raspberry Pi's firmware makes of the file, and the initrd of the comment in it."""
    text = path.read_text()
    parsed = configparser.ConfigParser(comment_prefixes="#")
    parsed.read_string(text)
    assert list(parsed["all"]) == ["boot_partition"]
    chosen, known = parsed["all"]["boot_partition"], text.partition("#known=")[2].strip()
    slots = {"2": "a", "3": "b"}
    return Choice(slots[known], "" if chosen == known else slots[chosen])


READERS = pytest.mark.parametrize(
    ("loader", "reads"), [(GRUB, grub), (RASPBERRY, raspberry)], ids=["grub", "raspberry"]
)


@READERS
def test_the_loader_reads_what_is_written(
    tmp_path: Path, loader: Loader, reads: Callable[[Path], Choice]
) -> None:
    file = tmp_path / loader.file
    for each in EVERY:
        file.write_bytes(loader.encode(each))
        assert loader.read(file) == reads(file) == each
    assert len({len(loader.encode(each)) for each in EVERY}) == 1


def test_what_grub_writes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "slot.env"
    file.write_bytes(GRUB.encode(Choice("a", "b")))
    editenv(file, "set", "trial=")
    assert GRUB.read(file) == Choice("a")
    editenv(file, "unset", "trial")
    assert GRUB.read(file) == Choice("a")


@READERS
def test_a_write_that_is_cut_off_leaves_a_slot_that_is_known(
    tmp_path: Path, loader: Loader, reads: Callable[[Path], Choice]
) -> None:
    """Each prefix of the bytes that differ, and each set of sectors that made it to the disk.

    A prefix within a sector is more than a disk does: the known slot of the one or the other
    choice stands there even then.
    """
    file = tmp_path / loader.file
    for before, after in itertools.permutations(EVERY, 2):
        old, new = loader.encode(before), loader.encode(after)
        differ = [at for at in range(len(old)) if old[at] != new[at]]
        assert differ[-1] < SECTOR
        torn = {new[:at] + old[at:] for at in range(differ[0], differ[-1] + 2)}
        torn |= {old[:SECTOR] + new[SECTOR:], new[:SECTOR] + old[SECTOR:]}
        for block in torn:
            file.write_bytes(block)
            found = loader.read(file)
            assert found.slot in (before.slot, after.slot)
            assert reads(file) == found


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_it_is_overwritten_where_it_lies(tmp_path: Path, loader: Loader) -> None:
    file = tmp_path / loader.file
    loader.overwrite(file, Choice("b"))  # somebody had deleted it
    place, size = file.stat().st_ino, file.stat().st_size
    loader.overwrite(file, Choice("a", "b"))
    assert loader.read(file) == Choice("a", "b")
    assert (file.stat().st_size, file.stat().st_ino) == (size, place)
    link = tmp_path / "link"
    link.symlink_to(file)
    with pytest.raises(OSError, match="link"):
        loader.overwrite(link, Choice("b"))


@pytest.mark.parametrize("loader", LOADERS.values(), ids=LOADERS)
def test_what_is_no_choice_is_none(loader: Loader) -> None:
    whole = loader.encode(Choice("a"))
    no_slot = whole.replace(b"slot=a", b"slot=").replace(b"known=2", b"known=1")
    for block in (b"", bytes(len(whole)), whole[:-1], whole + b"\n", no_slot):
        with pytest.raises(BadChoice):
            loader.decode(block)
