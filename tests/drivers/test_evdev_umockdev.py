"""Scanner and keypad on character devices: nodes, names, ioctls and live events of umockdev."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

from tests.needs import need

SUPPORT = Path(__file__).parents[1] / "support"


def test_scan_press_unplug_replug_on_device_nodes() -> None:
    need(ctypes.util.find_library("umockdev") is not None, "umockdev", "apt-get install umockdev")
    done = subprocess.run(
        [sys.executable, SUPPORT / "evdev_scenario.py"],
        env=os.environ | {"LD_PRELOAD": "libumockdev-preload.so.0", "PYTHONPATH": str(SUPPORT)},
        capture_output=True, text=True, timeout=120, check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
