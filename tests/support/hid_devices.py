"""Report descriptors of devices as makers build them, and what such devices send."""

SCANNER = bytes.fromhex(
    "05 8c 09 02 a1 01"  # page Bar Code Scanner, an application
    "09 12 a1 02 85 02 15 00 26 ff 00 75 08"  # Scanned Data report, number 2, bytes
    "95 01 05 01 09 3b 81 02"  # its length: Byte Count of the Generic Desktop page
    "95 03 05 8c 09 fb 09 fc 09 fd 81 02"  # three symbology identifiers
    "95 38 09 fe 82 02 01"  # 56 bytes of decoded data
    "95 05 75 01 81 01"  # five bits that say nothing
    "95 01 09 ff 81 02 95 02 81 01"  # more follows, and two bits again
    "c0 85 04 75 08 95 02 09 15 81 02 c0"  # another report: status
)
SCALE = bytes.fromhex("05 8d 09 20 a1 01 85 03 15 00 26 ff 00 75 08 95 05 09 40 81 02 c0")


def scanned(text: bytes, aim: bytes = b"]E0", *, more: bool = False) -> bytes:
    """A code as that scanner reports it; by hand, from the table above."""
    return b"\x02" + bytes([len(text)]) + aim + text.ljust(56, b"\0") + bytes([0x20 * more])
