"""Where the till's socket is: the one answer for till, commands and agent."""

import grp
import logging
import os
import socket
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

STATE = Path("/var/lib/pos-terminal")
"""The state directory of a till that was told no other."""

RUNTIME = Path("/run/pos-terminal")
"""The unit's RuntimeDirectory=."""

NAME = "till"
GROUP = "pos-link"
"""Who may speak with the till beside its own user: the agent's user is in it, and in no other."""

LONGEST = 107
"""Bytes of a socket's path: sockaddr_un holds 108 with its NUL (unix(7))."""


class Taken(OSError):
    """A till listens there already, and goes on."""


def socket_path(state: Path, environ: Mapping[str, str]) -> Path:
    """The socket of the till whose state is in that directory.

    That is in the unit's runtime directory, wherever systemd has put it, or in the state itself
    where the till has a state of its own. The agent's unit has a runtime directory of another name.
    """
    for given in map(Path, filter(None, environ.get("RUNTIME_DIRECTORY", "").split(":"))):
        if given.name == RUNTIME.name:
            return given / NAME
    return RUNTIME / NAME if state.absolute() == STATE else state.absolute() / NAME


@contextmanager
def address(path: Path) -> Iterator[str]:
    """What to bind or connect to for that path, however long it is."""
    if len(os.fsencode(path)) <= LONGEST:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def listen(path: Path, waiting: int) -> socket.socket:
    """A socket at `path` for this user, and for GROUP in the unit's runtime directory.

    One that a killed till has left is replaced.

    Taken where a live one listens, OSError where it cannot be made. It is given its rights before
    it has its name, so that nobody meets it without them.
    """
    path.parent.mkdir(mode=0o755, exist_ok=True)
    if is_live(path):
        raise Taken(f"another till listens on {path}")
    fresh = path.with_name(f"{NAME}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        with address(fresh) as given:
            server.bind(given)
        fresh.chmod(stat.S_IRUSR | stat.S_IWUSR)
        if path.parent.name == RUNTIME.name:
            _allow(fresh)
        server.listen(waiting)
        fresh.replace(path)
    except OSError:
        server.close()
        fresh.unlink(missing_ok=True)
        raise
    return server


def is_live(path: Path) -> bool:
    """Whether somebody listens there: an old name alone refuses the connection."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
        try:
            with address(path) as given:
                probe.connect(given)
        except BlockingIOError:  # so many wait to be taken in that there is no room
            return True
        except OSError:
            return False
        return True


def leave(path: Path, made: os.stat_result) -> None:
    """Take the name away, unless another till has put its own there."""
    try:
        if os.path.samestat(path.lstat(), made):
            path.unlink()
    except FileNotFoundError:
        return


def _allow(path: Path) -> None:
    """Mode 0660 and GROUP, unless there is no such group, or it is not this user's."""
    try:
        group = grp.getgrnam(GROUP).gr_gid
        if path.stat().st_gid != group:  # the agent's unit lets it call no chown
            os.chown(path, -1, group)
    except KeyError:  # nobody has installed an agent here
        return
    except PermissionError as error:
        log.warning("the socket is not for the group %s, so no agent gets in: %s", GROUP, error)
        return
    path.chmod(0o660)
