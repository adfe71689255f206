"""How the initrd tells the loader another slot: the same bytes as Python writes."""

import itertools
import subprocess
from pathlib import Path

import pytest

from pos_terminal.update.choice import Choice, other
from pos_terminal.update.loaders import LOADERS, Loader

IMAGE = Path(__file__).parents[2] / "image"
EVERY = [Choice(slot, trial) for slot in "ab" for trial in ("", other(slot))]
each_loader = pytest.mark.parametrize("name", LOADERS)


def initrd(folder: Path, name: str, started: str, script: str) -> bytes:
    """Run that script after a loader's part of the initrd, on scratch files; what it prints."""
    part = (IMAGE / f"loaders/{name}.sh").read_text()
    enter = (IMAGE / "enter.sh").read_text()
    begin = enter.index("tell() {")
    part += enter[begin : enter.index("\n}\n", begin) + 3]
    for place in ("/config", "/block", "/proc"):
        part = part.replace(place, f"{folder}{place}")
    part += "settings() { :; }\numount() { :; }\n"
    device_tree = folder / "proc/device-tree/chosen/bootloader"
    device_tree.mkdir(parents=True, exist_ok=True)
    (device_tree / "partition").write_bytes((2 if started == "a" else 3).to_bytes(4, "big"))
    (folder / "proc/cmdline").write_text(f"quiet rauc.slot={started}\n")
    command = ["sh", "-euc", part + script]
    return subprocess.run(command, capture_output=True, check=True).stdout


def settings(folder: Path, loader: Loader, choice: Choice) -> Path:
    (folder / "config").mkdir(exist_ok=True)
    file = folder / "config" / loader.file
    loader.overwrite(file, choice)
    return file


@each_loader
def test_a_slot_is_known_by_the_same_bytes(tmp_path: Path, name: str) -> None:
    loader = LOADERS[name]
    for slot in "ab":
        assert initrd(tmp_path, name, "a", f"block {slot}") == loader.encode(Choice(slot))
    for choice in EVERY:
        file = settings(tmp_path, loader, choice)
        place = file.stat().st_ino
        assert initrd(tmp_path, name, "a", "known").decode().strip() == choice.slot
        initrd(tmp_path, name, "a", f"tell {other(choice.slot)}")
        assert (loader.read(file), file.stat().st_ino) == (Choice(other(choice.slot)), place)


@each_loader
def test_it_knows_which_slot_was_started(tmp_path: Path, name: str) -> None:
    for slot in "ab":
        assert initrd(tmp_path, name, slot, 'echo "$slot $loader"') == f"{slot} {name}\n".encode()


@pytest.mark.parametrize(("choice", "started"), list(itertools.product(EVERY, "ab")))
def test_a_trial_is_struck_out_before_its_system_begins(
    tmp_path: Path, choice: Choice, started: str
) -> None:
    """A start that is no trial is none for the system either: the known slot is never left."""
    loader = LOADERS["raspberry"]
    file = settings(tmp_path, loader, choice)
    told = initrd(tmp_path, "raspberry", started, 'strike; echo "$trial"').decode().strip()
    assert loader.read(file) == Choice(choice.slot)
    assert told == ("yes" if started == choice.trial else "")


def test_a_file_that_is_none_of_ours_is_left_as_it_is(tmp_path: Path) -> None:
    file = settings(tmp_path, LOADERS["raspberry"], Choice("a"))
    for text in ("", "[all]\nboot_partition=1\n", "boot_partition=3\n#known=\n"):
        file.write_text(text)
        assert initrd(tmp_path, "raspberry", "b", 'strike; echo "$trial"') == b"\n"
        assert file.read_text() == text
