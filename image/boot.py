"""What starts the kernel: on a PC GRUB, which a small file tells the slot to start."""

from image.disk import Workshop

SLOT = "/slot.cfg"
"""Where the loader reads which slot is next. It keeps its length for ever: it is overwritten in
place, since writing anew and renaming lost it to power cuts on FAT."""

_FIRST = "configfile $cmdpath/grub.cfg\n"
_MODULES = (
    *("part_msdos", "fat", "normal", "configfile", "test", "regexp", "linux", "echo", "sleep"),
    *("reboot", "all_video"),
)
# `root` is the partition that it was read from, and all that the first file can hand on.
_MENU = """\
regexp --set=1:disk '^([^,]+),' "$root"
slot=a
source ($disk,msdos1)/slot.cfg
if [ "$slot" = b ]; then partition=msdos3; else partition=msdos2; fi
source ($disk,$partition)/boot.cfg
linux ($disk,$partition)/kernel $options pos.slot=$slot
initrd ($disk,$partition)/initrd
boot
# Reached where one of them failed.
echo "pos: slot $slot does not start"
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
        SLOT: b"set slot=a\n",
    }


def slot(kernel: bytes, initrd: bytes) -> dict[str, bytes]:
    """The files of a boot partition; the same in both slots."""
    # No serial console: a display hangs on that line, and would show what the kernel says.
    options = "console=tty0 quiet loglevel=3 panic=10"
    return {
        "/kernel": kernel,
        "/initrd": initrd,
        "/boot.cfg": f'options="{options}"\n'.encode(),
    }
