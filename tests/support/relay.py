"""Debian's sshd as a relay on loopback, and stock ssh as a supporter, with keys of their own.

The relay's two users exist in a mount namespace of its own, and nowhere on the machine.
"""

import asyncio
import io
import os
import re
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from pos_terminal.__main__ import main
from pos_terminal.commands import support_relay
from pos_terminal.testing.running import PATIENCE
from tests.needs import need
from tests.support.house import ROOT
from tests.support.process import child

SSHD = "/usr/sbin/sshd"

TILL = ("1", "2")
"""Store and number of the tests' till."""

USERS = """\
mount -t tmpfs none /run && mkdir -m 755 /run/sshd /run/etc /run/work
mount -t overlay none -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/work /etc
sed -i '/^\\(pos\\|support\\):/d' /etc/passwd /etc/shadow /etc/group /etc/gshadow
{documented}
grep -q ^sshd: /etc/passwd || echo 'sshd:x:64003:64003::/run/sshd:/bin/false' >> /etc/passwd
exec {sshd} -D -e -f {config}
"""


def documented() -> str:
    """The users, by the very words with which the page has a fresh Debian make them."""
    page = ROOT / "docs" / "plugins" / "support.md"
    found = re.findall(r"^(useradd .*)$", page.read_text(), re.M)
    assert len(found) == 2, found
    return "\n".join(found)


def needs() -> None:
    """Skip where there is no OpenSSH, or nobody who may make a namespace."""
    need(Path(SSHD).exists(), "sshd", "apt install openssh-server")
    need(shutil.which("ssh") is not None, "ssh", "apt install openssh-client")
    need(os.geteuid() == 0, "a mount namespace", "running the tests as root")


def free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        port: int = link.getsockname()[1]
        return port


class Signing(TypedDict, total=False):
    """What may be other than usual of certificates."""

    seconds: int
    till: tuple[str, str]
    ca: Path


@dataclass
class Relay:
    """Its folder, port, and the authority beside it, whose key it never sees."""

    folder: Path
    port: int
    ca: Path
    terminal: Path
    key: Path
    process: asyncio.subprocess.Process | None = None

    async def stop(self) -> None:
        """End its sshd, and the connections that it has: its process namespace goes with it."""
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def linked(self) -> None:
        """Return once a terminal has had its port listen here."""
        (enrolled,) = support_relay.terminals(self.folder)
        listens = f"0100007F:{enrolled.port:04X} 00000000:0000 0A"
        async with asyncio.timeout(2 * PATIENCE):
            while listens not in Path("/proc/net/tcp").read_text():
                await asyncio.sleep(0.05)

    async def ran(self, *command: str) -> "Ran":
        """Any other command of a supporter's."""
        return await ran(*command)

    @property
    def settings(self) -> dict[str, object]:
        """The table [service.support] of the enrolled terminal."""
        (enrolled,) = support_relay.terminals(self.folder)
        return {
            "relay": "127.0.0.1", "relay_port": self.port, "listen": enrolled.port,
            "relay_key": short(self.folder / f"{support_relay.HOST_KEY}.pub"),
            "ca": short(self.folder / support_relay.CA),
        }  # fmt: skip

    def sign(
        self, code: str, *, who: str = "marie", seconds: int = 1800, till: tuple[str, str] = TILL,
        ca: Path | None = None,
    ) -> None:  # fmt: skip
        """Certificates for that code."""
        public = self.key.with_suffix(".pub")
        support_relay.sign(ca or self.ca, public, till, code, who=who, seconds=seconds)

    def config(self) -> Path:
        """The supporter's ssh_config."""
        written = self.key.with_name("ssh_config")
        words = ["--relay", str(self.folder), "--store", "1", "--terminal", "2", "--json"]
        to = ["--host", "127.0.0.1", "--port", str(self.port), "--key", str(self.key)]
        _done("connect", *words, *to, "--write", str(written))
        return written

    async def ssh(self, *words: str, options: tuple[str, ...] = (), send: bytes = b"") -> "Ran":
        """Run stock ssh to the terminal; what came of it."""
        return await ran(
            "ssh", "-F", str(self.config()), "-o", "LogLevel=ERROR", *options, "pos-1-2", *words,
            send=send,
        )  # fmt: skip


@dataclass
class Ran:
    status: int
    out: str
    err: str


async def ran(*command: str, send: bytes = b"") -> Ran:
    """A command, to its end."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(2 * PATIENCE):
            out, err = await process.communicate(send)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return Ran(process.returncode or 0, out.decode(), err.decode())


def short(path: Path) -> str:
    return " ".join(path.read_text().split()[:2])


@asynccontextmanager
async def made() -> AsyncIterator[Relay]:
    """An authority, a terminal's keys, a supporter's, and the relay's folder."""
    needs()
    with tempfile.TemporaryDirectory(prefix="relay-") as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)  # sshd reads who may log in as that user
        yield _made(folder)


def _made(folder: Path) -> Relay:
    ca, key = folder / "ca", folder / "supporter"
    for each in (ca, key):
        support_relay.new_key(each)
    port, relay, terminal = free_port(), folder / "relay", folder / "terminal"
    _done("keys", "--out", str(terminal), "--json")
    words = ["--ca", f"{ca}.pub", "--port", str(port), "--local", "--json"]
    _done("relay-init", "--out", str(relay), *words)
    till = ["--store", "1", "--terminal", "2"]
    public = [f"{terminal}/{name}.pub" for name in ("support-key", "support-host-key")]
    keys = ["--key", public[0], "--host-key", public[1], "--listen", str(free_port())]
    _done("enrol", "--relay", str(relay), *till, *keys, "--json")
    return Relay(relay, port, ca, terminal, key)


def _done(*words: str) -> None:
    with redirect_stdout(io.StringIO()):  # the bench has figures to print, and no more
        assert main(["support", *words]) == 0


@asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[None]:
    """While its sshd runs."""
    config = relay.folder / support_relay.CONFIG
    script = USERS.format(documented=documented(), sshd=SSHD, config=config)
    async with child(
        "unshare", "-m", "-p", "-f", "--kill-child", "sh", "-ec", script,
        stderr=asyncio.subprocess.DEVNULL,
    ) as process:
        relay.process = process
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", relay.port)
                except OSError:
                    assert process.returncode is None
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                break
        yield

