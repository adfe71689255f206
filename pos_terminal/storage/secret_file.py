"""A key in a file of its own: so many bytes of chance, made once, for this user alone."""

import os
from pathlib import Path

from pos_terminal.storage.files import sync_directory, write_durably


class SecretError(Exception):
    """The key cannot be used; `exposed` where others could read it."""

    def __init__(self, detail: str, *, exposed: bool = False) -> None:
        super().__init__(detail)
        self.exposed = exposed


def read(path: Path, size: int) -> bytes:
    """The key of `size` bytes. SecretError where it is missing, damaged, or open to others."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise SecretError(f"{path} is missing" if missing else f"{path}: {error}") from error
    with os.fdopen(fd, "rb") as file:
        mode = os.fstat(fd).st_mode & 0o777
        key = file.read(size + 1)
    # Refused, not mended: who could read it may have read it.
    if mode & 0o077:
        raise SecretError(f"{path} has mode {mode:o}, and needs 600", exposed=True)
    if len(key) != size:
        raise SecretError(f"{path} holds {len(key)} bytes, and needs {size}")
    return key


def make(path: Path, size: int) -> bytes:
    """A new key of `size` bytes, durable on return. OSError where the disk does not take it.

    The caller sees to it that no two make one at a time.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    # The folder's name first, the key's own in write_durably: both must outlive a cut.
    sync_directory(path.parent.parent)
    key = os.urandom(size)
    write_durably(path, key, mode=0o600)
    return key
