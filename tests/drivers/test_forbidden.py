"""A missing right is said as one, and not as a cable that is out."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory


def test_a_device_without_the_right_to_it_has_a_code_of_its_own() -> None:
    """As no root: to root nothing is forbidden."""
    # Not below pytest's own folder, which nobody else may enter.
    with TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        pipe = place / "pipe"
        os.mkfifo(pipe, 0o000)
        _, far = os.openpty()
        try:
            os.fchmod(far, 0o000)
            command = [sys.executable, "-m", "tests.support.forbidden", str(pipe), os.ttyname(far)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        finally:
            os.close(far)
    assert done.stdout.split() == ["C-108"] * 3, done.stderr
