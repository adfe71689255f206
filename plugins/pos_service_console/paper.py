"""A paper's blocks as text on a screen, as wide as a phone shows."""

from collections.abc import Iterable, Iterator

from pos_terminal.domain.markup import Markup, tag
from pos_terminal.domain.receipt import Block, Row, Rule, Text

WIDTH = 40
"""Columns."""


def drawn(blocks: Iterable[Block]) -> Markup:
    """They, on paper; codes and pictures are left out."""
    return tag("pre", "\n".join(_lines(blocks)), class_="paper", tabindex="0")


def _lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Row():
                room = WIDTH - len(block.right) - 1
                *before, last = _wrapped(block.left, max(room, 8))
                yield from before
                yield last + block.right.rjust(WIDTH - len(last))
            case Text():
                yield from _wrapped(block.text, WIDTH)
            case Rule():
                yield "-" * WIDTH
            case _:
                pass


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many columns, broken at blanks where there are any."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]
