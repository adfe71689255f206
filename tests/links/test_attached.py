"""What is plugged in is known by names that stay its own."""

from pathlib import Path

import pytest

from pos_terminal.links.attached import attached


@pytest.mark.parametrize(("claims", "stable"), [(1, "/dev/pos/hid-scanner"), (2, "/dev/hidraw3")])
def test_a_name_that_udev_gives_to_several_is_nobodys(
    tmp_path: Path, claims: int, stable: str
) -> None:
    node = tmp_path / "sys/class/hidraw/hidraw3/device"
    node.mkdir(parents=True)
    (node / "report_descriptor").write_bytes(bytes([0x05, 0x8C]))
    pos, links = tmp_path / "dev/pos", tmp_path / "run/udev/links/pos\\x2fhid-scanner"
    pos.mkdir(parents=True)
    links.mkdir(parents=True)
    (pos / "hid-scanner").symlink_to("../hidraw3")
    for number in range(claims):
        (links / f"c245:{3 - number}").symlink_to(f"0:/dev/hidraw{3 - number}")
    (scanner,) = attached(tmp_path)
    assert scanner.stable == stable
