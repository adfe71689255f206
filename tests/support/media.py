"""Places on other media than a test's own folder, which may lie in memory or on a disk."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
DISKS = (Path("/var/tmp"), Path(__file__).parents[2])


@contextmanager
def on_another(medium: Path) -> Iterator[Path]:
    """A new folder on another medium than that one."""
    own = medium.stat().st_dev
    place = next(each for each in (MEMORY, *DISKS) if each.stat().st_dev != own)
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


@contextmanager
def on_disk() -> Iterator[Path]:
    """A new folder outside of /dev, which a test may cover with another."""
    with tempfile.TemporaryDirectory(dir=DISKS[0]) as folder:
        yield Path(folder)
