"""docs/disk.md: whatever a till leaves in its directory has a row there, with its bound."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pos_terminal.domain.events.paper import ReceiptPrinted
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.testing.running import run
from tests.support.shop import open_shop

PAGE = Path(__file__).parents[2] / "docs" / "disk.md"


def bounded() -> list[str]:
    """The patterns of the till's table, each of whose rows names a bound."""
    section = PAGE.read_text().split("## The till's directory")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    assert all(len(row) == 3 and row[2].strip(" |") for row in rows)
    return [name for row in rows for name in re.findall("`([^`]+)`", row[0])]


@pytest.mark.slow
def test_each_file_that_a_day_leaves_has_a_bound(tmp_path: Path) -> None:
    found: set[str] = set()

    async def scenario() -> None:
        async with open_shop(tmp_path, more="\n[tenders]\ncount_first = false\n") as shop:
            await shop.type("1 PLU CASH TICKET")
            await shop.journaled(ReceiptPrinted, 1)
            await shop.type("Z")
            await shop.journaled(PeriodClosed, 1)
            state = shop.state
            found.update(str(each.relative_to(state)) for each in state.rglob("*"))

    run(scenario())
    files = {each for each in found if not (tmp_path / "state" / each).is_dir()}
    assert {"journal.db", "journal.mark"} <= files
    patterns = bounded()
    assert [each for each in files if not any(fnmatch(each, known) for known in patterns)] == []
