"""A card with the image on it in a QEMU machine: what stands on the counter, and nothing inside."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from image import disk
from pos_driver_sim.display import DisplayEnd
from pos_driver_sim.printer import PrinterEnd
from pos_driver_sim.scale import ScaleEnd
from tests.image.boards import Board, read
from tests.qemu.machine import PATIENCE, Machine, booted

WAY_IN = "systemd.debug_shell systemd.default_debug_tty=ttyS2"
"""What a kernel is told to have a shell on the third serial line."""


class Card:
    """The image's file, written to as by a technician's computer: from outside, powered off."""

    def __init__(self, board: Board, place: Path, *, mib: int) -> None:
        self.board = board
        subprocess.run(["cp", "--sparse=always", board.image, place], check=True)
        with place.open("r+b") as file:
            file.truncate(mib * disk.MIB)
        self.path = place

    def write(self, name: str, text: str) -> None:
        """Put a file on the first partition."""
        given = self.path.with_name(name)
        given.write_text(text)
        where = f"{self.path}@@{disk.offset(1)}"
        subprocess.run(["mcopy", "-o", "-i", where, given, f"::/{name}"], check=True)

    def read(self, name: str) -> str:
        """A file of the first partition."""
        return read(self.path, 1, name).decode()

    def wipe(self, number: int, mib: int = 8) -> None:
        """Lose the beginning of a partition, as a card does that dies."""
        with self.path.open("r+b") as card:
            card.seek(disk.offset(number))
            card.write(bytes(mib * disk.MIB))

    def begins(self, number: int, after: int = 0) -> bytes:
        """Some bytes of a partition, `after` so many MiB; also while the box runs."""
        with self.path.open("rb") as card:
            card.seek(disk.offset(number) + after * disk.MIB)
            return card.read(disk.SECTOR)

    def data(self, folder: Path) -> Path:
        """The data partition's files, as they are found after a power cut; their folder."""
        table = subprocess.run(
            ["sfdisk", "--dump", self.path], capture_output=True, text=True, check=True
        ).stdout
        last = table.splitlines()[-1].partition(":")[2]
        start, size = (int(each.split("=")[1]) for each in last.split(",")[:2])
        own = folder / "data.ext4"
        with self.path.open("rb") as card, own.open("wb") as copy:
            card.seek(start * disk.SECTOR)
            for _ in range(0, size * disk.SECTOR, disk.MIB):
                copy.write(card.read(disk.MIB))
        # Its journal is replayed, as at the next start; 1: something was put right.
        checked = subprocess.run(["e2fsck", "-fy", own], capture_output=True, check=False)
        assert checked.returncode in (0, 1), checked.stdout.decode()
        out = folder / "files"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        subprocess.run(["debugfs", "-R", f"rdump / {out}", own], capture_output=True, check=True)
        own.unlink()
        # Read here by whoever runs the tests, and not as the box's own user.
        for path in (out, *out.rglob("*")):
            os.chown(path, os.getuid(), os.getgid())
        return out


class Shell:
    """Root's, on a serial line: of a box whose kernel is told WAY_IN, which no image's is."""

    def __init__(self, wire: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        self._from_box, self._to_box = wire

    async def begins(self) -> None:
        """Wait until the box has started, or has started again."""
        async with asyncio.timeout(2 * PATIENCE):
            await self._from_box.readuntil(b"# ")
            # A shell that neither repeats what is typed, nor asks for more.
            self._to_box.write(b"exec sh\n")
            await self._from_box.readuntil(b"# ")
            self._to_box.write(b"stty -echo; PS1=; printf '\\036'\n")
            await self._from_box.readuntil(b"\x1e")

    async def sh(self, script: str) -> str:
        """What a command prints, whatever becomes of it."""
        self._to_box.write(f"( {script} ) </dev/null 2>&1; printf '\\036'\n".encode())
        async with asyncio.timeout(PATIENCE):
            printed = await self._from_box.readuntil(b"\x1e")
        return printed[:-1].decode(errors="replace").replace("\r\n", "\n")

    async def until(self, script: str, *texts: str) -> str:
        """What a command prints, once all of these stand there."""
        printed = ""
        try:
            async with asyncio.timeout(2 * PATIENCE):
                while not all(text in printed for text in texts):
                    printed = await self.sh(f"sleep 5; {script}")
        except TimeoutError:
            raise TimeoutError(f"not {texts}, but {printed}") from None
        return printed


class Counter:
    """What the clerk has before her, and a way in for whoever tests."""

    def __init__(
        self,
        machine: Machine,
        shell: Shell,
        display: DisplayEnd,
        printer: PrinterEnd,
        scale: ScaleEnd,
    ) -> None:
        self.machine = machine
        self.shell = shell
        self.display = display
        self.printer = printer
        self.scale = scale

    async def keys(self, text: str) -> None:
        """Press keys by their functions: «1 PLU»."""
        await self.machine.keys(text)

    async def shows(self, *texts: str) -> None:
        """Wait until all of these stand on the display. TimeoutError with what stands there."""
        await self.display.shows(*texts, within=PATIENCE)


@asynccontextmanager
async def switched_on(card: Card, folder: Path, port: int) -> AsyncIterator[Counter]:
    """The box from power on to a power cut; `folder` has the wires."""
    display, scale = DisplayEnd(folder / "display"), ScaleEnd(folder / "scale")
    async with (
        display,
        scale,
        PrinterEnd(port=port) as printer,
        booted(folder, *card.board.starts(card.path, folder), qemu=card.board.qemu) as machine,
        asyncio.TaskGroup() as group,
    ):
        console = group.create_task(_listen(machine))
        wire = await asyncio.open_unix_connection(folder / "way-in")
        yield Counter(machine, Shell(wire), display, printer, scale)
        wire[1].close()
        console.cancel()


async def _listen(machine: Machine) -> None:
    async for _ in machine.lines():
        pass
