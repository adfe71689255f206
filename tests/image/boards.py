"""The machines that an image is tried in: QEMU's PC, which GRUB starts, and its arm64 board.

That board has no loader: what a Raspberry Pi's firmware does is done here, by the same files. It is
told by autoboot.txt from which partition to start, by config.txt what lies there, and says in the
device tree where it has started from.
"""

import configparser
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from image import disk
from tests.needs import need
from tests.qemu.machine import QEMU

ROOT = Path(__file__).parents[2]
FIRMWARE = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")
VARIABLES = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")


@dataclass(frozen=True)
class Board:
    """One of them, by Debian's name of its architecture: QEMU's program, the image, where the till
    finds its devices, which serial line leads in, and how a card is started there.
    """

    architecture: str
    qemu: str
    needs: dict[str, str]
    """What has to be there to start one, each a program or a file, and its package of Debian's."""
    image: Path
    keypad: str
    display: str
    way_in: str
    starts: Callable[[Path, Path], list[str]]
    """QEMU's options for a card; a folder has the wires."""

    def must_be_there(self) -> None:
        """Skip the test where there is no such machine, or no image."""
        for each, package in self.needs.items():
            found = Path(each).exists() or shutil.which(each) is not None
            need(found, each, f"apt-get install {package}")
        how = f"sudo make image ARGS={self.architecture}"
        need(self.image.exists(), "an image", how)


def read(card: Path, partition: int, name: str) -> bytes:
    """A file of one of a card's FAT partitions."""
    where = f"{card}@@{disk.offset(partition)}"
    command = ["mtype", "-i", where, f"::/{name}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def _common(card: Path, folder: Path) -> list[str]:
    """What both have: a disk, a network, a watchdog, USB with the keypad and the scale."""
    return [
        "-m", "1024", "-icount", "shift=0",
        "-drive", f"file={card},format=raw,if=none,id=card,cache=writeback",
        "-device", "virtio-blk-pci,drive=card",
        "-netdev", "user,id=net,ipv6=off", "-device", "virtio-net-pci,netdev=net,romfile=",
        # A guest that a busy machine keeps waiting hangs no more than its host does.
        "-device", "virtio-rng-pci", "-device", "i6300esb", "-action", "watchdog=none",
        "-device", "qemu-xhci,id=usb,addr=0x10", "-device", "usb-kbd,id=keypad,bus=usb.0,port=1",
        "-chardev", f"serial,id=scale,path={folder}/scale",
        "-device", "usb-serial,id=adapter,bus=usb.0,port=2,chardev=scale,serial=SCALE",
        "-chardev", f"serial,id=display,path={folder}/display",
        "-chardev", f"socket,id=way-in,path={folder}/way-in,server=on,wait=off",
    ]  # fmt: skip


def _pc(card: Path, folder: Path) -> list[str]:
    shutil.copy(VARIABLES, folder / "variables")
    firmware = "if=pflash,format=raw,file="
    return [
        "-M", "q35", "-cpu", "max", "-action", "reboot=reset",
        "-drive", f"{firmware}{FIRMWARE},readonly=on", "-drive", f"{firmware}{folder}/variables",
        *_common(card, folder),
        "-device", "isa-serial,chardev=display", "-device", "isa-serial,chardev=way-in",
    ]  # fmt: skip


def _virt(card: Path, folder: Path) -> list[str]:
    """A start, as a Raspberry Pi's firmware does it; a guest that starts anew ends QEMU."""
    told = configparser.ConfigParser()
    told.read_string(read(card, 1, "autoboot.txt").decode())
    partition = int(told["all"]["boot_partition"])
    # config.txt has a line that is no pair: «initramfs FILE followkernel».
    words = dict(
        line.replace("=", " ").split()[:2]
        for line in read(card, partition, "config.txt").decode().splitlines()
    )
    for name in ("kernel", "initramfs"):
        (folder / name).write_bytes(read(card, partition, words[name]))
    machine = ["-M", "virt,gic-version=3", "-cpu", "cortex-a72", *_common(card, folder),
               "-device", "usb-serial,bus=usb.0,port=3,chardev=display,serial=DISPLAY",
               "-device", "pci-serial,chardev=way-in"]  # fmt: skip
    tree = folder / "tree"
    small = ["-M", f"virt,gic-version=3,dumpdtb={tree}", "-cpu", "cortex-a72", "-m", "1024"]
    chosen = ["/chosen/bootloader", "partition", str(partition)]
    for command in (
        [ARM, *small, "-nodefaults", "-display", "none"],
        ["fdtput", "-c", str(tree), chosen[0]],
        ["fdtput", "-t", "i", str(tree), *chosen],
    ):
        subprocess.run(command, capture_output=True, check=True)
    return [
        *machine, "-kernel", f"{folder}/kernel", "-initrd", f"{folder}/initramfs",
        "-append", read(card, partition, "cmdline.txt").decode().strip(), "-dtb", str(tree),
    ]  # fmt: skip


ARM = "qemu-system-aarch64"
BUILT = ROOT / "build/image"

PC = Board(
    "amd64",
    QEMU,
    {QEMU: "qemu-system-x86", str(FIRMWARE): "ovmf"},
    BUILT / "pos-terminal-amd64.img",
    "/dev/input/by-path/pci-0000:00:10.0-usb-0:1:1.0-event-kbd",
    "/dev/ttyS1",
    "ttyS2",
    _pc,
)
VIRT = Board(
    "arm64",
    ARM,
    {ARM: "qemu-system-arm", "fdtput": "device-tree-compiler"},
    BUILT / "arm64/pos-terminal-arm64.img",
    "/dev/input/by-path/platform-4010000000.pcie-pci-0000:00:10.0-usb-0:1:1.0-event-kbd",
    "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_DISPLAY-if00-port0",
    "ttyS0",
    _virt,
)
