"""Distributions by other hands: built as wheels, installed where only PYTHONPATH leads."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from tests.needs import need

DATA = Path(__file__).parents[1] / "data"


def pip(*arguments: str | Path) -> None:
    """Run pip offline; what it says, where it fails."""
    options = ("--no-deps", "--no-index", "--disable-pip-version-check", "--no-cache-dir", "-q")
    command = [sys.executable, "-m", "pip", arguments[0], *options, *arguments[1:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def built_and_installed(name: str, folder: Path) -> Path:
    """The folder that the wheel of `tests/data/NAME` is installed in."""
    how = "pip install --require-hashes -r requirements-build.lock"
    need(find_spec("hatchling") is not None, "hatchling", how)
    copy = folder / "source"
    copy.mkdir()
    for file in (DATA / name).iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    pip("wheel", "--no-build-isolation", "--wheel-dir", folder, copy)
    (wheel,) = folder.glob(f"{name.replace('-', '_')}-*.whl")
    pip("install", "--target", folder / "site", wheel)
    return folder / "site"
