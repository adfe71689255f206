"""The Debian package and a Debian for it: how it is built, and what a till of its says."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from pos_driver_sim.bench import SimBench
from tests.needs import need
from tests.support.box_shop import SELLER, terminal
from tests.systemd.container import PATIENCE, Container
from tests.systemd.readme import ROOT

BUILD = ROOT / "image" / "deb" / "build"
TREES = ROOT / ".venv-trees"
DEBIAN = {"bookworm": 12, "trixie": 13}
CATALOG = "plu,name,price,unit,family,vat\n1,TRADITION,1.30,piece,pain,5.5\n"


def settings(bench: SimBench) -> str:
    """The shop's, with the bench's printer: the network is shared."""
    return terminal(("127.0.0.1", bench.printer.address[1])) + SELLER


def built(release: str, architecture: str = "amd64", umask: int = 0o022) -> Path:
    """The package that `make deb` makes, built now."""
    need(shutil.which("mmdebstrap") is not None, "mmdebstrap", "apt-get install mmdebstrap")
    need(shutil.which("lintian") is not None, "lintian", "apt-get install lintian")
    gcc = {"amd64": "x86_64-linux-gnu-gcc", "arm64": "aarch64-linux-gnu-gcc"}[architecture]
    need(shutil.which(gcc) is not None, gcc, f"apt-get install {gcc.replace('_', '-')}")
    made = subprocess.run(
        [BUILD, f"{release}/{architecture}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, umask=umask, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout
    pattern = f"pos-terminal_*+deb{DEBIAN[release]}_{architecture}.deb"
    (package,) = (ROOT / "dist").glob(pattern)
    return package


def needs_container(release: str) -> None:
    """Skip where no such Debian can be booted."""
    need(shutil.which("systemd-nspawn") is not None, "systemd-nspawn",
         "apt-get install systemd-container")  # fmt: skip
    need((TREES / f"{release}.ready").exists(), "a Debian for it", "sudo .ci/package-trees")
    need(os.geteuid() == 0, "root, who may start a container,", "sudo make test-kernel")


async def shows(bench: SimBench, *texts: str) -> None:
    """Wait until all of these stand on the display."""
    await bench.display.shows(*texts, within=PATIENCE)


async def listens(container: Container) -> None:
    """Wait until it has its keypad: what is typed before reaches nobody."""
    ready = re.compile(r"^keypad +prêt", re.MULTILINE)
    await container.until("pos-terminal status", lambda shown: ready.search(shown) is not None)
