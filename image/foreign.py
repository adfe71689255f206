"""Another architecture's programs on this machine: QEMU runs them, told to by the kernel."""

import shutil
import subprocess
from pathlib import Path

from image.flavours import Flavour

NAMES = {"amd64": "x86_64", "arm64": "aarch64"}
"""What QEMU calls Debian's architectures."""

KERNEL = Path("/proc/sys/fs/binfmt_misc")
FORMATS = Path("/usr/lib/binfmt.d")
"""How Debian's package says which programs are whose (binfmt.d(5))."""


def lacks(flavour: Flavour) -> str:
    """What is missing here to install another architecture's packages; empty: nothing.

    As systemd does it where it runs, the kernel is told whose these programs are.
    """
    command = ["dpkg", "--print-architecture"]
    own = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if own == flavour.architecture:
        return ""
    name = f"qemu-{NAMES[flavour.architecture]}"
    format_ = FORMATS / f"{name}.conf"
    if shutil.which("arch-test") is None or not format_.exists():
        return "sudo apt-get install arch-test qemu-user-static"
    try:
        if not (KERNEL / "register").exists():
            subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", KERNEL], check=True)
        if not (KERNEL / name).exists():
            (KERNEL / "register").write_text(format_.read_text().strip())
    except (OSError, subprocess.CalledProcessError) as error:
        return f"this kernel runs no {flavour.architecture} programs (binfmt_misc): {error}"
    return ""
