"""Programs of others in JavaScript, run by node: printers' languages by other hands.

They are installed into `.node` in the root of the repository, of `tests/node/package-lock.json`, at
the first use.
"""

import fcntl
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.needs import need

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".node"
LISTS = ROOT / "tests" / "node"
PATIENCE = 60.0


@cache
def installed() -> Path:
    """The folder with the packages; made here, whole, if there is node to run them."""
    need(shutil.which("node") is not None, "node", "apt-get install nodejs")
    need(shutil.which("npm") is not None, "npm", "apt-get install npm")
    lock = (LISTS / "package-lock.json").read_text()
    done = HOME / "installed.json"
    # Two workers may come at once.
    with (ROOT / ".node-lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != lock:
            HOME.mkdir(exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(LISTS / name, HOME / name)
            made = subprocess.run(
                ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                cwd=HOME, capture_output=True, text=True, check=False, timeout=5 * PATIENCE,
            )  # fmt: skip
            need(
                made.returncode == 0,
                f"packages of tests/node ({made.stderr.strip()[-300:]})",
                "npm ci, where a registry can be reached",
            )
            done.write_text(lock)
    return HOME


def javascript(package: str, script: str) -> Any:
    """What the body of an async function returns, as JSON; `library` is the package in it."""
    program = (
        f"const library = require('{package}');"
        f"(async () => {{{script}}})().then("
        "made => { process.stdout.write(JSON.stringify(made)); process.exit(0); },"
        " error => { console.error(error); process.exit(1); });"
    )
    done = subprocess.run(
        ["node", "-e", program],
        cwd=installed(), capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
