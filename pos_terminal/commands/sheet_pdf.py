"""A command sheet as a PDF: the shell around `sheet_layout`, and the one module that draws.

The same sheet gives the same bytes: the file holds no date and no random identifier.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from pos_terminal.commands.sheet_layout import (
    BAR_HEIGHT,
    HEIGHT,
    MODULE,
    POINT,
    WIDTH,
    Bars,
    Box,
    Layout,
    Mark,
    Measures,
    Write,
)
from pos_terminal.domain.keyboard.command_sheet import CommandSheet

PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
GREY, LINE = 0.4, 0.75


class NoLibrary(Exception):
    """The library that draws is not installed."""


def draw(sheet: CommandSheet, aside: Callable[[str], str]) -> bytes:
    """The PDF's bytes; `aside` translates into the second language. Raises NoLibrary."""
    try:
        from reportlab.graphics.barcode.code128 import Code128  # noqa: PLC0415
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415
    except ImportError as error:
        raise NoLibrary(str(error)) from error

    def symbol(code: str) -> Any:
        return Code128(code, barWidth=MODULE / POINT, barHeight=BAR_HEIGHT / POINT, quiet=False)

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH / POINT, HEIGHT / POINT), invariant=True)
    canvas.setTitle(f"{sheet.shop} - feuille de commandes")
    canvas.setCreator("pos-terminal")
    measures = Measures(
        text=lambda text, size, bold: canvas.stringWidth(text, _font(bold), size) * POINT,
        bars=lambda code: symbol(code).width * POINT,
    )
    for page in Layout(measures, aside).pages(sheet):
        for mark in page:
            _put(canvas, symbol, mark)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _font(bold: bool) -> str:
    return BOLD if bold else PLAIN


def _put(canvas: Any, symbol: Callable[[str], Any], mark: Mark) -> None:
    match mark:
        case Write(text, x, y, size, bold, grey, align):
            canvas.setFont(_font(bold), size)
            canvas.setFillGray(GREY if grey else 0)
            write = {
                "left": canvas.drawString,
                "centre": canvas.drawCentredString,
                "right": canvas.drawRightString,
            }[align]
            write(x / POINT, (HEIGHT - y) / POINT, text)
        case Bars(code, x, y):
            canvas.setFillGray(0)
            symbol(code).drawOn(canvas, x / POINT, (HEIGHT - y - BAR_HEIGHT) / POINT)
        case Box(x, y, width, height, dashed):
            canvas.setStrokeGray(LINE)
            canvas.setLineWidth(0.4)
            canvas.setDash([2, 2] if dashed else [])
            canvas.rect(x / POINT, (HEIGHT - y - height) / POINT, width / POINT, height / POINT)
