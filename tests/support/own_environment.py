"""Programs of others that need a newer Python, or older libraries: each in an environment of its
own, `.venv-NAME` in the root of the repository, made of its lock file at the first use.
"""

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.needs import need

ROOT = Path(__file__).parents[2]


@cache
def installed(package: str, program: str, least: int) -> Path:
    """The installed program; made here if a Python 3.`least` or newer can be found.

    What is installed is tests/PACKAGE.lock, which names the program's version.
    """
    home, lock = ROOT / f".venv-{package}", ROOT / "tests" / f"{package}.lock"
    version = lock.read_text().partition(f"\n{program.replace('_', '-')}==")[2].split()[0]
    found = home / "bin" / program
    home.mkdir(exist_ok=True)
    # Two workers may come at once.
    with (ROOT / ".venv-lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if _version(found) != version:
            _make(home, lock, least, f"{program} {version}")
    return found


@cache
def interpreter(package: str, library: str, least: int) -> Path:
    """A Python that has the library of tests/PACKAGE.lock; made here as `installed` does."""
    home, lock = ROOT / f".venv-{package}", ROOT / "tests" / f"{package}.lock"
    version = lock.read_text().partition(f"\n{library}==")[2].split()[0]
    found = home / "bin" / "python"
    home.mkdir(exist_ok=True)
    with (ROOT / ".venv-lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        asked = f"from importlib.metadata import version; print(version({library!r}))"
        shown = ""
        if found.exists():
            command = [str(found), "-c", asked]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            shown = done.stdout.strip()
        if shown != version:
            _make(home, lock, least, f"{library} {version}")
    return found


def _make(home: Path, lock: Path, least: int, what: str) -> None:
    python = _python(least)
    need(python is not None, f"Python 3.{least} or newer (for {what})", f"pyenv install 3.{least}")
    assert python is not None
    made = subprocess.run(
        f"'{python}' -m venv --clear '{home}' &&"
        f" '{home}/bin/pip' install --quiet --disable-pip-version-check"
        f" --require-hashes -r '{lock}'",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    need(
        made.returncode == 0,
        f"{what} ({made.stderr.strip()[-300:]})",
        f"{python} -m venv {home} && {home}/bin/pip install -r {lock}",
    )


def _version(program: Path) -> str | None:
    if not program.exists():
        return None
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return shown.stdout.strip().rpartition(" ")[2] if shown.returncode == 0 else None


def _python(least: int) -> str | None:
    """A Python that is new enough: on PATH, or among pyenv's versions."""
    names = [f"python3.{minor}" for minor in range(least, 20)] + ["python3"]
    found = [path for path in map(shutil.which, names) if path]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found += [str(path) for path in sorted(pyenv.glob("3.*/bin/python3"))]
    check = f"import sys; sys.exit(sys.version_info < (3, {least}))"
    for path in found:
        if subprocess.run([path, "-c", check], capture_output=True, check=False).returncode == 0:
            return path
    return None
