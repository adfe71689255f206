"""A shop's logo as a picture file, drawn here."""

import struct
import zlib
from pathlib import Path

WIDTH, HEIGHT = 384, 120


def write_logo(file: Path) -> Path:
    """A black and white PNG of rings, such as a small shop's logo would be; returns `file`."""
    rows = b"".join(
        b"\x00" + bytes(255 * ((x * x // 64 + y * y // 16) // 24 % 2) for x in range(WIDTH))
        for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))
    return file


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
