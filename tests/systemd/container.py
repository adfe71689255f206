"""A Debian of its own under systemd-nspawn: its PID 1 is a systemd, and its root is forgotten.

What has no kernel of its own is up within seconds. The far ends of a counter stand in it.
"""

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pos_driver_sim.bench import SimBench

PATIENCE = 120.0
"""Seconds for anything to happen, on a machine that does much else."""
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
STATE = "/var/lib/pos-terminal"


class Container:
    """A root shell in it, by the number of its first process."""

    def __init__(self, leader: int) -> None:
        self.leader = leader

    def inside(self, script: str, folder: str = "/") -> list[str]:
        """The command by which the machine around it runs commands in there."""
        enter = ["nsenter", f"--target={self.leader}", "--all", "--root", "--wd"]
        return [*enter, "bash", "-ec", f"cd {folder}\n{script}"]

    async def sh(self, script: str, folder: str = "/") -> str:
        """What commands print; AssertionError with all of it when one fails."""
        process = await asyncio.create_subprocess_exec(
            *self.inside(script, folder), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            printed = (await process.communicate())[0].decode(errors="replace")
        assert process.returncode == 0, f"exit {process.returncode} of: {script}\n{printed}"
        return printed.strip()

    async def until(self, script: str, wanted: Callable[[str], bool]) -> str:
        """What a command prints, once that is what is wanted."""
        printed = ""
        try:
            async with asyncio.timeout(PATIENCE):
                while not wanted(printed := await self.sh(f"{script} || true")):
                    await asyncio.sleep(0.2)
        except TimeoutError:
            log = await self.sh("journalctl --no-pager -n 60")
            raise AssertionError(f"{script}: {printed}\n{log}") from None
        return printed


@asynccontextmanager
async def standing(
    tree: Path, state: Path, shared: Path, bench: SimBench
) -> AsyncIterator[Container]:
    """Boot it. `state` is where the journal will lie, and stays; `shared` is /srv there.

    The bench's keypad and display stand below /dev/pos, its printer at the port that it has: the
    network is shared.
    """
    display = bench.display.settings["serial"]
    assert isinstance(display, dict)
    ends = {"keypad": str(bench.keyboard.settings["device"]), "display": display["port"]}
    for end in ends.values():
        Path(end).chmod(0o666)  # the groups that udev gives devices to have other numbers there
    options = [f"--bind={Path(end).resolve()}:/dev/pos/{name}" for name, end in ends.items()]
    options += [f"--bind={state}:{STATE}", f"--bind={shared}:/srv"]
    async with booted(tree, "caisse", *options) as container:
        yield container


@asynccontextmanager
async def booted(tree: Path, name: str, *options: str) -> AsyncIterator[Container]:
    """Boot a machine of that name, with more options of systemd-nspawn."""
    process = await asyncio.create_subprocess_exec(
        "systemd-nspawn", "--quiet", "--keep-unit", "--register=no", "--boot", "--console=pipe",
        "--volatile=overlay", f"--directory={tree}", f"--hostname={name}", *options,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    leader = 0
    try:
        leader = await _leader(process)
        container = Container(leader)
        await container.until("systemctl is-system-running", lambda said: said == "running")
        yield container
    finally:
        # Its own first process: without systemd-nspawn alone, all of it would go on for ever.
        with suppress(ProcessLookupError):
            os.kill(leader or process.pid, signal.SIGKILL)
        await process.communicate()


async def _leader(process: asyncio.subprocess.Process) -> int:
    """Its PID 1, once there is one: the one child of systemd-nspawn."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    async with asyncio.timeout(PATIENCE):
        while True:
            for child in children.read_text().split():
                with suppress(FileNotFoundError):  # one that is gone meanwhile
                    if Path(f"/proc/{child}/exe").readlink().name == "systemd":
                        return int(child)
            assert process.returncode is None, (await process.communicate())[0].decode()
            await asyncio.sleep(0.1)


def outside(state: Path, folder: Path) -> Path:
    """A copy of what the container left, owned by who looks at it."""
    shutil.copytree(state, folder, symlinks=True)
    return folder
