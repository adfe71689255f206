"""How SQLite files are opened: only by a library that loses nothing."""

import os
from pathlib import Path

import apsw
import pytest

from pos_terminal.storage.files import write_durably
from pos_terminal.storage.sqlite import connect, let_go

CREATE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE


def test_a_name_with_signs_of_a_uri_is_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a?b#c%20.db"
    let_go(connect(path, "", CREATE))
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_there_is_not_made_unless_asked_for(tmp_path: Path) -> None:
    with pytest.raises(apsw.CantOpenError):
        connect(tmp_path / "absent.db", "", apsw.SQLITE_OPEN_READWRITE)
    assert not any(tmp_path.iterdir())


def test_a_file_has_its_mode_from_the_first_byte_and_replaces_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    write_durably(path, b"one", 0o600)
    held = os.open(path, os.O_RDONLY)
    try:
        write_durably(path, b"two", 0o600)
        assert os.read(held, 10) == b"one"
    finally:
        os.close(held)
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
