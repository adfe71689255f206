"""What lies in a folder to be installed: taken over, checked, and only then believed.

The folder is the agent's, or a stick's: whoever owns it may change each file at any time. So all is
copied first, and what is judged, and installed, is the copy that root alone can write.
"""

import hashlib
import os
import stat
import subprocess
from pathlib import Path

from pos_terminal.domain import faults
from pos_terminal.domain.faults import Failure
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.update.release import ENDING, LARGEST, MANIFEST, SIGNATURE, Manifest, parse

BUNDLE = "bundle"
"""The copy of the bundle, whatever it was called."""

CHUNK = 1 << 20
CHECKING = 30
"""Seconds that a signature may take to be checked."""


def verified(folder: Path, own: Path, keyring: Path) -> Manifest:
    """The manifest that lies there, once it is known whose it is. Failure (B-171), OSError.

    Of the certificate no time is checked: a box without a battery may not know the day yet, and
    an old manifest is found out by its own date.
    """
    for name in (MANIFEST, SIGNATURE):
        _copy(folder / name, own / name, LARGEST)
    # The box's own keyring and no other: whoever may certify web servers may not sign releases.
    command = [
        "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(own / SIGNATURE),
        "-content", str(own / MANIFEST), "-CAfile", str(keyring), "-no-CApath", "-no-CAstore",
        "-purpose", "any", "-no_check_time", "-out", "/dev/null",
    ]  # fmt: skip
    try:
        checked = subprocess.run(
            command, capture_output=True, text=True, timeout=CHECKING, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise Failure(faults.UPDATE_SIGNATURE, str(error)) from error
    if checked.returncode:
        raise Failure(faults.UPDATE_SIGNATURE, checked.stderr.strip()[-200:])
    return parse((own / MANIFEST).read_bytes())


def seen(folder: Path, own: Path) -> str:
    """What stands for the manifest and the signature that lie there, whoever made them, and for the
    coming of the bundle: one that came broken may come again. Empty: there is no manifest. Failure.
    """
    if not os.path.lexists(folder / MANIFEST):
        return ""
    found = [_copy(folder / name, own / name, LARGEST)[1] for name in (MANIFEST, SIGNATURE)]
    # Nobody reads hundreds of megabytes every ten minutes, only to find them as broken as before.
    bundles = sorted(folder.glob(f"*{ENDING}"))
    found += [f"{each.name} {each.lstat().st_mtime_ns}" for each in bundles]
    return hashlib.sha256("".join(found).encode()).hexdigest()


def bundle(folder: Path, own: Path, manifest: Manifest) -> Path:
    """The box's own copy of the bundle, byte for byte what was signed. Failure (B-174), OSError."""
    to = own / BUNDLE
    length, digest = _copy(folder / manifest.bundle, to, manifest.size)
    if (length, digest) != (manifest.size, manifest.sha256):
        to.unlink()
        raise Failure(faults.UPDATE_DAMAGED, f"{manifest.bundle}: {length} bytes, {digest}")
    return to


def _copy(source: Path, to: Path, most: int) -> tuple[int, str]:
    """Copy a plain file, `most` bytes of it and one more; how many those were, their SHA-256."""
    # Neither a link, which could name any file of root's, nor a pipe, which would never end.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        fd = os.open(source, flags)
    except OSError as error:
        raise Failure(faults.UPDATE_DAMAGED, about(error, source)) from error
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            detail = say("{path} n'est pas un fichier ordinaire", path=source)
            raise Failure(faults.UPDATE_DAMAGED, detail)
        digest, left = hashlib.sha256(), most + 1
        to.unlink(missing_ok=True)
        try:
            with to.open("xb") as copy:
                while left and (chunk := file.read(min(CHUNK, left))):
                    digest.update(chunk)
                    copy.write(chunk)
                    left -= len(chunk)
        except OSError:
            # What a full disk took of it is given back: the till's journal lies on the same one.
            to.unlink(missing_ok=True)
            raise
    return most + 1 - left, digest.hexdigest()
