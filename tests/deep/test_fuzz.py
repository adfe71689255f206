"""A minute of coverage-guided fuzzing for each reader of devices' bytes; `make deep` runs it."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deep.fuzz import NAMES
from tests.needs import need

SECONDS = 60


@pytest.mark.deep
@pytest.mark.parametrize("name", NAMES)
def test_no_bytes_break_hang_or_swell_a_reader(name: str, tmp_path: Path) -> None:
    found = importlib.util.find_spec("atheris") is not None
    need(found, "atheris", ".venv/bin/pip install -r tests/fuzz.lock")
    done = subprocess.run(
        [sys.executable, "-m", "tests.deep.fuzz", name, "--seconds", str(SECONDS)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
