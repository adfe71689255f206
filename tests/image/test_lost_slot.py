"""A flashed box whose known slot is lost: the loader takes the other one, and that one stays."""

import asyncio
import os
import shutil
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos_terminal.testing.running import run
from pos_terminal.update import choice
from pos_terminal.update.choice import Choice
from tests.image.flashed import FIRMWARE, PATIENCE, Card, switched_on
from tests.image.flashed_shop import CATALOG, TERMINAL, sold, verify
from tests.needs import need
from tests.qemu.machine import QEMU

IMAGE = Path(__file__).parents[2] / "build/image/pos-terminal-amd64.img"
KERNEL = 3
"""The partition with slot b's kernel."""


@pytest.mark.deep  # it needs an image, and boots it without KVM
def test_a_known_slot_that_is_lost_leaves_the_box_to_the_other(tmp_path: Path) -> None:
    need(shutil.which(QEMU) is not None, QEMU, "apt-get install qemu-system-x86")
    need(FIRMWARE.exists(), str(FIRMWARE), "apt-get install ovmf")
    need(shutil.which("mcopy") is not None, "mcopy", "apt-get install mtools")
    need(os.geteuid() == 0, "root, who reads the box's files,", "sudo make test-image")
    need(IMAGE.exists(), "an image", "sudo make image")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    card = Card(IMAGE, tmp_path / "card", mib=2000)
    card.write("terminal.toml", TERMINAL.format(port=port))
    card.write("catalog.csv", CATALOG)
    card.write("mise-en-service.txt", f"{datetime.now(UTC):%Y-%m-%d}")
    card.write("slot.env", choice.encode(Choice("b")).decode())
    card.wipe(KERNEL)

    async def life() -> None:
        folder = tmp_path / "life"
        folder.mkdir()
        async with switched_on(card, folder, port) as counter, asyncio.timeout(2 * PATIENCE):
            await counter.shows("BONJOUR")
            while choice.decode(card.read("slot.env").encode()) != Choice("a"):
                await asyncio.sleep(1)
            await sold(counter)
            await asyncio.sleep(1)

    run(life())
    verify(card.data(tmp_path))
