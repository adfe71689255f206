"""Programs of others that need a newer Python, or older libraries: each in an environment of its
own, `.venv-NAME` in the root of the repository, made of its lock file at the first use.

    python -m tests.support.own_environment   # all of them: what is set up is no test's time
"""

import fcntl
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.needs import need

ROOT = Path(__file__).parents[2]


OTHERS = {"brother": "brother-ql", "emupos": "emupos", "telium": "pyteliummanager",
          "schemathesis": "schemathesis", "witness": "aics-witness"}  # fmt: skip
"""What each is made for, by the name of its lock file, tests/NAME.lock."""

LEAST = {"brother": 11, "emupos": 13, "schemathesis": 11, "telium": 11, "witness": 12}
"""The oldest Python 3 that will do."""

ASKED = "from importlib.metadata import version; import sys; print(version(sys.argv[1]))"


def installed(name: str, program: str) -> Path:
    """A program in that environment."""
    return environment(name) / "bin" / program


def interpreter(name: str) -> Path:
    """The Python of that environment."""
    return environment(name) / "bin" / "python"


@cache
def environment(name: str) -> Path:
    """The environment; made here if a Python that is new enough can be found."""
    home, lock, wanted = ROOT / f".venv-{name}", ROOT / "tests" / f"{name}.lock", OTHERS[name]
    version = lock.read_text().partition(f"\n{wanted}==")[2].split()[0]
    home.mkdir(exist_ok=True)
    # Two workers may come at once.
    with (ROOT / ".venv-lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if _version(home / "bin" / "python", wanted) != version:
            _make(home, lock, LEAST[name], f"{wanted} {version}")
    return home


def _make(home: Path, lock: Path, least: int, what: str) -> None:
    python = _python(least)
    need(python is not None, f"Python 3.{least} or newer (for {what})", f"pyenv install 3.{least}")
    assert python is not None
    # With this environment's pip: to give each one of its own takes longer than all the rest.
    made = subprocess.run(
        f"'{python}' -m venv --clear --without-pip '{home}' &&"
        f" '{sys.executable}' -m pip --python '{home}/bin/python' install --quiet"
        f" --disable-pip-version-check --require-hashes -r '{lock}'",
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


def _version(python: Path, library: str) -> str | None:
    if not python.exists():
        return None
    command = [str(python), "-c", ASKED, library]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    return shown.stdout.strip() if shown.returncode == 0 else None


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


if __name__ == "__main__":
    for each in OTHERS:
        environment(each)
