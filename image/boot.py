"""What starts the kernel: GRUB on a PC, a Raspberry Pi's own firmware; which a small file tells the
slot to start (pos_terminal/update/loaders.py).
"""

from pathlib import Path

from image.disk import Workshop
from image.flavours import Flavour
from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import LOADERS

_FIRST = "configfile $cmdpath/grub.cfg\n"
_MODULES = (
    *("part_msdos", "fat", "normal", "configfile", "test", "regexp", "linux", "echo", "sleep"),
    *("reboot", "all_video", "loadenv"),
)
# `root` is the partition that it was read from, and all that the first file can hand on. A trial is
# struck out before it begins, and is none where that cannot be written: so it happens once, and
# whatever becomes of it, the start after it is of the slot that is known. A slot that has lost its
# kernel leaves the start to the other one.
_MENU = """\
regexp --set=1:disk '^([^,]+),' "$root"
slot=a
trial=
load_env --file ($disk,msdos1)/slot.env slot trial
chosen=$slot
if [ "$trial" = a -o "$trial" = b ]; then
  candidate=$trial
  trial=
  if save_env --file ($disk,msdos1)/slot.env trial; then chosen=$candidate; fi
fi
function start {
  if [ "$1" = b ]; then partition=msdos3; else partition=msdos2; fi
  unset options
  if [ "$1" = "$candidate" ]; then tried=pos.trial; else tried=; fi
  source ($disk,$partition)/boot.cfg
  if linux ($disk,$partition)/kernel $options rauc.slot=$1 $tried; then
    if initrd ($disk,$partition)/initrd; then boot; fi
  fi
  echo "pos: slot $1 does not start"
}
start $chosen
if [ "$chosen" = b ]; then start a; else start b; fi
sleep 10
reboot
"""


_RASPBERRY = """\
arm_64bit=1
kernel=kernel
initramfs initrd followkernel
"""

FIRMWARE = "raspi-firmware"
"""Debian's package, in its component non-free-firmware, without which no Raspberry Pi starts."""

_FIRMWARE = ("start4.elf", "fixup4.dat")
"""What a Pi 4's ROM loads of it."""

_TREES = "usr/lib/linux-image-*/broadcom/bcm2711-rpi-*.dtb"
"""What Debian's kernel has to be told of a Pi 4's, a 400's and a CM4's hardware."""


def loader(flavour: Flavour, workshop: Workshop) -> dict[str, bytes]:
    """The loader's files of the first partition."""
    told = LOADERS[flavour.loader]
    more = _grub(workshop) if flavour.loader == "grub" else {}
    return {f"/{told.file}": told.encode(Choice("a"))} | more


def _grub(workshop: Workshop) -> dict[str, bytes]:
    """By which a PC's firmware starts (UEFI, removable media)."""
    (workshop.folder / "first.cfg").write_text(_FIRST)
    workshop.run(
        "grub-mkimage", "--format=x86_64-efi", "--output=grub.efi", "--config=first.cfg",
        "--prefix=/EFI/BOOT", *_MODULES,
    )  # fmt: skip
    return {
        "/EFI/BOOT/BOOTX64.EFI": (workshop.folder / "grub.efi").read_bytes(),
        "/EFI/BOOT/grub.cfg": _MENU.encode(),
    }


def slot(
    flavour: Flavour, kernel: bytes, initrd: bytes, version: str, parts: dict[str, bytes]
) -> dict[str, bytes]:
    """The files of a boot partition, the same in both slots; `parts`: those of the boards' own."""
    # No serial console: a display hangs on that line, and would show what the kernel says.
    options = f"console=tty0 quiet loglevel=3 panic=10 pos.version={version}"
    told = {
        "grub": {"/boot.cfg": f'options="{options}"\n'},
        "raspberry": {"/config.txt": _RASPBERRY, "/cmdline.txt": f"{options}\n"},
    }[flavour.loader]
    files = {name: text.encode() for name, text in told.items()}
    return {"/kernel": kernel, "/initrd": initrd} | files | parts


def parts(flavour: Flavour, system: Path, firmware: Path | None) -> dict[str, bytes]:
    """What boards need beside the kernel: out of the system, and of the firmware's own root."""
    if flavour.loader != "raspberry":
        return {}
    found = {f"/{each.name}": each for each in system.glob(_TREES)}
    if firmware:
        found |= {f"/{each}": firmware / "usr/lib/raspi-firmware" / each for each in _FIRMWARE}
        found["/LICENCE.firmware"] = firmware / "usr/share/doc" / FIRMWARE / "copyright"
    return {name: file.read_bytes() for name, file in found.items()}
