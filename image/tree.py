"""The system's files, as they lie in a slot: Debian, the program's package, our own."""

import os
import shutil
import subprocess
from pathlib import Path

from image import roots
from image.flavours import Flavour

OVERLAY = Path(__file__).parent / "overlay"

ENABLED = (
    *("systemd-networkd", "systemd-timesyncd", "pos-commission"),
    *("pos-terminal-confirm.service", "pos-terminal-update.path", "pos-terminal-update.timer"),
    *("pos-terminal-stick.service", "pos-terminal-stick.path", "pos-terminal-network.service"),
)
MASKED = (
    # Nothing asks for a password: a screen and a serial line are the till's, or nobody's.
    *("getty@tty1.service", "serial-getty@ttyS0.service", "serial-getty@ttyAMA0.service"),
    *("systemd-networkd-wait-online.service", "systemd-update-done.service", "ldconfig.service"),
    *("systemd-networkd-persistent-storage.service", "systemd-hwdb-update.service"),
    *("systemd-journal-catalog-update.service", "e2scrub_all.timer", "e2scrub_reap.service"),
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"),
)

LINKS = {
    "etc/resolv.conf": "/run/systemd/resolve/resolv.conf",
    # What a technician writes on the first partition is what the till reads, and systemd hands out.
    "etc/pos-terminal": "/boot/config",
    "etc/credstore": "/boot/config/secrets",
}

UNUSED = (
    *("boot/*", "vmlinuz*", "initrd.img*", "var/lib/apt/*", "var/cache/*", "var/log/*"),
    *(
        f"usr/lib/modules/*/kernel/{each}"
        for each in (
            *("sound", "drivers/gpu", "drivers/infiniband", "drivers/media", "drivers/iio"),
            *("drivers/isdn", "drivers/scsi/[a-rt-z]*", "drivers/staging", "drivers/nvme/target"),
            *("drivers/net/ethernet/mellanox", "drivers/net/ethernet/chelsio"),
        )
    ),
)
"""Drivers that no till has, and what only a Debian that installs packages needs."""


def make(flavour: Flavour, packed: Path, package: Path, folder: Path, keyring: Path | None) -> None:
    """Lay the system out in a new folder, all files as old as they are in their packages.

    `keyring` has the certificate of whoever signs releases; without one the box takes none.
    """
    roots.unpack(packed, folder)
    shutil.copy(package, folder / "package.deb")
    _within(folder, "dpkg", "--install", "/package.deb")
    (folder / "package.deb").unlink()
    shutil.copytree(OVERLAY, folder, dirs_exist_ok=True, symlinks=True)
    rauc = folder / "etc/rauc/system.conf"
    rauc.write_text(rauc.read_text().replace("@ARCHITECTURE@", flavour.architecture))
    if keyring:
        shutil.copy(keyring, folder / "etc/rauc/keyring.pem")
    _within(folder, "systemctl", "enable", "--quiet", *ENABLED)
    _within(folder, "systemctl", "mask", "--quiet", *MASKED)
    # Empty: each box gets its own, which the initrd reads from its data partition.
    (folder / "etc/machine-id").write_text("")
    (folder / "etc/hostname").write_text("caisse\n")
    for name, target in LINKS.items():
        place = folder / name
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.symlink_to(target)


def lighten(folder: Path) -> None:
    """Remove what the box does not need; the kernel must have been taken out before."""
    for pattern in UNUSED:
        for path in sorted(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    for each in ("boot/config", "data"):
        (folder / each).mkdir(exist_ok=True)


def clamp(folder: Path, epoch: int) -> None:
    """Let no file be younger than the version: when it was built is nobody's business."""
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files, "."):
            place = Path(path, name)
            if place.lstat().st_mtime > epoch:
                os.utime(place, (epoch, epoch), follow_symlinks=False)


def _within(folder: Path, *command: str) -> None:
    """Run a command in the system, which finds /proc there; nobody else sees it mounted."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    environment = {"PATH": path, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    within = ["unshare", "--mount", "sh", "-c", enter, str(folder), *command]
    subprocess.run(within, env=environment, check=True)


def data(system: Path, folder: Path) -> None:
    """The data partition as it is flashed: the folders that the system expects, and whose."""
    folder.mkdir()
    owners = _owners(system)
    for name, user, group, mode in (
        ("pos-terminal", "pos", "pos", 0o700),
        ("pos-terminal-agent", "pos-agent", "pos-link", 0o700),
        ("pos-terminal-update", "root", "root", 0o700),
        ("log", "root", "systemd-journal", 0o2755),
        ("timesync", "systemd-timesync", "systemd-timesync", 0o755),
    ):
        place = folder / name
        place.mkdir()
        place.chmod(mode)
        os.chown(place, owners["passwd"][user], owners["group"][group])


def _owners(system: Path) -> dict[str, dict[str, int]]:
    """The numbers of the system's users and groups, by their names."""
    return {
        file: {
            line.split(":")[0]: int(line.split(":")[2])
            for line in (system / "etc" / file).read_text().splitlines()
        }
        for file in ("passwd", "group")
    }
