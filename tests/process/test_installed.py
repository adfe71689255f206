"""Entry points as they are found: the standard library's own finder says the same."""

import importlib.metadata
import os.path
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.process.installed import entry_points


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A folder on sys.path, in front of all others."""
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def install(
    site: Path, folder: str, points: str, metadata: str = "", file: str = "METADATA"
) -> None:
    """What an installer leaves of a distribution, but for its modules."""
    (site / folder).mkdir()
    (site / folder / "entry_points.txt").write_text(points)
    if metadata:
        (site / folder / file).write_text(metadata)


def ours(group: str) -> list[tuple[str, str, str, str]]:
    return [(p.name, p.module, p.attribute, p.version) for p in entry_points(group)]


def standard(group: str) -> list[tuple[str, str, str, str]]:
    found = []
    for point in importlib.metadata.entry_points(group=group):
        assert point.dist
        found.append((point.name, point.module, point.attr or "", point.dist.version))
    return found


def test_all_that_is_installed_here_as_the_standard_library_finds_it() -> None:
    groups = importlib.metadata.entry_points().groups
    assert {"pos_terminal.plugins", "console_scripts"} <= groups
    for group in groups:
        assert sorted(ours(group)) == sorted(standard(group))


def test_notes_blanks_parts_and_other_groups(site: Path) -> None:
    points = """
        # a note
        [other]
        x = elsewhere

        [bench.test]
        plain = a.b
        part=a.b:C.d
        extra = a.b : c [more]
        """
    install(site, "odd-1.0.dist-info", points, "Metadata-Version: 2.1\nName: odd\nVersion: 1.0\n")
    assert ours("bench.test") == [
        ("plain", "a.b", "", "1.0"), ("part", "a.b", "C.d", "1.0"), ("extra", "a.b", "c", "1.0"),
    ]  # fmt: skip
    assert ours("bench.test") == standard("bench.test")


def test_debian_s_form(site: Path) -> None:
    """An egg-info folder; and «Version:» counts in the header alone."""
    metadata = "Metadata-Version: 2.1\nName: old\n\nVersion: 9 is planned\n"
    install(site, "old-2.egg-info", "[bench.test]\nx = y\n", metadata, "PKG-INFO")
    assert ours("bench.test") == [("x", "y", "", "?")]


def test_the_copy_in_front_counts(site: Path, tmp_path: Path) -> None:
    """As an import does: however the names are spelt, and though the other has no entry points."""
    behind = tmp_path / "behind"
    behind.mkdir()
    install(behind, "My.Plugin-1.0.dist-info", "[bench.test]\nx = behind\n")
    install(site, "my_plugin-2.0.dist-info", "", "Name: my-plugin\nVersion: 2.0\n")
    sys.path.append(str(behind))
    try:
        assert ours("bench.test") == []
    finally:
        sys.path.remove(str(behind))


def test_load(site: Path) -> None:
    install(site, "loads-1.dist-info", "[bench.test]\nx = os.path:join\ny = os:nothing.here\n")
    join, missing = entry_points("bench.test")
    assert join.load() is os.path.join
    with pytest.raises(AttributeError):
        missing.load()


def test_places_that_are_no_folders(tmp_path: Path) -> None:
    """sys.path may name what is not there, and archives."""
    places = [str(tmp_path / "absent"), str(tmp_path / "archive.zip")]
    (tmp_path / "archive.zip").write_bytes(b"PK")
    before = ours("pos_terminal.plugins")
    sys.path[:0] = places
    try:
        assert ours("pos_terminal.plugins") == before
    finally:
        for place in places:
            sys.path.remove(place)
