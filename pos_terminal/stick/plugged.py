"""Which block devices are a stick's: by the kernel's own words, and not by anybody's names."""

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

OWN = bytes.fromhex("504f5354")[::-1]
"""The identity in the MBR of the disk that the image was flashed on, as it lies there."""

IDENTITY = 440
"""Where in its first sector."""


def partitions(sys: Path, dev: Path) -> Iterator[Path]:
    """The nodes of what may be mounted: each partition of a USB disk, or the disk where it has
    none; none of the disk that the box itself runs from, which may hang on USB, too, and none that
    cannot be read, whatever it is.
    """
    for each in sorted((sys / "class/block").iterdir()):
        with suppress(OSError):  # it was pulled while it was looked at
            if _is_a_sticks(each.resolve(), dev):
                yield dev / each.name


def _is_a_sticks(place: Path, dev: Path) -> bool:
    disk = place.parent if (place / "partition").exists() else place
    parted = disk == place and any((inner / "partition").exists() for inner in place.iterdir())
    usb = re.search(r"/usb[0-9]+/", f"{place}/")
    return bool(usb and not parted and _size(place) and not _is_own(dev / disk.name))


def _size(place: Path) -> int:
    """Sectors; 0: a reader of cards without a card."""
    return int((place / "size").read_text())


def _is_own(disk: Path) -> bool:
    with disk.open("rb") as file:
        file.seek(IDENTITY)
        return file.read(len(OWN)) == OWN
