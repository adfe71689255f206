"""The image, built and flashed: settings on the first partition, and a croissant is sold."""

import os
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos_terminal.testing.running import run
from tests.image.flashed import FIRMWARE, Card, Counter, switched_on
from tests.image.flashed_shop import CATALOG, TERMINAL, sold, verify
from tests.needs import need
from tests.qemu.machine import QEMU

ROOT = Path(__file__).parent.parent.parent
IMAGE = ROOT / "build/image/pos-terminal-amd64.img"
CARD_MIB = 2000
"""More than the image, as every card is."""


@pytest.mark.deep  # it builds two Debians: some minutes, and a mirror
def test_what_is_flashed_comes_up_selling(tmp_path: Path) -> None:
    need(shutil.which(QEMU) is not None, QEMU, "apt-get install qemu-system-x86")
    need(FIRMWARE.exists(), str(FIRMWARE), "apt-get install ovmf")
    need(shutil.which("mcopy") is not None, "mcopy", "apt-get install mtools")
    need(os.geteuid() == 0, "root, who may make an image,", "sudo make test-image")
    need(IMAGE.exists(), "an image", "sudo make image")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    card = Card(IMAGE, tmp_path / "card", mib=CARD_MIB)
    card.write("terminal.toml", TERMINAL.format(port=port))
    card.write("catalog.csv", CATALOG)

    async def workshop(counter: Counter) -> None:
        await counter.shows("BONJOUR")
        assert "*** SIMULATION ***" in await sold(counter)

    async def shop(counter: Counter) -> None:
        await counter.shows("BONJOUR")
        assert "SIMULATION" not in await sold(counter)

    async def again(counter: Counter) -> None:
        await counter.shows("BONJOUR")

    async def life() -> None:
        for number, scene in enumerate((workshop, shop, again)):
            folder = tmp_path / f"life{number}"
            folder.mkdir()
            if scene is shop:
                card.write("mise-en-service.txt", f"{datetime.now(UTC):%Y-%m-%d}\r\n")
            async with switched_on(card, folder, port) as counter:
                await scene(counter)

    run(life())
    files = card.data(tmp_path)
    assert (files / "machine-id").read_text().strip()
    assert any((files / "log").glob("*/system.journal")), "the log outlives the power"
    verify(files)
