"""Commands of Star Line Mode and StarPRNT as bytes. Pure.

Source: Star Micronics, «STAR Line Mode Command Specifications»; StarPRNT has the same commands but
for pictures («StarPRNT Command Specifications», ESC GS S).
"""

from pos_terminal.domain.receipt import Align

INITIALISE = b"\x1b@"
"""ESC @: modes as at power-on."""

NO_AUTOMATIC_STATUS = b"\x1b\x1ea\x00"
"""ESC RS a 0: no status unasked; the specification forbids to ask where it is on."""

ASK_STATUS = b"\x1b\x06\x01"
"""ESC ACK SOH: answered at once by an automatic status (`asb`), whatever is still to be printed."""

COUNT = b"\x17"
"""ETB: once all before it has been printed, the status's counter goes up by one."""

COUNT_FROM_ZERO = b"\x1b\x1eE\x00"
"""ESC RS E 0: that counter is zero again."""

RESYNC = bytes(2048)
"""NULs, which print nothing: they end a command that an earlier loss cut in the middle."""

ROWS = 24
"""Rows of dots in one ESC k."""


def code_page(number: int) -> bytes:
    """ESC GS t n, after ESC R 0: with a national set, # $ @ [ \\ ] ^ ` { | } ~ print as others."""
    return b"\x1bR\x00" + b"\x1b\x1dt" + bytes((number,))


def style(*, bold: bool, tall: bool) -> bytes:
    """ESC E or ESC F, and ESC i height width."""
    return (b"\x1bE" if bold else b"\x1bF") + b"\x1bi" + bytes((int(tall), 0))


def align(to: Align) -> bytes:
    """ESC GS a n, at the start of a line: for what is not text."""
    return b"\x1b\x1da" + bytes(((Align.LEFT, Align.CENTRE, Align.RIGHT).index(to),))


def cut(*, partial: bool) -> bytes:
    """ESC d 2|3: feed to the cutter, then cut; partial leaves one point uncut."""
    return b"\x1bd" + (b"3" if partial else b"2")


def feed(lines: int) -> bytes:
    """ESC a n."""
    return b"\x1ba" + bytes((lines,))


def code128(data: str, dots: int) -> bytes:
    """ESC b 6 2 n3 n4 d RS: 10 mm high, its text below; `%` introduces control codes there."""
    return _barcode(b"6", dots, data.replace("%", "%0"))


def code128_dots(data: str, dots: int) -> int:
    """Width of that symbol where no digits go in pairs: start, check (11 modules) and stop (13)."""
    return (11 * (len(data) + 2) + 13) * dots


def ean(data: str, dots: int) -> bytes:
    """ESC b 3 (EAN-13) or 2 (EAN-8)."""
    return _barcode(b"2" if len(data) == 8 else b"3", dots, data)


def _barcode(kind: bytes, dots: int, data: str) -> bytes:
    # n3 1 to 3: modules of 2, 3 or 4 dots. n2 2: text below, then a line feed.
    setup = kind + b"2" + str(dots - 1).encode() + b"\x50"
    return b"\x1bb" + setup + data.encode("ascii") + b"\x1e"


def qr(data: str, module: int) -> bytes:
    """ESC GS y: S 0 model 2, S 1 correction M, S 2 module, D the text, P print."""
    stored = data.encode()
    size = len(stored).to_bytes(2, "little")
    setup = b"\x1b\x1dyS0\x02" + b"\x1b\x1dyS1\x01" + b"\x1b\x1dyS2" + bytes((module,))
    return setup + b"\x1b\x1dyD1\x00" + size + stored + b"\x1b\x1dyP"


def picture_of_lines(width_bytes: int, rows: bytes) -> bytes:
    """Star Line Mode: ESC k n 0 for each 24 rows, with ESC 0 between them, so that none gapes."""
    band = width_bytes * ROWS
    rows += bytes(-len(rows) % band)
    head = b"\x1bk" + bytes((width_bytes, 0))
    bands = (head + rows[at : at + band] + b"\n" for at in range(0, len(rows), band))
    return b"\x1b0" + b"".join(bands) + b"\x1bz1"


def picture(width_bytes: int, rows: bytes) -> bytes:
    """StarPRNT: ESC GS S 1 width height 0."""
    height = len(rows) // width_bytes
    size = width_bytes.to_bytes(2, "little") + height.to_bytes(2, "little")
    return b"\x1b\x1dS\x01" + size + b"\x00" + rows


def pulse(pin: int, on: float, off: float) -> bytes:
    """ESC BEL n1 n2 and BEL, in units of 10 ms; SUB for the second drawer, whose time is fixed.

    ValueError for another connector pin than 2 or 5.
    """
    if pin == 2:
        return b"\x1b\x07" + bytes((_units(on), _units(off))) + b"\x07"
    if pin == 5:
        return b"\x1a"
    raise ValueError(f"a drawer hangs on connector pin 2 or 5, not {pin}")


def _units(seconds: float) -> int:
    return max(1, min(127, round(seconds / 0.01)))
