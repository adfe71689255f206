"""A journal of eight weeks, its keys changed in the middle, and an archive of it."""

from pathlib import Path

import pytest

from pos_terminal.archive.make import ArchiveMade, make
from pos_terminal.journal.keyring import software
from tests.conftest import run
from tests.support.season import Files, lived, unpacked


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory; not to be changed."""
    directory = tmp_path_factory.mktemp("season")
    run(lived(directory, (28, 28), tickets=4))
    return directory


@pytest.fixture(scope="session")
def made(season: Path, tmp_path_factory: pytest.TempPathFactory) -> ArchiveMade:
    """An archive of all of it, signed; not to be changed."""
    [key] = (season / "keys").glob("*.pem")
    out = tmp_path_factory.mktemp("made") / "archive.zip"
    return make(season, out, sign=software(season, key.stem).close)


@pytest.fixture
def files(made: ArchiveMade) -> Files:
    """The archive's files, to be forged."""
    return unpacked(made.path)
