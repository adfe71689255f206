"""A flashed box whose known slot is lost: the loader takes the other one, and that one stays."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos_terminal.testing.running import run
from pos_terminal.update.choice import Choice
from pos_terminal.update.loaders import LOADERS
from tests.image.flashed import switched_on
from tests.image.flashed_shop import flashed, sold
from tests.qemu.machine import PATIENCE
from tests.support.box_shop import must_verify

GRUB = LOADERS["grub"]
KERNEL = 3
"""The partition with slot b's kernel."""


@pytest.mark.deep  # it needs an image, and boots it without KVM
def test_a_known_slot_that_is_lost_leaves_the_box_to_the_other(tmp_path: Path) -> None:
    card, port = flashed(tmp_path)
    card.write("mise-en-service.txt", f"{datetime.now(UTC):%Y-%m-%d}")
    card.write("slot.env", GRUB.encode(Choice("b")).decode())
    card.wipe(KERNEL)

    async def life() -> None:
        folder = tmp_path / "life"
        folder.mkdir()
        async with switched_on(card, folder, port) as counter, asyncio.timeout(2 * PATIENCE):
            await counter.shows("BONJOUR")
            while GRUB.decode(card.read("slot.env").encode()) != Choice("a"):
                await asyncio.sleep(1)
            await sold(counter)
            await asyncio.sleep(1)

    run(life())
    must_verify(card.data(tmp_path) / "pos-terminal")
