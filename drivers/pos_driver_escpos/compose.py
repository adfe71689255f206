"""A receipt into the bytes of one printer. Pure."""

from collections.abc import Iterator

from pos_driver_escpos import commands
from pos_driver_escpos.profile import Profile
from pos_terminal.devices.paper_layout import Line, lay_out
from pos_terminal.devices.paper_text import representable, to_bytes, wrap
from pos_terminal.devices.symbols import ean_module, qr_module
from pos_terminal.domain.receipt import Align, Barcode, Ean, Logo, Qr, Receipt


def compose(receipt: Receipt, profile: Profile) -> bytes:
    """The whole receipt: initialise, print, feed, cut. Nothing in it can raise on a text."""
    return b"".join(parts_of(receipt, profile))


def parts_of(receipt: Receipt, profile: Profile) -> list[bytes]:
    """The same in parts, none of which may be parted any further: a line, a picture."""
    # First of all, in one piece with the text: what an earlier program set must not show here.
    head = commands.INITIALISE + (commands.CANCEL_KANJI if profile.kanji else b"")
    head += commands.code_page(profile.code_page)
    return [head, *_body(receipt, profile), _end(profile)]


def in_pieces(parts: list[bytes], most: int | None) -> list[bytes]:
    """The parts in as few pieces of at most so many bytes as there can be; None: in one."""
    if most is None:
        return [b"".join(parts)]
    pieces = [b""]
    for part in parts:
        if pieces[-1] and len(pieces[-1]) + len(part) > most:
            pieces.append(b"")
        pieces[-1] += part
    return pieces


def _body(receipt: Receipt, profile: Profile) -> Iterator[bytes]:
    now = (False, False)
    for item in _items(receipt, profile):
        if isinstance(item, bytes):
            # Pictures alone are aligned by the printer: texts are, by blanks, as wide as we know it
            # to be.
            yield commands.align(Align.CENTRE) + item + commands.align(Align.LEFT)
            continue
        style = b""
        # Only where it changes: on a slow line every byte is time.
        if now != (item.bold, item.tall):
            now = (item.bold, item.tall)
            style = commands.style(bold=item.bold, tall=item.tall)
        yield style + to_bytes(item.text, profile.codec) + b"\n"


def _items(receipt: Receipt, profile: Profile) -> Iterator[Line | bytes]:
    """Lines and pictures; a code that this printer cannot draw is given as text instead."""
    for item in lay_out(receipt, profile.columns, profile.codec):
        if isinstance(item, Line):
            yield item
        elif picture := _picture(item, profile):
            yield picture
        elif not isinstance(item, Logo):
            for line in wrap(representable(item.data, profile.codec), profile.columns):
                yield Line(line)


def _picture(item: Logo | Barcode | Ean | Qr, profile: Profile) -> bytes:
    match item:
        case Logo():
            return profile.logo
        case Barcode(data):
            return _barcode(data, profile)
        case Ean(data):
            module = ean_module(data, profile.dots) if profile.barcode else 0
            return commands.ean(data, module) if module else b""
        case Qr(data):
            return _qr(data, profile)


def _qr(data: str, profile: Profile) -> bytes:
    """As large as the paper is wide enough for; nothing where it would not be read."""
    module = qr_module(data, profile.dots) if profile.qr else 0
    return commands.qr(data, module) if module else b""


def _barcode(data: str, profile: Profile) -> bytes:
    if not (profile.barcode and data and data.isascii() and data.isprintable()):
        return b""
    # The wider the bars the surer the read; 2 dots are 0.25 mm at 203 dots per inch.
    for module in (3, 2):
        if commands.code128_dots(data, module) <= profile.dots:
            return commands.code128(data, module)
    return b""


def _end(profile: Profile) -> bytes:
    if profile.cut == "none":
        # So that the last line is past the tear bar.
        return commands.feed(6)
    return commands.cut(partial=profile.cut == "partial")
