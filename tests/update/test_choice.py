"""slot.env as GRUB reads and writes it, and cut off anywhere while it is written."""

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest

from pos_terminal.update import choice
from pos_terminal.update.choice import SECTOR, SIZE, BadChoice, Choice
from tests.needs import need

EVERY = [Choice(slot, trial) for slot in "ab" for trial in ("", "a", "b")]


def grub(path: Path, *words: str) -> dict[str, str]:
    """What GRUB's own tool finds there."""
    need(shutil.which("grub-editenv") is not None, "grub-editenv", "apt-get install grub-common")
    listed = subprocess.run(
        ["grub-editenv", path, *(words or ("list",))], capture_output=True, text=True, check=True
    ).stdout
    return dict(line.split("=", 1) for line in listed.splitlines())


def test_grub_reads_what_is_written_and_the_other_way_round(tmp_path: Path) -> None:
    file = tmp_path / "slot.env"
    for each in EVERY:
        file.write_bytes(choice.encode(each))
        assert grub(file) == {"slot": each.slot, "trial": each.trial}
    file.write_bytes(choice.encode(Choice("a", "b")))
    grub(file, "set", "trial=")
    assert choice.read(file) == Choice("a")
    grub(file, "unset", "trial")
    assert choice.read(file) == Choice("a")


def test_a_write_that_is_cut_off_leaves_a_slot_that_is_known(tmp_path: Path) -> None:
    """Each prefix of the bytes that differ, and each set of sectors that made it to the disk."""
    file = tmp_path / "slot.env"
    for before, after in itertools.permutations((Choice("a", "b"), Choice("a"), Choice("b")), 2):
        old, new = choice.encode(before), choice.encode(after)
        differ = [at for at in range(SIZE) if old[at] != new[at]]
        assert differ[-1] < SECTOR
        torn = {new[:at] + old[at:] for at in range(differ[0], differ[-1] + 2)}
        torn |= {old[:SECTOR] + new[SECTOR:], new[:SECTOR] + old[SECTOR:]}
        for block in torn:
            file.write_bytes(block)
            found = choice.read(file)
            assert found.slot in (before.slot, after.slot)
            assert {"trial": ""} | grub(file) == {"slot": found.slot, "trial": found.trial}


def test_it_is_overwritten_where_it_lies(tmp_path: Path) -> None:
    file = tmp_path / "slot.env"
    choice.overwrite(file, Choice("b"))  # somebody had deleted it
    place = file.stat().st_ino
    choice.overwrite(file, Choice("a", "b"))
    assert choice.read(file) == Choice("a", "b")
    assert (file.stat().st_size, file.stat().st_ino) == (SIZE, place)
    link = tmp_path / "link"
    link.symlink_to(file)
    with pytest.raises(OSError, match="link"):
        choice.overwrite(link, Choice("b"))


@pytest.mark.parametrize(
    "block",
    [b"", bytes(SIZE), choice.encode(Choice("a"))[:-1], choice.encode(Choice("c")),
     choice.HEAD.ljust(SIZE, b"#")],
    ids=["empty", "zeros", "short", "another slot", "no slot"],
)  # fmt: skip
def test_what_is_no_choice_is_none(block: bytes) -> None:
    with pytest.raises(BadChoice):
        choice.decode(block)
