"""A guest's first file system: busybox, the kernel's modules, and an init that enters another."""

import gzip
import lzma
import re
from collections.abc import Iterable
from pathlib import Path

_LOADING = """\
#!/bin/busybox sh
export PATH=/bin
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /system
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do
    insmod /modules/$module || echo "@fatal insmod $module"
done </modules/order
"""


def _requirements(module: bytes) -> list[str]:
    found = re.search(rb"\0depends=([^\0]*)\0", module)
    names = found[1].decode().split(",") if found else []
    return [name.replace("-", "_") for name in names if name]


def _read(path: Path) -> bytes:
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def _in_order(folder: Path, wanted: Iterable[str]) -> dict[str, bytes]:
    """The modules by name, each after those that it needs; what is built in has no file."""
    files = {p.name.partition(".")[0].replace("-", "_"): p for p in folder.rglob("*.ko*")}
    ordered: dict[str, bytes] = {}

    def add(name: str) -> None:
        if name in ordered or name not in files:
            return
        module = _read(files[name])
        for other in _requirements(module):
            add(other)
        ordered[name] = module

    for name in wanted:
        add(name)
    return ordered


class _Archive:
    """A cpio archive in the «newc» format (Documentation/driver-api/early-userspace)."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._inode = 0

    def add(
        self, name: str, mode: int, data: bytes = b"", device: tuple[int, int] = (0, 0)
    ) -> None:
        self._inode += 1
        numbers = (self._inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
        self._data += b"070701" + b"".join(b"%08X" % number for number in numbers)
        self._data += name.encode() + b"\0"
        self._data += bytes(-len(self._data) % 4) + data
        self._data += bytes(-len(self._data) % 4)

    def finish(self) -> bytes:
        self.add("TRAILER!!!", 0)
        return bytes(self._data)


def build(
    kernel: Path,
    busybox: Path,
    modules: Iterable[str],
    then: str,
    spare: Iterable[str] = (),
) -> bytes:
    """The compressed initrd: it loads `modules` out of the folder `kernel`, then runs that script.

    The script finds /proc, /sys and /dev mounted, an empty folder /system, and in /modules those in
    `spare`, by their names in /modules/spare, to be loaded where it wants them; what they need is
    loaded.
    """
    archive = _Archive()
    for folder in ("bin", "dev", "modules"):
        archive.add(folder, 0o40755)
    archive.add("dev/console", 0o20600, device=(5, 1))
    archive.add("bin/busybox", 0o100755, busybox.read_bytes())
    archive.add("init", 0o100755, (_LOADING + then).encode())
    left = list(spare)
    ordered = _in_order(kernel, (*modules, *left))
    for name, listed in (
        ("order", [each for each in ordered if each not in left]),
        ("spare", [each for each in left if each in ordered]),
    ):
        archive.add(f"modules/{name}", 0o100644, "".join(f"{each}\n" for each in listed).encode())
    for name, module in ordered.items():
        archive.add(f"modules/{name}", 0o100644, module)
    return gzip.compress(archive.finish(), 1, mtime=0)
