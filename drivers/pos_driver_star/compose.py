"""A receipt into the bytes of one Star printer. Pure."""

from collections.abc import Iterator

from pos_driver_star import commands
from pos_driver_star.picture import Picture
from pos_driver_star.settings import CODE_PAGES, StarSettings
from pos_terminal.devices.paper_layout import Line, lay_out
from pos_terminal.devices.paper_text import representable, to_bytes, wrap
from pos_terminal.devices.symbols import ean_module, qr_module
from pos_terminal.domain.receipt import Align, Barcode, Ean, Logo, Qr, Receipt


def compose(receipt: Receipt, settings: StarSettings, logo: Picture | None) -> bytes:
    """The whole receipt: initialise, print, feed, cut. Nothing in it can raise on a text."""
    head = commands.INITIALISE + commands.NO_AUTOMATIC_STATUS
    head += commands.code_page(CODE_PAGES[settings.encoding])
    return b"".join((head, *_body(receipt, settings, logo), _end(settings)))


def _body(receipt: Receipt, settings: StarSettings, logo: Picture | None) -> Iterator[bytes]:
    now = (False, False)
    for item in _items(receipt, settings, logo):
        if isinstance(item, bytes):
            yield commands.align(Align.CENTRE) + item + commands.align(Align.LEFT)
            continue
        style = b""
        # Only where it changes: on a slow line every byte is time.
        if now != (item.bold, item.tall):
            now = (item.bold, item.tall)
            style = commands.style(bold=item.bold, tall=item.tall)
        yield style + to_bytes(item.text, settings.encoding) + b"\n"


def _items(
    receipt: Receipt, settings: StarSettings, logo: Picture | None
) -> Iterator[Line | bytes]:
    """Lines and pictures; a code that does not fit is given as text instead."""
    for item in lay_out(receipt, settings.columns, settings.encoding):
        if isinstance(item, Line):
            yield item
        elif drawn := _drawn(item, settings, logo):
            yield drawn
        elif not isinstance(item, Logo):
            for line in wrap(representable(item.data, settings.encoding), settings.columns):
                yield Line(line)


def _drawn(item: Logo | Barcode | Ean | Qr, settings: StarSettings, logo: Picture | None) -> bytes:
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
    # The wider the bars the surer the read; 2 dots are 0.25 mm at 203 dots per inch.
    for module in (3, 2):
        if commands.code128_dots(data, module) <= dots:
            return commands.code128(data, module)
    return b""


def _end(settings: StarSettings) -> bytes:
    if settings.cut == "none":
        # So that the last line is past the tear bar.
        return commands.feed(6)
    return commands.cut(partial=settings.cut == "partial")
