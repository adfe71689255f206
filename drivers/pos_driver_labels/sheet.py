"""A paper laid out on a label: what stands where, in dots. Pure, and the same for all languages.

Labels are small: texts shrink before anything is left out, and what still does not fit is.
"""

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from pos_terminal.devices.paper_text import representable, wrap
from pos_terminal.devices.symbols import ean_module, qr_module, qr_size
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

PLAIN, TALL = 3.0, 5.0
"""Millimetres of a line of text."""

SHRUNK = (1.0, 0.8, 0.6)
"""How far texts may shrink: 0.6 of 3 mm is still read at arm's length."""

BARS = 10.0
"""Millimetres of a barcode, without the digits below."""

BESIDE = 0.55
"""How wide a character is, of its height: a guess for letters of different widths, on the safe side
for the sans serif fonts that label printers have."""


class Media(Struct, frozen=True):
    """What is printed on, in dots. `height` 0: continuous, as long as it has to be."""

    width: int
    height: int
    dots_per_mm: float


class Words(Struct, frozen=True):
    """One line of text, `height` dots high."""

    y: int
    height: int
    text: str
    align: Align = Align.LEFT


class Code(Struct, frozen=True):
    """A barcode; `module` dots are its narrowest bar, `height` that of its bars."""

    y: int
    height: int
    kind: Literal["ean", "code128", "qr"]
    data: str
    module: int


class Line(Struct, frozen=True):
    """A line across the label."""

    y: int
    height: int


Piece = Words | Code | Line


class Sheet(Struct, frozen=True):
    """The pieces from top to bottom, how far down they reach, and how many did not fit."""

    pieces: tuple[Piece, ...]
    height: int
    left_out: int = 0


def lay_out(receipt: Receipt, media: Media) -> Sheet:
    """The paper on that media."""
    sheet = _sheet(receipt, media, SHRUNK[0])
    for shrunk in SHRUNK[1:]:
        if not media.height or sheet.height <= media.height:
            return sheet
        sheet = _sheet(receipt, media, shrunk)
    if not media.height or sheet.height <= media.height:
        return sheet
    kept = tuple(each for each in sheet.pieces if _end(each, media) <= media.height)
    return Sheet(kept, media.height, len(sheet.pieces) - len(kept))


def _sheet(receipt: Receipt, media: Media, shrunk: float) -> Sheet:
    pieces, y = list[Piece](), 0
    for block in receipt.blocks:
        for piece in _pieces(block, media, shrunk, y):
            pieces.append(piece)
            y = max(y, _end(piece, media))
    return Sheet(tuple(pieces), y)


def _end(piece: Piece, media: Media) -> int:
    """Where what follows may begin."""
    below = isinstance(piece, Code) and piece.kind != "qr"
    digits = round(PLAIN * media.dots_per_mm) if below else 0
    return piece.y + piece.height + digits + round(0.5 * media.dots_per_mm)


def _pieces(block: Block, media: Media, shrunk: float, y: int) -> Iterator[Piece]:
    match block:
        case Text(text, align, _, tall):
            yield from _lines(text, align, media, _height(media, shrunk, tall=tall), y)
        case Row(left, right, _, tall):
            yield from _row(left, right, media, _height(media, shrunk, tall=tall), y)
        case Rule():
            yield Line(y, max(1, round(0.2 * media.dots_per_mm)))
        case Logo():
            return
        case Barcode(data) | Ean(data) | Qr(data):
            code = _code(block, media, y)
            if code:
                yield code
            else:
                height = _height(media, shrunk, tall=False)
                yield from _lines(data, Align.CENTRE, media, height, y)


def _height(media: Media, shrunk: float, *, tall: bool) -> int:
    return round((TALL if tall else PLAIN) * shrunk * media.dots_per_mm)


def _columns(media: Media, height: int) -> int:
    return max(4, int(media.width / (height * BESIDE)))


def _lines(text: str, align: Align, media: Media, height: int, y: int) -> Iterator[Words]:
    for line in wrap(representable(text, "utf-8"), _columns(media, height)):
        yield Words(y, height, line, align)
        y += height


def _row(left: str, right: str, media: Media, height: int, y: int) -> Iterator[Words]:
    """The figure stands at the right of the text's last line, or below it."""
    columns = _columns(media, height)
    lines = wrap(representable(left, "utf-8"), max(columns - len(right) - 1, columns // 2))
    for line in lines:
        yield Words(y, height, line)
        y += height
    beside = len(lines[-1]) + 1 + len(right) <= columns
    yield Words(y - height if beside else y, height, representable(right, "utf-8"), Align.RIGHT)


def _code(block: Barcode | Ean | Qr, media: Media, y: int) -> Code | None:
    bars = round(BARS * media.dots_per_mm)
    if not (block.data and block.data.isprintable()):
        return None
    match block:
        case Ean(data):
            module = ean_module(data, media.width)
            return Code(y, bars, "ean", data, module) if module else None
        case Qr(data):
            module = qr_module(data, media.width)
            return Code(y, module * qr_size(data), "qr", data, module) if module else None
        case Barcode(data):
            for module in (3, 2):
                # Start, check and stop of code set B, and the quiet zones of ISO/IEC 15417.
                if (11 * (len(data) + 2) + 13 + 20) * module <= media.width and data.isascii():
                    return Code(y, bars, "code128", data, module)
            return None
