"""Scanner and scale on the nodes of USB serial devices, with umockdev."""

import ctypes.util
import os
import subprocess
import sys
from pathlib import Path

from tests.needs import need

SUPPORT = Path(__file__).parents[1] / "support"


def test_scan_weigh_unplug_replug_on_device_nodes() -> None:
    need(ctypes.util.find_library("umockdev") is not None, "umockdev", "apt-get install umockdev")
    done = subprocess.run(
        [sys.executable, SUPPORT / "serial_scenario.py"],
        env=os.environ | {"LD_PRELOAD": "libumockdev-preload.so.0", "PYTHONPATH": str(SUPPORT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
