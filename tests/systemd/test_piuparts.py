"""The package by Debian's own tester: installed, removed and purged, it leaves nothing."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.needs import need
from tests.systemd.package_parts import TREES, built, needs_container


@pytest.mark.slow
@pytest.mark.parametrize("release", ["bookworm", pytest.param("trixie", marks=pytest.mark.deep)])
def test_it_leaves_no_trace(release: str, tmp_path: Path) -> None:
    """Nothing left, changed, linked to nowhere or running. Of a journal: test_package.py."""
    need(shutil.which("piuparts") is not None, "piuparts", "apt-get install piuparts")
    needs_container(release)
    package = built(release)
    base = tmp_path / "base.tar.gz"
    # Without sources: what the package needs lies in the tree, and nothing is fetched.
    packed = ["tar", "-C", str(TREES / release), "--use-compress-program=gzip -1",
              "--exclude=./etc/apt/sources.list*", "-cf", str(base), "."]  # fmt: skip
    subprocess.run(packed, check=True)
    made = subprocess.run(
        ["piuparts", "--basetgz", base, "--distribution", release, "--keep-sources-list",
         "--skip-minimize", "--no-eatmydata", "--no-upgrade-test", "--tmpdir", tmp_path, package],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0 and "PASS: All tests" in made.stdout, made.stdout[-5000:]
