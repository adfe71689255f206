"""The next paper that says something."""

from tests.support.shop import Shop


async def papers(shop: Shop, *wanted: str) -> str:
    """The next paper that has all of these words."""
    while True:
        paper = await shop.bench.printer.next_paper()
        text = "\n".join(line.text for line in paper.lines)
        if all(word in text for word in wanted):
            return text
