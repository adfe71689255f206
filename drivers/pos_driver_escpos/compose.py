"""A receipt into the bytes of one printer. Pure."""

from collections.abc import Iterator

from pos_driver_escpos import commands
from pos_driver_escpos.layout import Line, lay_out
from pos_driver_escpos.profile import Profile
from pos_driver_escpos.text import representable, to_bytes, wrap
from pos_terminal.domain.receipt import Align, Barcode, Logo, Qr, Receipt

QR_MODULE = 5
"""Dots per module: 0.6 mm at 203 dots per inch, read at arm's length."""

QR_BYTES = 2331
"""The most that the largest symbol holds with correction M (ISO/IEC 18004, table 7)."""


def compose(receipt: Receipt, profile: Profile) -> bytes:
    """The whole receipt: initialise, print, feed, cut. Nothing in it can raise on a text."""
    head = commands.INITIALISE + (commands.CANCEL_KANJI if profile.kanji else b"")
    return head + commands.code_page(profile.code_page) + _body(receipt, profile) + _end(profile)


def _body(receipt: Receipt, profile: Profile) -> bytes:
    out = bytearray()
    now = (False, False)
    for item in _items(receipt, profile):
        if isinstance(item, bytes):
            out += commands.align(Align.CENTRE) + item + commands.align(Align.LEFT)
            continue
        if now != (item.bold, item.tall):
            now = (item.bold, item.tall)
            out += commands.style(bold=item.bold, tall=item.tall)
        out += to_bytes(item.text, profile.codec) + b"\n"
    return bytes(out)


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


def _picture(item: Logo | Barcode | Qr, profile: Profile) -> bytes:
    match item:
        case Logo():
            return profile.logo
        case Barcode(data):
            return _barcode(data, profile)
        case Qr(data):
            fits = profile.qr and 0 < len(data.encode()) <= QR_BYTES
            return commands.qr(data, QR_MODULE) if fits else b""


def _barcode(data: str, profile: Profile) -> bytes:
    if not (profile.barcode and data and data.isascii() and data.isprintable()):
        return b""
    for module in (3, 2):
        if commands.code128_dots(data, module) <= profile.dots:
            return commands.code128(data, module)
    return b""


def _end(profile: Profile) -> bytes:
    if profile.cut == "none":
        return commands.feed(6)
    return commands.cut(partial=profile.cut == "partial")
