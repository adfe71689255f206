"""Catalogues beside the journal."""

from hashlib import sha256
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.journal import catalogs
from pos_terminal.journal.errors import JournalError

SOURCE = b"plu,name,price\n28,Tradition,1.30\n"


def test_a_catalogue_is_kept_under_its_hash(tmp_path: Path) -> None:
    name = catalogs.keep(tmp_path, SOURCE)
    assert name == sha256(SOURCE).hexdigest()
    assert catalogs.keep(tmp_path, SOURCE) == name
    assert catalogs.load(tmp_path, name) == SOURCE
    assert [path.name for path in (tmp_path / "catalogs").iterdir()] == [name]


def test_a_catalogue_that_a_crash_left_half_is_written_again(tmp_path: Path) -> None:
    name = catalogs.keep(tmp_path, SOURCE)
    (tmp_path / "catalogs" / name).write_bytes(SOURCE[:5])
    assert catalogs.keep(tmp_path, SOURCE) == name
    assert catalogs.load(tmp_path, name) == SOURCE


def test_a_changed_catalogue_is_not_given_out(tmp_path: Path) -> None:
    name = catalogs.keep(tmp_path, SOURCE)
    (tmp_path / "catalogs" / name).write_bytes(SOURCE.replace(b"1.30", b"0.30"))
    with pytest.raises(JournalError) as caught:
        catalogs.load(tmp_path, name)
    assert caught.value.fault is faults.JOURNAL_DAMAGED


def test_a_catalogue_that_is_gone_or_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        catalogs.load(tmp_path, "ab" * 32)
    (tmp_path / "catalogs").write_text("in the way")
    with pytest.raises(JournalError):
        catalogs.keep(tmp_path, SOURCE)
