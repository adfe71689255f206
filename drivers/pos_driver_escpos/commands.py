"""ESC/POS commands as bytes, each with its page of Epson's ESC/POS command reference. Pure.

The reference: https://download4.epson.biz/sec_pubs/pos/reference_en/escpos/
"""

import re

from pos_terminal.domain.receipt import Align

INITIALISE = b"\x1b@"
"""ESC @: modes as at power-on. What is still in the receive buffer stays there."""

NO_AUTOMATIC_STATUS = b"\x1da\x00"
"""GS a 0: no status unasked, which another program may have switched on."""

ASK_IN_ORDER = b"\x1dr\x01"
"""GS r 1: answered once everything sent before it has been processed."""

CANCEL_KANJI = b"\x1c."
"""FS .: one byte is one character, for printers whose power-on mode is two-byte characters."""

RESYNC = bytes(2048)
"""NULs, which print nothing: they end a command that an earlier loss cut in the middle."""


def ask_status(n: int) -> bytes:
    """DLE EOT n, answered at once: 1 printer, 2 why offline, 3 error, 4 paper."""
    return bytes((0x10, 0x04, n))


def code_page(number: int) -> bytes:
    """ESC t n, after ESC R 0: with a national set, # $ @ [ \\ ] ^ ` { | } ~ print as others."""
    return b"\x1bR\x00" + b"\x1bt" + bytes((number,))


def style(*, bold: bool, tall: bool) -> bytes:
    """ESC E n and GS ! n: tall doubles the height and leaves the width."""
    return bytes((0x1B, 0x45, bold, 0x1D, 0x21, int(tall)))


def align(to: Align) -> bytes:
    """ESC a n, at the start of a line: for what is not text."""
    return b"\x1ba" + bytes(((Align.LEFT, Align.CENTRE, Align.RIGHT).index(to),))


def feed(lines: int) -> bytes:
    """ESC d n."""
    return b"\x1bd" + bytes((lines,))


def cut(*, partial: bool) -> bytes:
    """GS V 65|66 0: feed to the cutter, then cut; partial leaves one point uncut."""
    return b"\x1dV" + bytes((66 if partial else 65, 0))


def code128(data: str, module: int) -> bytes:
    """GS k 73, 10 mm high (GS h 80), its text below (GS H 2).

    `{` introduces control codes there and is written twice. Digits go in pairs, in code set C,
    where that is narrower; all else is in set B.
    """
    symbol = b"".join(_pairs(part) if pairs else _letters(part) for pairs, part in _sets(data))
    setup = b"\x1dh\x50" + b"\x1dw" + bytes((module,)) + b"\x1dH\x02"
    return setup + b"\x1dk\x49" + bytes((len(symbol),)) + symbol


def ean(data: str, module: int) -> bytes:
    """GS k 67 (EAN-13) or 68 (EAN-8), 10 mm high, its digits below."""
    setup = b"\x1dh\x50" + b"\x1dw" + bytes((module,)) + b"\x1dH\x02"
    return setup + b"\x1dk" + bytes((68 if len(data) == 8 else 67, len(data))) + data.encode()


def code128_dots(data: str, module: int) -> int:
    """Width of that symbol: code sets, characters, check (11 modules each) and stop (13)."""
    characters = sum(1 + (len(part) // 2 if pairs else len(part)) for pairs, part in _sets(data))
    return (11 * (characters + 1) + 13) * module


def _sets(data: str) -> list[tuple[bool, str]]:
    """The text in parts: whether it goes in pairs of digits, and what. Six digits are worth it."""
    # A change of set costs two characters of eleven modules: two pairs would not earn that.
    parts = re.split(r"((?:[0-9]{2}){3,})", data)
    return [(n % 2 == 1, part) for n, part in enumerate(parts) if part]


def _letters(part: str) -> bytes:
    # A brace that is data is doubled, or the printer takes what follows for a change of set.
    return b"{B" + part.replace("{", "{{").encode("ascii")


def _pairs(part: str) -> bytes:
    return b"{C" + bytes(int(part[at : at + 2]) for at in range(0, len(part), 2))


def qr(data: str, module: int) -> bytes:
    """GS ( k, functions 165 model 2, 167 module size, 169 correction M, 180 store, 181 print."""
    stored = data.encode()
    return b"".join((
        _symbol(0x41, b"\x32\x00"),
        _symbol(0x43, bytes((module,))),
        _symbol(0x45, b"\x31"),
        _symbol(0x50, b"\x30" + stored),
        _symbol(0x51, b"\x30"),
    ))  # fmt: skip


def _symbol(function: int, parameters: bytes) -> bytes:
    # cn = 49: a QR code; the length counts cn and fn as well.
    body = bytes((0x31, function)) + parameters
    return b"\x1d(k" + len(body).to_bytes(2, "little") + body


def raster(width_bytes: int, rows: bytes) -> bytes:
    """GS v 0: rows of dots, the leftmost in the highest bit; at most 65,535 rows."""
    height = len(rows) // width_bytes
    return b"\x1dv0\x00" + width_bytes.to_bytes(2, "little") + height.to_bytes(2, "little") + rows


def pulse_in_order(pin: int, on: float, off: float) -> bytes:
    """ESC p m t1 t2, in units of 2 ms: drawer pulse, in its turn behind what is being printed."""
    return b"\x1bp" + bytes((_connector(pin), _units(on, 0.002, 255), _units(off, 0.002, 255)))


def pulse_at_once(pin: int, on: float) -> bytes:
    """DLE DC4 1 m t, in units of 100 ms, at most 8: drawer pulse ahead of what is being printed."""
    return b"\x10\x14\x01" + bytes((_connector(pin), _units(on, 0.1, 8)))


def _connector(pin: int) -> int:
    if pin not in (2, 5):
        raise ValueError(f"a drawer hangs on connector pin 2 or 5, not {pin}")
    return int(pin == 5)


def _units(seconds: float, unit: float, most: int) -> int:
    return max(1, min(most, round(seconds / unit)))
