"""A till's box in QEMU: its keys, display, printer and scale, and a way in for the technician."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shlex import quote

from image.initrd import build
from pos_driver_sim.display import DisplayEnd
from pos_driver_sim.printer import PrinterEnd
from pos_driver_sim.scale import ScaleEnd
from tests.qemu.machine import PATIENCE, Machine, booted
from tests.systemd import disk

Shell = tuple[asyncio.StreamReader, asyncio.StreamWriter]
MODULES = ("virtio_pci", "virtio_blk", "ext4", "crc32c_generic")
ENTER_DISK = """\
mount -t ext4 /dev/vda /system
for each in dev proc sys; do mount --move /$each /system/$each; done
exec switch_root /system /sbin/init
"""
KEYPAD = {"driver": "usb-kbd", "id": "keypad", "bus": "usb.0"}
ADAPTER = {
    "driver": "usb-serial", "id": "adapter", "bus": "usb.0", "chardev": "scale", "serial": "SCALE",
}  # fmt: skip


class Box:
    """What stands on the counter, and `sh` for the technician."""

    def __init__(
        self,
        machine: Machine,
        shell: Shell,
        display: DisplayEnd,
        printer: PrinterEnd,
        scale: ScaleEnd,
    ) -> None:
        self.machine = machine
        self._from_box, self._to_box = shell
        self.display = display
        self.printer = printer
        self.scale = scale

    async def sh(self, script: str, user: str = "root", folder: str = "/") -> str:
        """What commands print; AssertionError with all of it when one fails."""
        command = f"cd {folder} && bash -ec {quote(script)}"
        if user != "root":
            command = f"runuser -u {user} -- env HOME=/home/{user} bash -c {quote(command)}"
        told = f"( {command} ) </dev/null 2>&1; printf '\\036%d\\036' $?\n"
        self._to_box.write(told.encode())
        async with asyncio.timeout(PATIENCE):
            printed = (await self._from_box.readuntil(b"\x1e"))[:-1].decode(errors="replace")
            status = int((await self._from_box.readuntil(b"\x1e"))[:-1])
        assert status == 0, f"exit {status} of: {script}\n{printed}"
        return printed.strip()

    async def technician(self, script: str) -> str:
        """Type commands in the clone, as the one who installs the box."""
        return await self.sh(script, disk.TECHNICIAN, f"/{disk.HOME}/pos-terminal")

    async def keys(self, text: str) -> None:
        """Press keys by their functions: «3 x 1 PLU»."""
        await self.machine.keys(text)

    async def shows(self, *texts: str) -> None:
        """Wait until all of these stand on the display."""
        await self.display.shows(*texts, within=PATIENCE)

    async def unit(self, name: str) -> str:
        """What systemd says of the till's unit."""
        return await self.sh(f"systemctl show --value -p {name} pos-terminal")

    async def weighs(self, *texts: str) -> None:
        """Sell by weight, trying again until the till has found its scale."""
        for _ in range(20):
            await self.keys("4 PLU")
            try:
                await self.display.shows(*texts, within=10)
            except TimeoutError:
                await self.keys("C")
            else:
                return
        raise AssertionError(f"never weighed: {self.display.screen}")

    async def until(self, script: str, wanted: Callable[[str], bool]) -> str:
        """What a command prints, once that is what is wanted."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(printed := await self.sh(script)):
                await asyncio.sleep(0.5)
        return printed


@asynccontextmanager
async def standing(kernel: Path, busybox: Path, folder: Path, port: int) -> AsyncIterator[Box]:
    """The box, switched on, with its far ends; `folder` holds its disks, root and journal."""
    initrd = folder / "initrd"
    initrd.write_bytes(build(kernel, busybox, MODULES, ENTER_DISK))
    image = next((kernel / "boot").glob("vmlinuz-*"))
    display, scale = DisplayEnd(folder / "display"), ScaleEnd(folder / "scale")
    async with (
        display,
        scale,
        PrinterEnd(port=port) as printer,
        booted(folder, "-kernel", image, "-initrd", initrd, *_machine(folder)) as machine,
        _way_in(folder / "way-in") as shell,
        asyncio.TaskGroup() as group,
    ):
        console = group.create_task(_listen(machine))
        box = Box(machine, shell, display, printer, scale)
        await box.sh("systemctl is-system-running --wait || true")
        yield box
        console.cancel()


def _machine(folder: Path) -> list[str]:
    """QEMU's options: two disks, a network that ends at the host, and the wires to the far ends."""
    console = "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off systemd.getty_auto=0"
    disk = f"file={folder}/%s,format=raw,if=virtio,cache=unsafe"
    keypad = ",".join(f"{key}={value}" for key, value in KEYPAD.items())
    return [
        "-m", "1024", "-smp", "2", "-append", console,
        "-drive", disk % "root", "-drive", disk % "journal", "-device", "virtio-rng-pci",
        "-netdev", "user,id=net,ipv6=off", "-device", "virtio-net-pci,netdev=net",
        "-chardev", f"socket,id=way-in,path={folder}/way-in,server=on,wait=off",
        "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=way-in,name=way-in",
        "-chardev", f"serial,id=display,path={folder}/display",
        "-device", "isa-serial,chardev=display",
        "-device", "qemu-xhci,id=usb", "-device", keypad,
        "-chardev", f"serial,id=scale,path={folder}/scale",
    ]  # fmt: skip


@asynccontextmanager
async def _way_in(socket: Path) -> AsyncIterator[Shell]:
    shell = await asyncio.open_unix_connection(socket)
    try:
        yield shell
    finally:
        shell[1].close()
        await shell[1].wait_closed()


async def _listen(machine: Machine) -> None:
    """Read what the console says, or the machine would wait with the rest of it."""
    async for _ in machine.lines():
        pass
