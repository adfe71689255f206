"""What starts the kernel: on a PC GRUB, which a small file tells the slot to start."""

from image.disk import Workshop
from pos_terminal.update import choice
from pos_terminal.update.choice import Choice

SLOT = "/slot.env"
"""Where the loader reads which slot is next, and which to try (pos_terminal/update/choice)."""

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


def loader(workshop: Workshop) -> dict[str, bytes]:
    """The files of the first partition by which a PC's firmware starts (UEFI, removable media)."""
    (workshop.folder / "first.cfg").write_text(_FIRST)
    workshop.run(
        "grub-mkimage", "--format=x86_64-efi", "--output=grub.efi", "--config=first.cfg",
        "--prefix=/EFI/BOOT", *_MODULES,
    )  # fmt: skip
    return {
        "/EFI/BOOT/BOOTX64.EFI": (workshop.folder / "grub.efi").read_bytes(),
        "/EFI/BOOT/grub.cfg": _MENU.encode(),
        SLOT: choice.encode(Choice("a")),
    }


def slot(kernel: bytes, initrd: bytes, version: str, more: str = "") -> dict[str, bytes]:
    """The files of a boot partition; the same in both slots. `more`: options of a trial's own."""
    # No serial console: a display hangs on that line, and would show what the kernel says.
    options = f"console=tty0 quiet loglevel=3 panic=10 pos.version={version} {more}".rstrip()
    return {
        "/kernel": kernel,
        "/initrd": initrd,
        "/boot.cfg": f'options="{options}"\n'.encode(),
    }
