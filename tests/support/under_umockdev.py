"""Scenarios on device nodes that umockdev makes, each in a process of its own."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

from tests.needs import need

ROOT = Path(__file__).parents[2]


def play(scenario: str) -> None:
    """Have tests/support/`scenario`.py say «done», with umockdev's library preloaded."""
    need(ctypes.util.find_library("umockdev") is not None, "umockdev", "apt-get install umockdev")
    done = subprocess.run(
        [sys.executable, "-m", f"tests.support.{scenario}"],
        env=os.environ | {"LD_PRELOAD": "libumockdev-preload.so.0"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
