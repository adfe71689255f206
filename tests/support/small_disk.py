"""A disk of its own: ext4 in a file, mounted by a loop device."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from tests.needs import need


@contextmanager
def ext4(
    folder: Path, mib: int, block: int = 4096, *, aside: int = 0, options: str = "loop"
) -> Iterator[Path]:
    """Where it is mounted: of so many MiB, in blocks of so many bytes, some percent set aside."""
    need(os.geteuid() == 0, "root, who may mount,", "sudo make test")
    need(which("mkfs.ext4") is not None, "mkfs.ext4", "apt-get install e2fsprogs")
    image, place = folder / "image", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(mib << 20)
    make = ["mkfs.ext4", "-q", "-m", str(aside), "-b", str(block), "-N", "256", str(image)]
    subprocess.run(make, check=True, capture_output=True)
    mounted = subprocess.run(["mount", "-o", options, image, place], check=False)
    need(mounted.returncode == 0, "a loop device", "modprobe loop")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=True)
        image.unlink()
