"""A receipt into the bytes of one printer. Pure."""

from functools import partial

from pos_driver_escpos import commands
from pos_driver_escpos.profile import Profile
from pos_terminal.devices.paper_stream import Drawn, body_of
from pos_terminal.devices.symbols import code128_module, ean_module, qr_module
from pos_terminal.domain.receipt import Barcode, Ean, Logo, Qr, Receipt


def compose(receipt: Receipt, profile: Profile) -> bytes:
    """The whole receipt: initialise, print, feed, cut. Nothing in it can raise on a text."""
    return b"".join(parts_of(receipt, profile))


def parts_of(receipt: Receipt, profile: Profile) -> list[bytes]:
    """The same in parts, none of which may be parted any further: a line, a picture."""
    # First of all, in one piece with the text: what an earlier program set must not show here.
    head = commands.INITIALISE + (commands.CANCEL_KANJI if profile.kanji else b"")
    head += commands.code_page(profile.code_page)
    draw = partial(_picture, profile)
    body = body_of(receipt, profile.columns, profile.codec, commands, draw)
    return [head, *body, _end(profile)]


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


def _picture(profile: Profile, item: Drawn) -> bytes:
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
    module = code128_module(data, profile.dots, commands.code128_dots)
    return commands.code128(data, module) if module else b""


def _end(profile: Profile) -> bytes:
    if profile.cut == "none":
        # So that the last line is past the tear bar.
        return commands.feed(6)
    return commands.cut(partial=profile.cut == "partial")
