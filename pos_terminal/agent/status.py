"""How the agent tells `pos-terminal plugins` what runs in it: a file, and a lock while it lives.

The file is written whenever something changed. The lock ends with the process that holds it, so
nobody takes the last words of a dead agent for the state of a living one.
"""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

STATE = Path("/var/lib/pos-terminal-agent")
"""The agent's directory unless it is told another."""

RUNTIME = Path("/run/pos-terminal-agent")
"""The unit's RuntimeDirectory=: in memory, so that a card is not worn out by news."""

FILE = "status.json"
LOCK = "status.lock"


class ServiceStatus(Struct, frozen=True, kw_only=True):
    """A service, or a plug-in that has none: enabled, disabled or stopped as other plug-ins, or as
    a task: running, pausing, hung. Moments are µs UTC.
    """

    plugin: str
    version: str
    service: str
    status: str
    why: str
    since: int
    restarts: int = 0


class AgentStatus(Struct, frozen=True, kw_only=True):
    """The agent as a whole."""

    version: str
    pid: int
    since: int
    till: str
    till_since: int
    till_detail: str
    memory: int
    incidents: int
    services: list[ServiceStatus]


class StatusTeller:
    """Tells the agent's status for as long as it is held. OSError where the folder refuses it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._told = b""
        # Before the lock: it vouches for the file, and what lies there are a dead agent's words.
        self._path.unlink(missing_ok=True)
        self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)  # a reader has it for an instant at most

    def tell(self, status: AgentStatus) -> None:
        """Replace what is told."""
        encoded = msgspec.json.encode(status)
        if encoded == self._told:
            return
        fresh = self._path.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(encoded)
        fresh.replace(self._path)
        self._told = encoded

    def close(self) -> None:
        """Say no more: from here on nobody is there."""
        os.close(self._lock)


def folder_of(state: Path, environ: Mapping[str, str]) -> Path:
    """Where an agent with that state tells its status: in the unit's runtime directory, if any."""
    for given in map(Path, filter(None, environ.get("RUNTIME_DIRECTORY", "").split(":"))):
        if given.name == RUNTIME.name:
            return given
    return state


def read(folder: Path) -> AgentStatus | None:
    """What the agent there tells; None where none lives, or one that has not said a word yet.

    PermissionError for whoever may not know; OSError, ValueError where it cannot be read.
    """
    try:
        lock = os.open(folder / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        pass
    finally:
        os.close(lock)
    try:
        told = (folder / FILE).read_bytes()
    except FileNotFoundError:
        return None
    return msgspec.json.decode(told, type=AgentStatus)
