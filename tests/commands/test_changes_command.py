"""`pos-terminal changes`: what changed since it worked, and nothing of an ordinary day."""

import subprocess
import sys
from pathlib import Path

from pos_terminal.domain.audit.changes import CHANGES
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.vocabulary import KINDS
from pos_terminal.testing.running import run
from tests.support.shop import CATALOG, open_shop


def changes(state: Path, *options: str) -> list[str]:
    command = [sys.executable, "-m", "pos_terminal", "changes", "--state", str(state), *options]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    return said.stdout.splitlines()


def test_a_catalogue_that_was_changed_is_told_and_a_sale_is_not(tmp_path: Path) -> None:
    async def body() -> None:
        for catalog in (CATALOG, CATALOG.replace("1,00", "1,10")):
            async with open_shop(tmp_path, catalog=catalog) as shop:
                await shop.type("1 PLU CASH")
                await shop.journaled(SaleClosed)

    run(body())
    state = tmp_path / "state"
    told = changes(state)
    kinds = [line.split()[3] for line in told]
    assert "catalog.changed" in kinds and set(kinds) <= CHANGES
    assert changes(state, "--since", "2020-01-01") == told
    assert changes(state, "--since", "2999-01-01") == ["rien n'a changé"]


def test_the_kinds_are_kinds() -> None:
    assert set(KINDS) >= CHANGES
