"""The socket is for the group that the agent's user is in, and for nobody else beside its owner."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pos_terminal.channel.socket_address import NAME, RUNTIME
from tests.needs import need

GROUP, MEMBER = 61_235, 61_236

LISTEN = """
import os, sys
from pathlib import Path
from pos_terminal.channel.socket_address import is_live, listen
path = Path(sys.argv[1])
server = listen(path, 8)
for groups in ([int(sys.argv[2])], []):
    child = os.fork()
    if child == 0:
        os.setgroups(groups)
        os.setresgid(int(sys.argv[3]), int(sys.argv[3]), int(sys.argv[3]))
        os.setresuid(int(sys.argv[3]), int(sys.argv[3]), int(sys.argv[3]))
        os._exit(0 if is_live(path) else 7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody can pass through, as pytest's own is not."""
    need(os.geteuid() == 0, "root", "sudo make test")
    with tempfile.TemporaryDirectory(prefix="pos-group-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_a_member_gets_in_and_a_stranger_does_not(folder: Path) -> None:
    """With a group of that name, in an /etc/group that this process alone sees."""
    groups, socket = folder / "group", folder / RUNTIME.name / NAME
    groups.write_text(f"root:x:0:\npos-link:x:{GROUP}:\n")
    script = 'mount --bind "$1" /etc/group && shift && exec "$@"'
    call = ["unshare", "--mount", "sh", "-c", script, "sh", str(groups)]
    program = [sys.executable, "-c", LISTEN, str(socket), str(GROUP), str(MEMBER)]
    done = subprocess.run([*call, *program], capture_output=True, text=True, check=True)
    made = socket.stat()
    assert (made.st_gid, stat.S_IMODE(made.st_mode)) == (GROUP, 0o660)
    assert done.stdout.split() == ["0", "7"], done.stderr
