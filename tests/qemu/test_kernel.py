"""The drivers on a real kernel: input, USB serial and printer devices in a QEMU guest."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from pos_driver_sim.scale import ScaleEnd
from tests.needs import need
from tests.qemu.initrd import build
from tests.qemu.machine import QEMU, Machine, booted

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLACE = ROOT / ".venv-qemu"
BUSYBOX = Path("/bin/busybox")
PATIENCE = 900.0
KEYBOARD = {"driver": "usb-kbd", "id": "keyboard", "bus": "usb.0"}
NAMES = re.findall(r"^@scenario\nasync def (\w+)", (HERE / "guest.py").read_text(), re.MULTILINE)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each scenario: «ok», or the console up to its failure."""
    need(shutil.which(QEMU) is not None, QEMU, "apt-get install qemu-system-x86")
    need(BUSYBOX.exists(), str(BUSYBOX), "apt-get install busybox-static")
    need((PLACE / "ready").exists(), "a kernel for the guest", ".ci/kernel")
    return asyncio.run(boot(tmp_path_factory.mktemp("qemu")))


async def boot(folder: Path) -> dict[str, str]:
    kernel = next((PLACE / "boot").glob("vmlinuz-*"))
    initrd = folder / "initrd"
    path = ":".join(entry for entry in sys.path if Path(entry).is_relative_to(ROOT))
    python, script = Path(sys.executable), HERE / "guest.py"
    initrd.write_bytes(build(PLACE, BUSYBOX, python=python, script=script, path=path))
    scale = ScaleEnd(folder / "scale")
    async with asyncio.timeout(PATIENCE), scale, booted(
        kernel, initrd, folder, "-device", "qemu-xhci,id=usb",
        "-device", ",".join(f"{key}={value}" for key, value in KEYBOARD.items()),
        "-chardev", f"serial,id=line,path={folder / 'scale'}",
        "-device", "usb-serial,id=adapter,chardev=line,bus=usb.0",
    ) as machine:
        return await serve(machine, scale)


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
