"""Cards that type their number sign on as badges, and the clerks' file gives none of them away."""

import asyncio
import hashlib
from pathlib import Path

import pytest

from pos_driver_sim.keyboard import KeyboardEnd
from pos_terminal.__main__ import main
from pos_terminal.domain import faults
from pos_terminal.domain.staff.clerks import badge_hash
from pos_terminal.persons import cards, clerks_file
from pos_terminal.storage.secret_file import SecretError
from pos_terminal.testing.running import run
from tests.support.shop import open_shop
from tests.support.shop_staff import hire
from tests.support.staff import SAM

CARD = "0012345678"


def test_a_card_signs_on_and_another_is_unknown(tmp_path: Path) -> None:
    async def body() -> None:
        async with KeyboardEnd(tmp_path / "cards") as reader:
            device = reader.settings["device"]
            table = f'class = "scanner"\nrole = "badge"\ndriver = "evdev"\ndevice = "{device}"'
            async with open_shop(tmp_path / "shop", more=f"[devices.cards]\n{table}\n") as shop:
                await hire(shop)
                await shop.shows("CAISSE FERMEE")
                # Before any card was named there is no key, and a card is nobody's.
                await reader.scan(CARD)
                await shop.shows(faults.BADGE_UNREADABLE.code)
                await shop.type("C")
                file = tmp_path / "number"
                file.write_text(f"{CARD}\n")
                command = ["clerk", "badge", str(SAM), "--card", str(file)]
                assert await _commanded(*command, "--state", str(shop.state)) == 0
                await reader.scan("0012345679")
                await shop.shows(faults.BADGE_UNKNOWN.code)
                await shop.type("C")
                await reader.scan(CARD)
                await shop.shows("BONJOUR 13")

    run(body())


async def _commanded(*words: str) -> int:
    return await asyncio.to_thread(main, words)


def test_the_file_gives_no_card_away(tmp_path: Path) -> None:
    """Two tills keep the same card differently, and neither as a hash of its number."""
    kept = set()
    for till in ("one", "two"):
        (tmp_path / till).mkdir()
        key = cards.made(tmp_path / till)
        assert cards.made(tmp_path / till) == key == cards.known(tmp_path / till)
        kept.add(badge_hash(cards.code_of(key, CARD)))
        assert cards.code_of(key, f" {CARD.lower()} ") == cards.code_of(key, CARD)
    assert len(kept) == 2
    assert not kept & {hashlib.sha256(CARD.encode()).hexdigest(), badge_hash(CARD)}
    assert cards.key_file(tmp_path / "one").stat().st_mode & 0o777 == 0o600
    cards.key_file(tmp_path / "one").chmod(0o644)
    with pytest.raises(SecretError):
        cards.known(tmp_path / "one")
    for none in ("", "7", "   ", "12\x00345"):
        with pytest.raises(ValueError, match="no number"):
            cards.code_of(key, none)
    assert clerks_file.read(tmp_path).clerks == {}
