"""Files that are, after a power cut too, either as they were or whole."""

import os
from pathlib import Path

NEW = ".new"
"""What a file's name ends with until it is whole; a power cut may leave one behind."""


def write_durably(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file that is, after a power cut too, either absent (or as before) or whole.

    `mode` is what it has from the first byte on, less the process's umask.
    """
    temporary = path.with_name(path.name + NEW)
    temporary.unlink(missing_ok=True)  # one that a cut left behind keeps the mode it had
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(content)
            file.flush()
            # Content before name: a rename that reaches the disk first leaves an empty file after
            # a cut.
            os.fsync(file.fileno())
        # In one step: whoever opens the name finds the old content or the new.
        temporary.replace(path)
    except OSError:
        # What a full disk took of it is given back: under a name of its own it would stay.
        temporary.unlink(missing_ok=True)
        raise
    # The name is durable only with its directory (fsync(2)).
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable."""
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
