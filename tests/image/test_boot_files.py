"""What starts a box: the files of its boot partitions, and the modules of its first file system."""

import gzip
from pathlib import Path

import pytest

from image import bill, boot, initrd
from image.disk import Workshop
from image.flavours import FLAVOURS
from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import LOADERS

PI = FLAVOURS["arm64"]
FIRMWARE = ("start4.elf", "fixup4.dat")


@pytest.mark.parametrize("name", FLAVOURS)
def test_a_loader_that_is_known_starts_each_flavour(name: str) -> None:
    flavour = FLAVOURS[name]
    assert flavour.loader in LOADERS
    part = Path(initrd.__file__).parent / f"loaders/{flavour.loader}.sh"
    assert f"loader={flavour.loader} choice={LOADERS[flavour.loader].file} " in part.read_text()


def test_a_raspberry_pi_finds_what_its_settings_name(tmp_path: Path) -> None:
    files = boot.slot(PI, b"kernel", b"initrd", "1.2", {"/tree.dtb": b"tree"})
    told = dict(
        line.replace("=", " ").split()[:2]
        for line in files["/config.txt"].decode().split("\n")
        if line
    )
    assert files[f"/{told['kernel']}"] == b"kernel"
    assert files[f"/{told['initramfs']}"] == b"initrd"
    assert files["/tree.dtb"] == b"tree"
    (line,) = files["/cmdline.txt"].decode().splitlines()  # the firmware reads one
    assert {"pos.version=1.2", "panic=10"} <= set(line.split())
    first = boot.loader(PI, Workshop(tmp_path, 0))
    assert {name: LOADERS["raspberry"].decode(text) for name, text in first.items()} == {
        "/autoboot.txt": Choice("a")
    }


def test_a_raspberry_pi_has_its_firmware_where_it_could_be_had(tmp_path: Path) -> None:
    system, firmware = tmp_path / "system", tmp_path / "firmware"
    tree = system / "usr/lib/linux-image-6.12/broadcom/bcm2711-rpi-4-b.dtb"
    terms = firmware / "usr/share/doc" / boot.FIRMWARE / "copyright"
    for file in (tree, terms, *(firmware / "usr/lib/raspi-firmware" / each for each in FIRMWARE)):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(file.name.encode())
    assert boot.parts(PI, system, None) == {f"/{tree.name}": tree.name.encode()}
    found = boot.parts(PI, system, firmware)
    assert set(found) == {f"/{tree.name}", "/LICENCE.firmware", *(f"/{each}" for each in FIRMWARE)}
    assert found["/start4.elf"] == b"start4.elf"
    assert boot.parts(FLAVOURS["amd64"], system, None) == {}


def test_files_without_a_system_of_their_own_are_in_the_bill(tmp_path: Path) -> None:
    lists = tmp_path / "var/lib/apt/lists/mirror_Packages"
    documents = tmp_path / "usr/share/doc/raspi-firmware"
    for folder in (lists.parent, documents):
        folder.mkdir(parents=True)
    lists.write_text(f"Package: raspi-firmware\nVersion: 1.2+ds-6\nSHA256: {'a' * 64}\n")
    with gzip.open(documents / "changelog.Debian.gz", "wt") as changes:
        changes.write("raspi-firmware (1.2+ds-6) unstable; urgency=medium\n\n  * Say (more).\n")
    found = bill.unpacked(tmp_path, "raspi-firmware")
    assert (found.name, found.version, found.sha256) == ("raspi-firmware", "1.2+ds-6", "a" * 64)


def test_a_spare_module_waits_and_what_it_needs_is_loaded(tmp_path: Path) -> None:
    for name, needs in (("disk", ""), ("wdt", "bus-core"), ("bus-core", ""), ("other", "")):
        (tmp_path / f"{name}.ko").write_bytes(b"elf\0depends=%s\0" % needs.encode())
    packed = initrd.build(tmp_path, tmp_path / "disk.ko", ["disk"], "", ["wdt", "absent"])
    archive = gzip.decompress(packed)
    assert _text(archive, "modules/order") == "disk\nbus_core\n"
    assert _text(archive, "modules/spare") == "wdt\n"
    assert b"modules/wdt\0" in archive and b"modules/other\0" not in archive


def _text(archive: bytes, name: str) -> str:
    """A file of a cpio archive («newc»): a head of 110 bytes, the name, the content, each to 4."""
    head = archive.index(name.encode() + b"\0") - 110
    size = int(archive[head + 54 : head + 62], 16)
    begin = head + 110 + len(name) + 1
    begin += -begin % 4
    return archive[begin : begin + size].decode()
