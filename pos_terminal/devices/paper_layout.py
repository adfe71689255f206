"""A receipt as lines of a given width: where texts wrap and where figures stand. Pure."""

from collections.abc import Iterator

from msgspec import Struct

from pos_terminal.devices.paper_text import representable, wrap
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


class Line(Struct, frozen=True):
    """One line of characters, as it stands on the paper."""

    text: str
    bold: bool = False
    tall: bool = False


Item = Line | Logo | Barcode | Ean | Qr


def lay_out(receipt: Receipt, columns: int, codec: str) -> Iterator[Item]:
    """The receipt's lines from top to bottom, and between them what is not text."""
    for block in receipt.blocks:
        yield from _block(block, columns, codec)


def _block(block: Block, columns: int, codec: str) -> Iterator[Item]:
    match block:
        case Text():
            for paragraph in block.text.split("\n"):
                for line in wrap(representable(paragraph, codec), columns):
                    yield Line(_aligned(line, block.align, columns), block.bold, block.tall)
        case Row():
            left, right = representable(block.left, codec), representable(block.right, codec)
            for line in _row(left, right, columns):
                yield Line(line, block.bold, block.tall)
        case Rule():
            yield Line("-" * columns)
        case Logo() | Barcode() | Ean() | Qr():
            yield block


def _aligned(line: str, align: Align, columns: int) -> str:
    match align:
        case Align.LEFT:
            return line
        case Align.CENTRE:
            return " " * ((columns - len(line)) // 2) + line
        case Align.RIGHT:
            return line.rjust(columns)


def _row(left: str, right: str, columns: int) -> list[str]:
    """The figure stands at the end of the text's last line, or on a line of its own.

    The text keeps clear of the figure's column as long as that leaves it half the paper.
    """
    # Half the paper at least: beside a very long figure a name of one letter a line helps nobody.
    lines = wrap(left, max(columns - len(right) - 1, columns // 2))
    last = lines[-1]
    if len(last) + 1 + len(right) <= columns:
        return [*lines[:-1], last + right.rjust(columns - len(last))]
    return [*lines, *(part.rjust(columns) for part in wrap(right, columns))]
