"""Pictures for a printer, drawn here: a shop's logo, or a whole receipt as some tills send it."""

import struct
import zlib
from pathlib import Path


def write_picture(file: Path, width: int, height: int) -> Path:
    """A black and white PNG of rings, so many dots wide and high; returns `file`."""
    rows = b"".join(
        b"\x00" + bytes(255 * ((x * x // 64 + y * y // 16) // 24 % 2) for x in range(width))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))
    return file


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
