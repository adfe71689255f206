"""Whose the state directory is: a command that root runs first becomes that user.

What root wrote there, the till could not read: nobody would sign on, and no event be recorded. And
who owns the directory may lay a link in it, which root would follow to any file of the machine.
"""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.journal import state_directory
from pos_terminal.journal.errors import JournalError

USER = "pos"
"""The till's user, as image/usr/lib/sysusers.d makes it."""

ROOT = 0
OURS_NOT = frozenset({"lost+found"})
"""What a file system keeps for itself at its top."""


def become(directory: Path, *, make: bool = False) -> None:
    """Go on as the owner of the state directory, for good. Nothing where it is one's own.

    With `make` a directory that is missing is made; by root for the user `pos`, where there is one.
    JournalError where it cannot be made (J-135), where it is somebody else's and this is not root
    (J-131), or where root finds a link or another's file in it, or anybody a pipe or a device
    (J-132): whoever read it would wait for ever, or have it fill his memory. Call it before a
    thread is started or a file opened there, and after the files that the caller named were opened.
    """
    if make:
        _make(directory)
    try:
        found = directory.stat()
    except FileNotFoundError:
        return
    except PermissionError as error:
        raise JournalError(faults.STATE_OWNED, str(error)) from error
    if os.geteuid() not in (found.st_uid, ROOT):
        raise JournalError(faults.STATE_OWNED, f"{directory}: {_name(found.st_uid)}")
    for path in _endless(directory):
        raise JournalError(faults.STATE_SPOILT, str(path))
    if found.st_uid == os.geteuid():
        return
    for path in _foreign(directory, found.st_uid):
        raise JournalError(faults.STATE_SPOILT, str(path))
    _change(found.st_uid, found.st_gid)


def must_change(directory: Path) -> bool:
    """Whether `become` will make another user of this process."""
    if os.geteuid() != ROOT:
        return False
    try:
        return directory.stat().st_uid != ROOT
    except FileNotFoundError:
        return _till_user() is not None


def _till_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(USER)
    except KeyError:
        return None


def _make(directory: Path) -> None:
    if os.geteuid() != ROOT or directory.exists() or (till := _till_user()) is None:
        return
    state_directory.make(directory)
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchown(fd, till.pw_uid, till.pw_gid)
    finally:
        os.close(fd)


def _foreign(directory: Path, owner: int) -> Iterator[Path]:
    """What lies there, or in a folder there, and is a link or not the owner's."""
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        if entry.name in OURS_NOT:
            continue
        if entry.is_symlink() or entry.stat(follow_symlinks=False).st_uid != owner:
            yield Path(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            yield from _foreign(Path(entry.path), owner)


def _endless(directory: Path) -> Iterator[Path]:
    """What lies there, or in a folder there, and is or leads to a pipe or a device."""
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in OURS_NOT:
                yield from _endless(Path(entry.path))
        elif not entry.is_file():
            path = Path(entry.path)  # of what a link leads to, too; one that leads nowhere is none
            if path.is_fifo() or path.is_char_device() or path.is_block_device():
                yield path


def _change(uid: int, gid: int) -> None:
    """Groups first, the user last: who is not root any more may change none of them."""
    try:
        user = pwd.getpwuid(uid)
    except KeyError:
        groups = [gid]
    else:
        gid = user.pw_gid
        groups = os.getgrouplist(user.pw_name, gid)
    os.setgroups(groups)
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    os.umask(0o077)
    # Python loads modules when they are first needed: a program in root's home would end midway.
    for part in (os.__file__, __file__):
        if not os.access(part, os.R_OK):
            raise JournalError(faults.PROGRAM_SHUT, part)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
