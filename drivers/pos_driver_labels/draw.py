"""A sheet as rows of dots, for printers that know pictures alone.

Pillow, python-barcode and qrcode draw it, in a process of its own, as they are large:

    python -m pos_driver_labels.draw FONT < SHEET

reads a `Drawing` as JSON and prints its rows in hexadecimal.
"""

import asyncio
import sys
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct

from pos_driver_labels.sheet import Code, Line, Media, Sheet, Words
from pos_terminal.devices.errors import DeviceRefused
from pos_terminal.domain.faults import EXTRA_MISSING, PRINTER_ERROR
from pos_terminal.domain.receipt import Align

DRAWING_TIME = 15.0
"""Seconds after which the other process is given up; it takes half of one on a small box."""

NOT_THERE = 3
"""Exit status: a library or the font is missing."""


class Picture(Struct, frozen=True):
    """Rows of dots, the leftmost in the highest bit, a set one black."""

    width: int
    height: int
    rows: bytes


class Drawing(Struct, frozen=True):
    """What is drawn, on how many dots."""

    width: int
    height: int
    words: tuple[Words, ...]
    codes: tuple[Code, ...]
    lines: tuple[Line, ...]


async def draw(sheet: Sheet, media: Media, font: str) -> Picture:
    """The sheet as a picture. Raises DeviceRefused where it cannot be drawn: nothing was printed.

    The process is gone when this returns, is cancelled or fails.
    """
    height = media.height or sheet.height
    drawing = Drawing(
        media.width,
        height,
        tuple(each for each in sheet.pieces if isinstance(each, Words)),
        tuple(each for each in sheet.pieces if isinstance(each, Code)),
        tuple(each for each in sheet.pieces if isinstance(each, Line)),
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pos_driver_labels.draw", font,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(DRAWING_TIME):
            rows, errors = await child.communicate(msgspec.json.encode(drawing))
    except TimeoutError:
        raise DeviceRefused(PRINTER_ERROR, f"not drawn within {DRAWING_TIME} s") from None
    finally:
        with suppress(ProcessLookupError):
            child.terminate()
        await child.wait()
    if child.returncode:
        fault = EXTRA_MISSING if child.returncode == NOT_THERE else PRINTER_ERROR
        raise DeviceRefused(fault, errors.decode(errors="replace").strip()[-200:])
    return Picture(media.width, height, bytes.fromhex(rows.decode()))


def _drawn(drawing: Drawing, font: str) -> bytes:
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415

    picture = Image.new("1", (drawing.width, drawing.height))
    pen = ImageDraw.Draw(picture)
    for each in drawing.words:
        letters = ImageFont.truetype(font, round(each.height * 0.8))
        left = _left(each.align, drawing.width, round(letters.getlength(each.text)))
        pen.text((left, each.y), each.text, fill=1, font=letters)
    for line in drawing.lines:
        pen.rectangle((0, line.y, drawing.width, line.y + line.height - 1), fill=1)
    for code in drawing.codes:
        _draw_code(pen, code, drawing.width, ImageFont.truetype(font, 24))
    return picture.tobytes()


def _left(align: Align, width: int, taken: int) -> int:
    match align:
        case Align.LEFT:
            return 0
        case Align.CENTRE:
            return max(0, (width - taken) // 2)
        case Align.RIGHT:
            return max(0, width - taken)


def _draw_code(pen: Any, code: Code, width: int, letters: Any) -> None:
    rows = _modules(code)
    size, left = code.module, max(0, (width - len(rows[0]) * code.module) // 2)
    high = size if code.kind == "qr" else code.height
    for down, row in enumerate(rows):
        for across, black in enumerate(row):
            if black:
                x, y = left + across * size, code.y + down * high
                pen.rectangle((x, y, x + size - 1, y + high - 1), fill=1)
    if code.kind != "qr":
        taken = round(letters.getlength(code.data))
        pen.text(
            (_left(Align.CENTRE, width, taken), code.y + high), code.data, fill=1, font=letters
        )


def _modules(code: Code) -> list[list[bool]]:
    """The symbol's rows of modules, true for black; one row for a barcode."""
    import barcode  # noqa: PLC0415
    import qrcode  # noqa: PLC0415

    if code.kind == "qr":
        symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        symbol.add_data(code.data)
        symbol.make()
        return [list(row) for row in symbol.get_matrix()]
    kind = {"ean": "ean8" if len(code.data) == 8 else "ean13"}.get(code.kind, "code128")
    (bars,) = barcode.get_barcode_class(kind)(code.data).build()
    return [[bar == "1" for bar in bars]]


def main(font: str) -> int:
    """Draw; exit status 3 where a library or the font is missing."""
    try:
        drawing = msgspec.json.decode(sys.stdin.buffer.read(), type=Drawing)
        rows = _drawn(drawing, font)
    except (ImportError, OSError) as error:
        print(error, font, file=sys.stderr)
        return NOT_THERE
    print(rows.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
