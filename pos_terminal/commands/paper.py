"""A document as plain text, for a terminal's window: what the printer would put on paper."""

from collections.abc import Iterator
from textwrap import wrap

from pos_terminal.domain.receipt import (
    Align,
    Barcode,
    Block,
    Ean,
    Logo,
    Qr,
    Receipt,
    Row,
    Rule,
    Text,
)

WIDTH = 42
"""Columns, as on an 80 mm roll."""


def plain(receipt: Receipt, width: int = WIDTH) -> str:
    """The document's lines, wrapped at `width` columns."""
    return "\n".join(line.rstrip() for block in receipt.blocks for line in _lines(block, width))


def _lines(block: Block, width: int) -> Iterator[str]:
    match block:
        case Text(text, align):
            for line in wrap(text, width) or [""]:
                yield _placed(line, align, width)
        case Row(left, right):
            *before, last = wrap(left, width) or [""]
            if len(last) + len(right) >= width:
                before, last = [*before, last], ""
            yield from before
            yield f"{last}{right:>{width - len(last)}}"
        case Rule():
            yield "-" * width
        case Qr(data) | Barcode(data) | Ean(data):
            yield from wrap(data, width)
        case Logo():
            pass


def _placed(line: str, align: Align, width: int) -> str:
    match align:
        case Align.LEFT:
            return line
        case Align.CENTRE:
            return line.center(width)
        case Align.RIGHT:
            return line.rjust(width)
