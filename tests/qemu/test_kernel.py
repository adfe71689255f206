"""The drivers on a real kernel: input, USB serial and printer devices in a QEMU guest."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from image.initrd import build
from pos_driver_sim.scale import ScaleEnd
from tests.needs import need
from tests.qemu.machine import PATIENCE, QEMU, Machine, booted

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLACE = ROOT / ".venv-qemu"
BUSYBOX = Path("/bin/busybox")
MODULES = (
    "virtio_pci", "9p", "9pnet_virtio", "xhci_pci", "evdev", "usbhid", "hid_generic", "uinput",
    "pcspkr", "ftdi_sio", "usblp", "dummy_hcd", "libcomposite", "usb_f_printer",
    "usb_f_hid", "usb_storage", "sd_mod", "vfat", "nls_cp437", "nls_ascii", "exfat",
)  # fmt: skip
# The host's root is mounted read-only, so that the guest runs the very Python and the very drivers
# that the tests run.
ENTER_HOST = """\
mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /system
mount -t proc proc /system/proc
mount -t sysfs sys /system/sys
mount -t configfs config /system/sys/kernel/config
mount -t devtmpfs dev /system/dev
mkdir -p /system/dev/pts
mount -t devpts -o ptmxmode=666 pts /system/dev/pts
mount -t tmpfs run /system/run
chroot /system /usr/bin/env HOME=/run TMPDIR=/run PYTHONPATH={path} {python} -u {script}
echo "@end"
poweroff -f
"""
KEYBOARD = {"driver": "usb-kbd", "id": "keyboard", "bus": "usb.0"}
NAMES = re.findall(r"^@scenario\nasync def (\w+)", (HERE / "guest.py").read_text(), re.MULTILINE)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each scenario: «ok», or the console up to its failure."""
    need(shutil.which(QEMU) is not None, QEMU, "apt-get install qemu-system-x86")
    need(BUSYBOX.exists(), str(BUSYBOX), "apt-get install busybox-static")
    need(shutil.which("mkfs.exfat") is not None, "mkfs.exfat", "apt-get install exfatprogs")
    need(shutil.which("mformat") is not None, "mformat", "apt-get install mtools")
    need((PLACE / "ready").exists(), "a kernel for the guest", ".ci/kernel")
    return asyncio.run(boot(tmp_path_factory.mktemp("qemu")))


async def boot(folder: Path) -> dict[str, str]:
    kernel = next((PLACE / "boot").glob("vmlinuz-*"))
    initrd = folder / "initrd"
    path = ":".join(entry for entry in sys.path if Path(entry).is_relative_to(ROOT))
    enter = ENTER_HOST.format(python=sys.executable, script=HERE / "guest.py", path=path)
    initrd.write_bytes(build(PLACE, BUSYBOX, MODULES, enter))
    scale = ScaleEnd(folder / "scale")
    sticks = made_sticks(folder)
    async with asyncio.timeout(PATIENCE), scale, booted(
        folder, "-kernel", kernel, "-initrd", initrd, "-m", "768",
        "-device", "qemu-xhci,id=usb",
        "-append", "console=ttyS0 quiet loglevel=1 panic=-1 mitigations=off",
        "-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap",
        "-device", ",".join(f"{key}={value}" for key, value in KEYBOARD.items()),
        "-chardev", f"serial,id=line,path={folder / 'scale'}",
        "-device", "usb-serial,id=adapter,chardev=line,bus=usb.0",
        *sticks,
    ) as machine:
        return await serve(machine, scale)


def made_sticks(folder: Path) -> list[str]:
    """Sticks to be plugged in, by their file systems, as other hands make them."""
    options: list[str] = []
    for kind, make in (("vfat", ["mformat", "-i", "{}", "::"]), ("exfat", ["mkfs.exfat", "{}"])):
        place = folder / kind
        with place.open("wb") as file:
            file.truncate(32 << 20)
        subprocess.run([word.format(place) for word in make], capture_output=True, check=True)
        # Not a -drive, which goes with the device that had it.
        options += ["-blockdev", f"raw,node-name={kind},file.driver=file,file.filename={place}"]
    return options


async def serve(machine: Machine, scale: ScaleEnd) -> dict[str, str]:
    """Fulfil the guest's wishes until its end."""
    found: dict[str, str] = {}
    since = 0
    async for line in machine.lines():
        wish, _, what = line.partition(" ")
        match wish:
            case "@ok":
                found[what], since = "ok", len(machine.log)
            case "@failed" | "@fatal":
                found[what], since = "\n".join(machine.log[since:]), len(machine.log)
            case "@type":
                await machine.type(what + "\n")
            case "@unplug":
                await machine.monitor("device_del", {"id": "keyboard"})
            case "@plug":
                await machine.monitor("device_add", dict(KEYBOARD))
            case "@stick":
                device: dict[str, object] = {"driver": "usb-storage", "id": what, "drive": what}
                await machine.monitor("device_add", device)
            case "@pull":
                await machine.monitor("device_del", {"id": what})
            case "@unplug-serial":
                await machine.monitor("device_del", {"id": "adapter"})
            case "@weight":
                scale.grams = int(what)
            case "@end":
                break
    found["console"] = "\n".join(machine.log)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_on_a_real_kernel(name: str, results: dict[str, str]) -> None:
    outcome = results.get(name, results["console"])
    if outcome != "ok":
        pytest.fail(outcome, pytrace=False)
