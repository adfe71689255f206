"""Files that are overwritten where they lie, for a file system on which a rename may lose both.

FAT has a name's old place and its new one in sectors of their own, and a power cut comes between.
Bytes that are put over as many others change none of its tables.
"""

import os
from pathlib import Path

from pos_terminal.storage.files import write_durably


def overwrite(path: Path, content: bytes) -> None:
    """Put the content in place of as much that is there, durably. OSError where the disk refuses.

    A file that is not there, or of another length (somebody changed it with a computer of his own)
    is made anew.
    """
    if not path.exists() or path.stat().st_size != len(content):
        write_durably(path, content)
        return
    fd = os.open(path, os.O_WRONLY | os.O_DSYNC | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        written = os.pwrite(fd, content, 0)
    finally:
        os.close(fd)
    if written != len(content):
        raise OSError(f"{path}: {written} of {len(content)} bytes written")
