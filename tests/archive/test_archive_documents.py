"""docs/archive.md says what the code does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.verifier import bundle
from tests.support.season import Files

PAGE = (Path(__file__).parents[2] / "docs" / "archive.md").read_text()


def section(heading: str) -> str:
    return PAGE.partition(f"\n{heading}\n")[2].partition("\n#")[0]


def test_every_file_of_an_archive_is_in_the_table(files: Files) -> None:
    assert set(re.findall(r"^\| `([\w.]+)` \|", section("## The file"), re.M)) == set(files)


def test_the_verifier_is_no_longer_than_what_is_to_be_read() -> None:
    (most,) = re.findall(r"at most ([\d,]+) lines", section("## Verifying"))
    assert len(bundle.source().splitlines()) <= int(most.replace(",", ""))


@pytest.mark.slow
def test_the_verifier_put_together_is_for_the_python_that_it_asks_for(tmp_path: Path) -> None:
    """Types checked by another program: names that two parts have, and what that Python lacks."""
    (version,) = re.findall(r"needs Python ([\d.]+)", section("## Verifying"))
    assert f"Python {version} or later" in bundle.source()
    (tmp_path / "verify.py").write_text(bundle.source(), encoding="utf-8")
    (tmp_path / "mypy.ini").write_text("[mypy]\nignore_missing_imports = True\n")
    words = ["--python-version", version, "--no-incremental", "--no-site-packages", "verify.py"]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", *words],
        cwd=tmp_path, check=False, capture_output=True, timeout=120,
    )
    assert checked.returncode == 0, checked.stdout.decode()


def test_every_account_is_in_the_tables() -> None:
    said = dict(re.findall(r"^\| `(\w+)` \| (\d{6}) \|", section("### Accounts"), re.M))
    table = Accounts()
    made = {**table.roles, **table.tenders}
    assert said == {name: account.number for name, account in made.items()}
    for account in (table.sold(550), table.sold(0), table.tax(550)):
        assert account.number in PAGE


def test_the_example_of_a_table_is_one() -> None:
    example = PAGE.partition("```toml\n")[2].partition("```")[0]
    table = Accounts.parse(example)
    assert table.tender("lydia").number == "512700"
    assert table.roles["caisse"] == table.tender("CASH")
