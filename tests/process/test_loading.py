"""What is loaded is not looked through for garbage, and what comes afterwards is."""

import gc
import subprocess
import sys

import pytest

from pos_terminal.process.loading import loading

LOADED = """
import gc, sys
searches = []
gc.callbacks.append(lambda phase, found: searches.append(phase))
import pos_terminal.__main__ as program
assert gc.isenabled(), "the imports are over"
frozen = gc.get_freeze_count()
assert frozen > 10_000, frozen
try:
    program.main(["run", "--help"])
except SystemExit:
    pass
assert gc.isenabled(), "the command is loaded"
assert gc.get_freeze_count() > frozen + 10_000, "and is not looked through again"
assert len(searches) < 20, searches
"""


def test_the_command_line_is_loaded_without_a_search() -> None:
    run = subprocess.run([sys.executable, "-W", "error", "-c", LOADED], check=False,
                         capture_output=True, text=True)  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")


def test_what_cannot_be_loaded_leaves_the_search_as_it_was() -> None:
    with pytest.raises(ImportError), loading():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()


def test_what_was_loaded_before_freezes_nothing() -> None:
    """Whoever runs command after command in one process would keep all garbage of each."""
    before = gc.get_freeze_count()
    with loading():
        pass
    assert gc.get_freeze_count() == before
