"""`python -m image --package FILE.deb`: build an image to flash, and say what it is made of."""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pos_terminal
from image import bill, boot, disk, foreign, initrd, roots, tree
from image.bill import Package
from image.flavours import FLAVOURS, Flavour
from pos_terminal.commands import update_note

ROOT = Path(__file__).parent.parent
BUILD = ROOT / "build" / "image"
LOCKS = Path(__file__).parent / "locks"
"""What each architecture was built of when that was last looked at."""
NEEDED = {"mmdebstrap": "mmdebstrap", "unshare": "util-linux", "dpkg-query": "dpkg", "tar": "tar"}
"""The commands that a build runs on this machine, and Debian's packages that bring them."""

USUAL = FLAVOURS["amd64"]

CONFIG_SERIAL, BOOT_SERIAL = 0x504F5301, 0x504F5302
"""The FATs' serial numbers, always the same: they are part of the bits."""

_READ_ME = """\
Caisse pos-terminal
===================
terminal.toml   les réglages de cette caisse, avec les fichiers qu'ils nomment
                (catalog.csv, logo.png) : à écrire ici, puis redémarrer.
mise-en-service.txt
                le jour où on l'écrit (AAAA-MM-JJ) : la caisse est en service au démarrage
                suivant, ce jour-là ; avant, elle vend en simulation.
etat.txt        ce que la caisse dit d'elle-même : vend-elle, sinon pourquoi, et que faire.
{loader:<15} le démarrage : ne pas y toucher.

The settings of this till go here as terminal.toml, with the files that they name. Written on the
day (YYYY-MM-DD), mise-en-service.txt puts it into service at the next start; until then it sells
in a simulation. etat.txt is what the till says of itself: whether it sells, and why not.
"""


def main() -> int:
    """Exit 0 with an image; 1 with what is missing."""
    arguments = _arguments()
    missing = [package for tool, package in NEEDED.items() if shutil.which(tool) is None]
    if missing:
        print(f"image: sudo apt-get install {' '.join(missing)}", file=sys.stderr)
        return 1
    if os.geteuid() != 0:
        print(
            "image: to be run as root: it makes a system's files, and their owners", file=sys.stderr
        )
        return 1
    flavour = FLAVOURS[arguments.flavour]
    if lacks := foreign.lacks(flavour):
        print(f"image: {lacks}", file=sys.stderr)
        return 1
    out = arguments.out or BUILD / ("" if flavour is USUAL else flavour.architecture)
    build(flavour, arguments.package, out, arguments.cache, arguments.keyring)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m image", description=__doc__)
    parser.add_argument("--package", type=Path, required=True, help="the program's Debian package")
    parser.add_argument(
        "--flavour", choices=FLAVOURS, default=USUAL.architecture, help="for which boards"
    )
    parser.add_argument("--out", type=Path, help="the folder that it is put in")
    parser.add_argument("--cache", type=Path, default=BUILD / "roots", help="Debian's roots, kept")
    parser.add_argument(
        "--keyring",
        type=Path,
        help="the certificate of whoever signs updates; without it none is taken",
    )
    return parser.parse_args()


def build(
    flavour: Flavour, package: Path, out: Path, cache: Path, keyring: Path | None = None
) -> Path:
    """The image's file. CalledProcessError with what a tool said."""
    epoch = _epoch()
    version = f"{pos_terminal.__version__}.{datetime.fromtimestamp(epoch, UTC):%Y%m%d%H%M}"
    step = _steps(6)
    step(f"Debian {roots.SUITE} {flavour.architecture}")
    packed = roots.system(flavour, package, cache, epoch)
    step("tools")
    workshop = disk.Workshop(roots.tools(cache, epoch), epoch)
    workshop.clear()
    system = workshop.folder / "system"
    step("system")
    tree.make(flavour, packed, package, system, keyring)
    parts = bill.parts(system, package)
    firmware = _firmware(cache, epoch) if flavour.loader == "raspberry" else None
    if firmware:
        parts.append(bill.unpacked(firmware, boot.FIRMWARE))
    board = boot.parts(flavour, system, firmware)
    kernel, first = _kernel(flavour, system)
    tree.lighten(system)
    tree.clamp(system, epoch)
    step("slots")
    workshop.erofs("system.erofs", "system")
    workshop.fat(
        "boot.vfat", 96, BOOT_SERIAL, "BOOT", boot.slot(flavour, kernel, first, version, board)
    )
    config = boot.loader(flavour, workshop)
    loader = ", ".join(sorted({name.split("/")[1] for name in config}))
    config |= {
        "/LISEZMOI.txt": _READ_ME.format(loader=loader).encode(),
        "/etat.txt": update_note.NONE,
    }
    workshop.fat("config.vfat", 32, CONFIG_SERIAL, "POS-CONFIG", config)
    step("data")
    tree.data(system, workshop.folder / "data")
    tree.clamp(workshop.folder / "data", epoch)
    workshop.ext4("data.ext4", 256, "data", "data")
    step("disk")
    name = f"pos-terminal-{flavour.architecture}.img"
    workshop.table(name, disk.PARTITIONS)
    out.mkdir(parents=True, exist_ok=True)
    image = out / name
    # Beside it what a release of the same version is made of (python -m image.release).
    for made, kept in ((name, name), ("boot.vfat", "boot.img"), ("system.erofs", "system.img")):
        subprocess.run(["mv", str(workshop.folder / made), str(out / kept)], check=True)
    (out / "version").write_text(f"{version}\n")
    _tell(flavour, out, name, parts, package)
    with image.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    (out / f"{name}.sha256").write_text(f"{digest}  {name}\n")
    workshop.clear()
    print(f"{image}\n  {_written(image):.0f} MB, sha256 {digest}")
    return image


def _tell(flavour: Flavour, out: Path, name: str, parts: list[Package], package: Path) -> None:
    """What the image is made of, beside it; and what the lock has otherwise."""
    command = ["dpkg-deb", "--field", str(package), "Version"]
    version = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (out / f"{name}.packages").write_text(bill.manifest(parts))
    (out / f"{name}.cdx.json").write_text(bill.cyclonedx(name, version, parts), encoding="utf-8")
    lock = LOCKS / f"{flavour.architecture}.lock"
    for line in bill.gone(lock.read_text(), parts) if lock.exists() else ():
        print(f"image: {lock.name}: {line}")
    # Beside the image, to take the lock's place in a commit of its own.
    (out / f"{flavour.architecture}.lock").write_text(bill.manifest(bill.locked(parts)))


def _kernel(flavour: Flavour, system: Path) -> tuple[bytes, bytes]:
    """The kernel, and the initrd that goes with it."""
    (kernel,) = (system / "boot").glob("vmlinuz-*")
    (modules,) = (system / "usr/lib/modules").iterdir()
    busybox = system / "usr/bin/busybox"
    here = Path(__file__).parent
    script = "".join(
        (here / each).read_text() for each in (f"loaders/{flavour.loader}.sh", "enter.sh")
    )
    first = initrd.build(modules, busybox, flavour.modules, script, flavour.watchdogs)
    return kernel.read_bytes(), first


def _firmware(cache: Path, epoch: int) -> Path | None:
    """What a Raspberry Pi's ROM loads; where it cannot be had, that is said."""
    found = roots.firmware(boot.FIRMWARE, cache, epoch)
    if found is None:
        print(
            f"image: without {boot.FIRMWARE} this image starts no Raspberry Pi (QEMU's machines"
            f" need none): Debian's component {roots.FIRMWARE} is missing in this machine's sources"
            " of packages. Add it there, run apt-get update, and build again",
            file=sys.stderr,
        )
    return found


def _epoch() -> int:
    """The time of this version's commit, in seconds: no bit of an image depends on another."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        command = ["git", "log", "-1", "--format=%ct"]
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        given = found.stdout
    return int(given)


def _written(path: Path) -> float:
    """What of a sparse file is on the disk, in MB."""
    return path.stat().st_blocks * 512 / 1e6


def _steps(count: int) -> Callable[[str], None]:
    begun = time.monotonic()
    number = 0

    def step(what: str) -> None:
        nonlocal number
        number += 1
        print(f"==> {number}/{count} {what} ({time.monotonic() - begun:.0f} s)", flush=True)

    return step


if __name__ == "__main__":
    sys.exit(main())
