"""Debian roots, made by mmdebstrap from this machine's own sources, and kept."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from image.flavours import Flavour

SUITE = "trixie"

SYSTEM = (
    *("systemd", "systemd-sysv", "systemd-timesyncd", "udev", "dbus", "kmod"),
    *("e2fsprogs", "dosfstools", "tzdata", "ca-certificates"),
    *("rauc", "rauc-service", "openssl"),
    # The initrd is made by ours, out of busybox; Debian's kernel wants a maker of its own.
    *("tiny-initramfs", "busybox-static"),
)
"""What the box is made of, beside the kernel, the program and Debian's essential packages."""

TOOLS = (
    *("dosfstools", "mtools", "erofs-utils", "e2fsprogs", "fdisk"),
    *("grub-common", "grub-efi-amd64-bin", "rauc", "squashfs-tools", "openssl"),
)
"""What makes the file systems: of one release, so that two machines make the same bits."""

FIRMWARE = "non-free-firmware"
"""Debian's component for what a board loads itself, and nobody may change."""

_OPTIONS = (
    "--dpkgopt=force-unsafe-io",  # dpkg would wait for the disk with each file of a throw-away root
    "--quiet", "--mode=root", "--variant=essential",
    "--skip=cleanup/apt/lists",  # bill.py has its hashes from them; tree.py removes them
    '--aptopt=Acquire::Languages "none"', '--aptopt=APT::Install-Recommends "false"',
    "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
)  # fmt: skip


def system(flavour: Flavour, package: Path, cache: Path, epoch: int) -> Path:
    """The box's root, with all that the program's package depends on, as a tar file.

    CalledProcessError where Debian cannot be had.
    """
    command = ["dpkg-deb", "--field", str(package), "Depends"]
    depends = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    needed = {each.split()[0] for each in depends.split(",")}
    packages = sorted({*SYSTEM, flavour.kernel, *needed})
    return _root(flavour.architecture, packages, cache, epoch, _sources("main"))


def tools(cache: Path, epoch: int) -> Path:
    """A folder that is the root of a Debian with the tools in it."""
    return _folder(_root(_host(), TOOLS, cache, epoch, _sources("main")))


def _host() -> str:
    command = ["dpkg", "--print-architecture"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _folder(packed: Path) -> Path:
    """The folder beside a root, with its files."""
    folder = packed.with_suffix("")
    if not folder.exists():
        new = folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        unpack(packed, new)
        new.rename(folder)
    return folder


def firmware(package: str, cache: Path, epoch: int) -> Path | None:
    """A folder with that package's files; None where this machine's sources lack Debian's component
    for firmware that is not free.
    """
    if not _sources(FIRMWARE):
        return None
    sources = _sources("main", FIRMWARE)
    more = "--variant=extract", "--dpkgopt=path-include=/usr/share/doc/*/changelog.Debian.gz"
    return _folder(_root(_host(), [package], cache, epoch, sources, *more))


def unpack(packed: Path, folder: Path) -> None:
    """Make a folder of a root."""
    folder.mkdir(parents=True)
    command = ["tar", "--numeric-owner", "-xf", str(packed), "-C", str(folder)]
    subprocess.run(command, check=True)


def _root(
    architecture: str, packages: Sequence[str], cache: Path, epoch: int, sources: str, *more: str
) -> Path:
    wanted = "\n".join((SUITE, architecture, sources, *_OPTIONS, *more, *packages))
    place = cache / f"{architecture}-{hashlib.sha256(wanted.encode()).hexdigest()[:16]}.tar"
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        new = place.with_suffix(".new.tar")
        command = ["mmdebstrap", *_OPTIONS, *more, f"--architectures={architecture}"]
        command += [f"--include={','.join(packages)}", SUITE, str(new), "-"]
        environment = os.environ | {"INITRD": "No", "SOURCE_DATE_EPOCH": str(epoch)}
        subprocess.run(command, input=sources, text=True, env=environment, check=True)
        new.rename(place)
    return place


def _sources(*components: str) -> str:
    """This machine's own lines for Debian's components, in the release of the image."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT)"
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    found = subprocess.run(
        [*command, "Origin: Debian"], capture_output=True, text=True, check=True
    ).stdout
    lines = sorted({line for line in found.splitlines() if line.split()[-1] in components})
    release = Path("/etc/os-release").read_text()
    here = release.partition("VERSION_CODENAME=")[2].partition("\n")[0]
    return "".join(f"deb {line.replace(here, SUITE)}\n" for line in lines)
