"""`pos-terminal driver new`: the package is whole, its tests pass, and the page builds the same."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pos_terminal.__main__ import main
from pos_terminal.commands import new_driver

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "write-a-driver.md"
STEP = re.compile(r"^`([\w./]+)`:\n\n(````?)\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def outcome_of(package: Path) -> str:
    """What pytest says of it, as its author is told to run it: not installed, from without."""
    return run(
        Path(sys.executable).with_name("pytest"), "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
        package.name, cwd=package.parent,
    )  # fmt: skip


@pytest.mark.slow
def test_a_new_driver_passes_its_tests_and_the_houses_checks(tmp_path: Path) -> None:
    package = tmp_path / "out"
    assert main(["driver", "new", "zebulon", "--out", str(package)]) == 0
    assert not [path for path in package.rglob("*") if "acme" in path.name]
    assert " passed" in outcome_of(package)
    folder = package / "pos_driver_zebulon"
    run(sys.executable, "-m", "mypy", "--strict", folder, "--cache-dir", tmp_path, cwd=package)
    config = ROOT / "pyproject.toml"
    run(sys.executable, "-m", "ruff", "check", "--no-cache", "--ignore", "I001", "--config", config,
        folder, cwd=package)  # fmt: skip


def test_the_page_builds_the_same_driver_step_by_step(tmp_path: Path) -> None:
    """Each of its blocks is a whole file, and together they are the sample: they are run as it."""
    steps = STEP.findall(PAGE.read_text(encoding="utf-8"))
    assert {Path(path): text for path, _, text in steps} == new_driver.make("acme")


def test_what_is_there_is_never_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "tests" / "test_acme.py"
    mine.parent.mkdir()
    mine.write_text("mine")
    assert main(["driver", "new", "acme", "--out", str(tmp_path)]) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_text() == "mine"
    assert capsys.readouterr().err


@pytest.mark.parametrize("name", ["Acme", "a-b", "1a", "a", ""])
def test_a_name_is_small_letters_and_digits(tmp_path: Path, name: str) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["driver", "new", name, "--out", str(tmp_path / "out")])
    assert refused.value.code == 2
