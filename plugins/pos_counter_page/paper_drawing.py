"""A paper as it came out of the printer, drawn as SVG; lengths in dots of the print head. Pure.

80 mm paper: 576 dots, 8 a millimetre, 48 columns of 12 (Epson ESC/POS, font A: 12 x 24).
"""

from collections.abc import Iterator, Sequence
from random import Random

import segno

from pos_counter_page import symbols
from pos_driver_sim.paper import Bars, Paper, PrintedLine, Raster, Square
from pos_terminal.domain.markup import Markup, joined, tag

DOTS, COLUMN, MARGIN = 576, 12, 32
WIDTH = DOTS + 2 * MARGIN
LINE, TEXT, BASE = 34, 20, 24
"""A line's height, the type's size in which monospaced letters are a column wide, its baseline."""

TOP, BOTTOM, TOOTH = 26, 44, 12
QUIET = 4
"""Modules of white around a QR code."""


def draw(paper: Paper, number: int, *, scan: str) -> Markup:
    """The paper. A barcode on it is a button that is called by `scan`: «Scanner {code}»."""
    parts, height = [], float(TOP)
    for line in paper.lines:
        part, used = _line(line, height, scan)
        parts.append(part)
        height += used
    height += BOTTOM
    return tag(
        "svg", tag("path", d=_outline(height, number), class_="sheet"), *parts,
        class_="paper", viewBox=f"0 0 {WIDTH} {height:g}", role="group",
        data_paper=number, aria_label=" ".join(paper.text.split()),
        xmlns="http://www.w3.org/2000/svg",
    )  # fmt: skip


def hanging(lines: Sequence[PrintedLine]) -> Paper:
    """What hangs out of the printer, not cut off yet."""
    return Paper(tuple(lines), b"")


def _line(line: PrintedLine, y: float, scan: str) -> tuple[Markup, float]:
    match line.picture:
        case None:
            return _text(line, y), LINE * (2 if line.tall else 1)
        case Raster() as raster:
            return _raster(raster, y, line.align), len(raster.rows) + 6
        case Bars() as symbol:
            return _bars(symbol, y, line.align, scan), symbol.height + LINE + 10
        case Square() as square:
            return _square(square, y, line.align)


def _text(line: PrintedLine, y: float) -> Markup:
    text = line.text.rstrip()
    if not text:
        return Markup("")
    blanks = len(text) - len(text.lstrip())
    x, scale = MARGIN + COLUMN * blanks, " scale(1 2)" if line.tall else ""
    return tag(
        "text", text.lstrip(),
        transform=f"translate({x} {y + BASE * (2 if line.tall else 1):g}){scale}",
        textLength=COLUMN * (len(text) - blanks), lengthAdjust="spacingAndGlyphs",
        font_size=TEXT, font_weight="bold" if line.bold else None, data_blanks=blanks or None,
    )  # fmt: skip


def _at(width: float, align: int) -> float:
    return MARGIN + (0, (DOTS - width) / 2, DOTS - width)[align]


def _raster(raster: Raster, y: float, align: int) -> Markup:
    """Runs of black dots, a path of thin lines."""
    runs = "".join(
        f"M{first} {row + 0.5}h{last - first}"
        for row, dots in enumerate(raster.rows)
        for first, last in _runs(dots, raster.width)
    )
    where = f"translate({_at(raster.width, align):g} {y:g})"
    return tag("path", d=runs, class_="dots", transform=where)


def _runs(dots: bytes, width: int) -> Iterator[tuple[int, int]]:
    first = None
    for x in range(width + 1):
        black = x < width and dots[x // 8] >> (7 - x % 8) & 1
        if black and first is None:
            first = x
        elif not black and first is not None:
            yield first, x
            first = None


def upright(widths: Sequence[int], module: float, height: float) -> Markup:
    """A symbol's bars, from 0 0 on."""
    path, x = [], 0.0
    for at, width in enumerate(widths):
        if at % 2 == 0:
            path.append(f"M{x:g} 0h{width * module:g}v{height:g}h{-width * module:g}z")
        x += width * module
    return tag("path", d="".join(path), class_="bars")


def _bars(symbol: Bars, y: float, align: int, scan: str) -> Markup:
    # What a bad cable has made of a code is no code: a printer draws nothing then.
    good = symbol.data and symbol.data.isascii() and symbol.data.isprintable()
    drawn_as = symbols.bars if symbol.ean else symbols.code128
    widths = drawn_as(symbol.data) if good else []
    width = sum(widths) * symbol.module
    drawn = joined(
        tag("rect", x=-16, y=-4, width=width + 32, height=symbol.height + LINE, class_="hit"),
        upright(widths, symbol.module, symbol.height),
        tag("text", symbol.data, x=width / 2, y=symbol.height + BASE, font_size=TEXT,
            text_anchor="middle", class_="under"),
    )  # fmt: skip
    return tag(
        "g", drawn, transform=f"translate({_at(width, align)} {y + 4})", class_="code",
        data_code=symbol.data, role="button", tabindex=0, aria_label=scan.format(code=symbol.data),
    )  # fmt: skip


def _square(square: Square, y: float, align: int) -> tuple[Markup, float]:
    try:
        code = segno.make(square.data, error="m", micro=False, boost_error=False)
    except ValueError:  # nothing, or more than a code holds: a printer draws nothing then
        return Markup(""), 0
    rows = [tuple(row) for row in code.matrix]
    side = (len(rows) + 2 * QUIET) * square.module
    path = "".join(
        f"M{x + QUIET} {row + QUIET}h1v1h-1z"
        for row, modules in enumerate(rows) for x, black in enumerate(modules) if black
    )  # fmt: skip
    where = f"translate({_at(side, align)} {y}) scale({square.module})"
    return tag("path", d=path, class_="bars", transform=where, data_qr=square.data), side


def _outline(height: float, number: int) -> str:
    """The sheet: cut straight at the top, torn a little at the bottom, each in its own way."""
    random = Random(number)
    teeth, x = [], float(WIDTH)
    while x > 0:
        step = min(x, TOOTH * random.uniform(0.6, 1.3))
        x -= step
        teeth.append(f"L{x:.1f} {height - random.uniform(0, 7):.1f}")
    return f"M0 0H{WIDTH}V{height - 3:g}{''.join(teeth)}z"
