"""A receipt into the bytes of one printer. Pure."""

from collections.abc import Iterator

from pos_driver_escpos import commands
from pos_driver_escpos.layout import Line, lay_out
from pos_driver_escpos.profile import Profile
from pos_driver_escpos.text import representable, to_bytes, wrap
from pos_terminal.domain.receipt import Align, Barcode, Logo, Qr, Receipt

QR_MODULES = (5, 4, 3)
"""Dots per module: 0.6 mm at 203 dots per inch is read at arm's length, 0.4 mm close to."""

QR_MARGIN = 8
"""Modules of white beside a symbol, on both sides together (ISO/IEC 18004, 6.3.8)."""

QR_BYTES = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
    711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989,
    2099, 2213, 2331,
)  # fmt: skip
"""What a symbol of each version, from 1, holds with correction M (ISO/IEC 18004, table 7)."""


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


def _picture(item: Logo | Barcode | Qr, profile: Profile) -> bytes:
    match item:
        case Logo():
            return profile.logo
        case Barcode(data):
            return _barcode(data, profile)
        case Qr(data):
            return _qr(data, profile)


def _qr(data: str, profile: Profile) -> bytes:
    """As large as the paper is wide enough for; nothing where it would not be read."""
    size = len(data.encode())
    versions = [number for number, holds in enumerate(QR_BYTES, 1) if size <= holds]
    if not (profile.qr and size and versions):
        return b""
    modules = 17 + 4 * versions[0] + QR_MARGIN
    fitting = [module for module in QR_MODULES if module * modules <= profile.dots]
    return commands.qr(data, fitting[0]) if fitting else b""


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
