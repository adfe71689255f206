"""A receipt into the bytes of one Star printer. Pure."""

from functools import partial

from pos_driver_star import commands
from pos_driver_star.picture import Picture
from pos_driver_star.settings import CODE_PAGES, StarSettings
from pos_terminal.devices.paper_stream import Drawn, body_of
from pos_terminal.devices.symbols import code128_module, ean_module, qr_module
from pos_terminal.domain.receipt import Barcode, Ean, Logo, Qr, Receipt


def compose(receipt: Receipt, settings: StarSettings, logo: Picture | None) -> bytes:
    """The whole receipt: initialise, print, feed, cut. Nothing in it can raise on a text."""
    head = commands.INITIALISE + commands.NO_AUTOMATIC_STATUS
    head += commands.code_page(CODE_PAGES[settings.encoding])
    draw = partial(_drawn, settings, logo)
    body = body_of(receipt, settings.columns, settings.encoding, commands, draw)
    return b"".join((head, *body, _end(settings)))


def _drawn(settings: StarSettings, logo: Picture | None, item: Drawn) -> bytes:
    match item:
        case Logo():
            return _logo(logo, settings) if logo else b""
        case Barcode(data):
            return _barcode(data, settings.dots)
        case Ean(data):
            module = ean_module(data, settings.dots)
            return commands.ean(data, module) if module else b""
        case Qr(data):
            module = qr_module(data, settings.dots)
            # QR ends where it ends: the next line would stand beside it.
            return commands.qr(data, module) + b"\n" if module else b""


def _logo(logo: Picture, settings: StarSettings) -> bytes:
    draw = commands.picture if settings.language == "starprnt" else commands.picture_of_lines
    return draw(logo.width_bytes, logo.rows)


def _barcode(data: str, dots: int) -> bytes:
    if not (data and data.isascii() and data.isprintable()):
        return b""
    module = code128_module(data, dots, commands.code128_dots)
    return commands.code128(data, module) if module else b""


def _end(settings: StarSettings) -> bytes:
    if settings.cut == "none":
        # So that the last line is past the tear bar.
        return commands.feed(6)
    return commands.cut(partial=settings.cut == "partial")
