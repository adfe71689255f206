"""The next paper that says something."""

import asyncio

from pos_terminal.testing.running import PATIENCE
from tests.support.shop import Shop


async def papers(shop: Shop, *wanted: str) -> str:
    """The next paper that has all of these words; AssertionError where none comes in time."""
    came: list[str] = []
    try:
        async with asyncio.timeout(2 * PATIENCE):
            while True:
                paper = await shop.bench.printer.next_paper()
                came.append("\n".join(line.text for line in paper.lines))
                if all(word in came[-1] for word in wanted):
                    return came[-1]
    except TimeoutError:
        raise AssertionError(f"{wanted} on none of these papers: {came}") from None
