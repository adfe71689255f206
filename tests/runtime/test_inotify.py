"""What the kernel tells of folders."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos_terminal.runtime.inotify import Inotify


@pytest.fixture
def inotify(tmp_path: Path) -> Iterator[Inotify]:
    with closing(Inotify()) as made:
        made.watch(tmp_path)
        yield made


def test_what_is_made_written_moved_and_removed_is_told(inotify: Inotify, tmp_path: Path) -> None:
    one, other = tmp_path / "é", tmp_path / ("n" * 255)
    one.write_text("")
    assert set(inotify.changed()) == {one}
    one.rename(other)
    assert list(inotify.changed()) == [one, other]
    other.chmod(0o600)
    assert list(inotify.changed()) == [other]
    other.unlink()
    assert list(inotify.changed()) == [other]


def test_what_is_only_read_or_half_written_is_not(inotify: Inotify, tmp_path: Path) -> None:
    file = tmp_path / "catalog.csv"
    file.write_text("")
    list(inotify.changed())
    file.read_text()
    with file.open("w") as half:
        half.write("plu,")
        half.flush()
        assert list(inotify.changed()) == []
    assert list(inotify.changed()) == [file]


def test_a_folder_made_anew_is_watched_under_its_name(inotify: Inotify, tmp_path: Path) -> None:
    folder = tmp_path / "by-id"
    for _ in range(2):
        folder.mkdir()
        inotify.watch(folder)
        list(inotify.changed())
        (folder / "scanner").write_text("")
        assert set(inotify.changed()) == {folder / "scanner"}
        (folder / "scanner").unlink()
        folder.rmdir()
    list(inotify.changed())


def test_what_is_no_folder_is_refused(inotify: Inotify, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        inotify.watch(tmp_path / "file")
    with pytest.raises(FileNotFoundError):
        inotify.watch(tmp_path / "none")


def test_more_than_the_kernel_keeps_is_said(inotify: Inotify, tmp_path: Path) -> None:
    kept = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    one, other = tmp_path / "1", tmp_path / "2"
    for _ in range(kept // 2 + 1):  # one name after the other: the same event twice counts once
        one.touch()
        other.touch()
    told = [path for _ in range(kept) for path in inotify.changed()]
    assert told[-1] is None and set(told) == {one, other, None}
