"""A file that could not be written is as it was, and takes no room."""

from pathlib import Path

import pytest

from pos_terminal.storage.files import write_durably


def test_what_could_not_be_put_in_place_leaves_nothing_behind(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(IsADirectoryError):
        write_durably(taken, b"new")
    assert [*tmp_path.iterdir()] == [taken]
