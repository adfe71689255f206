"""A secret that the settings name: a credential of the unit, or a file that nobody else can read.

It is read in the child that speaks with the machine; the till's own process never holds it.
"""

import os
import stat
from pathlib import Path

CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Where systemd puts what the unit's LoadCredential= names (systemd.exec(5))."""


class SecretError(ValueError):
    """There is none to be had: it says why, and nothing of a secret."""


def secret(name: str) -> str:
    """The secret, without the newline at its end. SecretError."""
    path = Path(name)
    if not path.is_absolute():
        folder = os.environ.get(CREDENTIALS)
        if not folder:
            raise SecretError(f"{name}: the unit has no LoadCredential={name}:...")
        path = Path(folder) / name
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) or (mode & 0o077 and Path(name).is_absolute()):
            raise SecretError(f"{name}: others than its owner can read it")
        text = path.read_text("utf-8").rstrip("\n")
    except (OSError, UnicodeError) as error:
        raise SecretError(f"{name}: {type(error).__name__}") from error
    if not text:
        raise SecretError(f"{name}: empty")
    return text
