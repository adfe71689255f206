"""The image, built and flashed: settings on the first partition, and a croissant is sold."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pos_terminal.testing.running import run
from tests.image.boards import PC, VIRT, Board
from tests.image.flashed import Counter, switched_on
from tests.image.flashed_shop import flashed, sold
from tests.support.box_shop import must_verify


@pytest.mark.deep  # it builds two Debians: some minutes, and a mirror
@pytest.mark.parametrize("board", [PC, VIRT], ids=["amd64", "arm64"])
def test_what_is_flashed_comes_up_selling(tmp_path: Path, board: Board) -> None:
    card, port = flashed(tmp_path, board)

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
    must_verify(files / "pos-terminal")
