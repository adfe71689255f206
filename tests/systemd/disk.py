"""The disks of the box: a bare Debian on which a technician has put the program, and the journal's.

All that needs no running system is done here, in a chroot, at the machine's own speed: under QEMU
without KVM, pip alone would take minutes.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.systemd.readme import commands

ROOT = Path(__file__).parent.parent.parent
TECHNICIAN = "technicien"
HOME = Path("home", TECHNICIAN)
NEWER = "0.1.99"
JOURNAL_MIB = 48
"""Small, so that it is soon full."""

_FILES = {
    # pip as configured where there is no network.
    "etc/pip.conf": "[global]\nno-index = true\nfind-links = /srv/wheels\n",
    "etc/sudoers.d/technicien": f"{TECHNICIAN} ALL=(ALL) NOPASSWD: ALL\n",
    "etc/hosts": "127.0.0.1 localhost box\n",
    "etc/hostname": "box\n",
    "etc/fstab": (
        "LABEL=root / ext4 defaults 0 0\n"
        "LABEL=journal /var/lib/pos-terminal ext4 defaults 0 0\n"
    ),
    # QEMU's own network, 10.0.2.0/24, on which the host is 10.0.2.2; no way further.
    "etc/systemd/network/box.network": (
        "[Match]\nDriver=virtio_net\n[Network]\nAddress=10.0.2.15/24\n"
    ),
    # The test's way in: a root shell on a wire of its own, there as soon as the wire is.
    "etc/systemd/system/way-in.service": """\
[Unit]
BindsTo=dev-virtio\\x2dports-way\\x2din.device
After=dev-virtio\\x2dports-way\\x2din.device multi-user.target
[Service]
ExecStart=/bin/bash
Environment=LANG=C.UTF-8
StandardInput=file:/dev/virtio-ports/way-in
StandardOutput=file:/dev/virtio-ports/way-in
""",
    "etc/udev/rules.d/60-way-in.rules": (
        'SUBSYSTEM=="virtio-ports", ATTR{name}=="way-in", TAG+="systemd", '
        'ENV{SYSTEMD_WANTS}="way-in.service"\n'
    ),
}  # fmt: skip


def furnish(tree: Path, wheels: Path, root: Path) -> None:
    """Make `root` of the bare `tree`, with both versions' programs put there as the README says."""
    # With its device nodes, which pip wants: shutil would read them, and /dev/zero never ends.
    subprocess.run(["cp", "-a", tree, root], check=True)
    for name, content in _FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    shutil.copytree(wheels, root / "srv/wheels")
    _within(root, "useradd", "--create-home", "--shell", "/bin/bash", TECHNICIAN)
    _within(root, "systemctl", "enable", "--quiet", "systemd-networkd")
    for clone in ("pos-terminal", "newer"):
        _clone(root / HOME / clone)
    project = root / HOME / "newer"
    _number(project / "pyproject.toml", project / "pos_terminal/__init__.py")
    _within(root, "chown", "-R", f"{TECHNICIAN}:", f"/{HOME}")
    as_technician(root, "newer", commands("The program"))
    as_technician(root, "pos-terminal", commands("The program"))


def _clone(folder: Path) -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.rstrip("\0").split("\0"):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def _number(*files: Path) -> None:
    """Give the newer clone its number."""
    for path in files:
        text = path.read_text()
        assert text.count('version__ = "0.1.0"') + text.count('\nversion = "0.1.0"') == 1, path
        path.write_text(text.replace('"0.1.0"', f'"{NEWER}"', 1))


def as_technician(root: Path, clone: str, script: str) -> None:
    """Run commands in a clone, as the one who installs the box. CalledProcessError, with a note."""
    within = f"cd /{HOME}/{clone} && set -e\n{script}"
    user = [f"--userspec={TECHNICIAN}"]
    _within(root, "env", f"HOME=/{HOME}", "bash", "-c", within, options=user)


def _within(root: Path, *command: str, options: Sequence[str] = ()) -> None:
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    result = subprocess.run(
        ["chroot", *options, str(root), *command], env={"PATH": path, "LANG": "C.UTF-8"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, f"{command}: {result.returncode}\n{result.stdout}"


def make(folder: Path, label: str, path: Path, mib: int) -> None:
    """A file system of that size with what lies in `folder`; no mounts, no loop devices."""
    options = ["-q", "-m", "0", "-L", label, "-d", str(folder)]
    command = ["mkfs.ext4", *options, str(path), f"{mib}M"]
    subprocess.run(command, check=True, capture_output=True)
