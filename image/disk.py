"""The image as bits: a partition table, and the file systems in it; no mounts, no loop devices."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

MIB = 1024 * 1024
SECTOR = 512
ALIGN = 4 * MIB
"""What cards erase at a time."""

DISK = 0x504F5354
"""The disk's identity, by which its partitions are found: «POST»."""

EXTENDED = 4
"""The primary partition in which those with higher numbers lie."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One of the image. MBR and not GPT: boards with an older loader read no other."""

    number: int
    name: str
    mib: int
    kind: str
    """The type byte, as sfdisk writes it."""
    file: str
    """The file system in it, in the working folder."""


PARTITIONS = (
    Partition(1, "config", 32, "c", "config.vfat"),
    Partition(2, "boot a", 96, "c", "boot.vfat"),
    Partition(3, "boot b", 96, "c", "boot.vfat"),
    Partition(5, "system a", 384, "83", "system.erofs"),
    Partition(6, "system b", 384, "83", "system.erofs"),
    Partition(7, "data", 256, "83", "data.ext4"),
)
"""Both slots are full from the start, so that each can be gone back to."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A root with the tools in it, and the folder there that it works in."""

    root: Path
    epoch: int

    @property
    def folder(self) -> Path:
        """The working folder, as this machine sees it."""
        return self.root / "work"

    def clear(self) -> None:
        """Begin anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()

    def run(self, *command: str, given: str | None = None) -> None:
        """Run a tool in the working folder. CalledProcessError with what it said."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "SOURCE_DATE_EPOCH": str(self.epoch), "E2FSPROGS_FAKE_TIME": str(self.epoch),
        }  # fmt: skip
        within = ["chroot", str(self.root), "env", "-C", "/work", *command]
        subprocess.run(
            within, env=environment, input=given, text=True, stdout=subprocess.DEVNULL, check=True
        )

    def fat(self, name: str, mib: int, serial: int, label: str, files: dict[str, bytes]) -> None:
        """A FAT file system with these files, by their path in it."""
        made = set[str]()
        self.run("truncate", "-s", f"{mib}M", name)
        self.run("mkfs.vfat", "--invariant", "-i", f"{serial:08x}", "-n", label, name)
        for path, content in sorted(files.items()):
            for folder in _above(path):
                if folder not in made:
                    self.run("mmd", "-i", name, f"::{folder}")
                    made.add(folder)
            copy = self.folder / "copied"
            copy.write_bytes(content)
            self.run("touch", "-d", f"@{self.epoch}", "copied")
            self.run("mcopy", "-m", "-i", name, "copied", f"::{path}")
            copy.unlink()

    def erofs(self, name: str, folder: str) -> None:
        """A read-only, compressed file system of what lies in a folder."""
        options = ["-d0", "-zlz4hc", f"-T{self.epoch}", "-U", _uuid(1)]
        self.run("mkfs.erofs", *options, name, folder)

    def ext4(self, name: str, mib: int, label: str, folder: str) -> None:
        """A file system to write to, with what lies in a folder."""
        options = ["-q", "-d", folder, "-L", label, "-U", _uuid(2), "-m", "1", "-b", "4096"]
        options += ["-E", f"hash_seed={_uuid(3)},lazy_itable_init=0,lazy_journal_init=0"]
        self.run("mkfs.ext4", *options, name, f"{mib}M")

    def table(self, name: str, partitions: tuple[Partition, ...]) -> None:
        """The whole disk: its table, and each file system at its place."""
        starts = dict(_places(partitions))
        end = max(starts[each.number] + each.mib * MIB for each in partitions)
        first = min(starts[each.number] for each in partitions if each.number > EXTENDED) - ALIGN
        lines = ["label: dos", f"label-id: {DISK:#x}", "unit: sectors"]
        lines.append(_line(EXTENDED, first, end - first, "5"))
        lines += (_line(each.number, starts[each.number], each.mib * MIB, each.kind)
                  for each in partitions)  # fmt: skip
        self.run("truncate", "-s", str(end), name)
        script = "".join(f"{line}\n" for line in lines)
        self.run("sfdisk", "--quiet", "--no-tell-kernel", name, given=script)
        with (self.folder / name).open("r+b") as disk:
            for each in partitions:
                disk.seek(starts[each.number])
                _pour(self.folder / each.file, disk)


def _line(number: int, start: int, size: int, kind: str) -> str:
    return f"{number}: start={start // SECTOR}, size={size // SECTOR}, type={kind}"


def offset(number: int) -> int:
    """Where a partition of the image begins, in bytes."""
    return dict(_places(PARTITIONS))[number]


def _places(partitions: tuple[Partition, ...]) -> Iterator[tuple[int, int]]:
    place = ALIGN
    for each in partitions:
        if each.number > EXTENDED:
            place += ALIGN  # its own entry of the chain of tables lies before it
        yield each.number, place
        place += each.mib * MIB


def _pour(source: Path, disk: IO[bytes]) -> None:
    """Copy a file to where the disk stands, leaving holes where it has nothing but zeros."""
    with source.open("rb") as file:
        while chunk := file.read(MIB):
            if chunk.strip(b"\0"):
                disk.write(chunk)
            else:
                disk.seek(len(chunk), 1)


def _above(path: str) -> Iterator[str]:
    """The folders that a file lies in, outermost first."""
    parts = path.strip("/").split("/")[:-1]
    for count in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:count])


def _uuid(number: int) -> str:
    return f"{DISK:08x}-0000-4000-8000-{number:012x}"
