"""How large codes may be on a paper, and the bars of those that a printer does not draw itself."""

from collections.abc import Callable

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

EAN_MODULES, EAN_8_MODULES = 113, 81
"""Across the symbol with its white margins (GS1 General Specifications, 5.2.3)."""


def qr_module(data: str, dots: int) -> int:
    """Dots per module of the largest symbol that so wide a paper has room for; 0 where none has.

    Level M, so that a crumpled receipt is still read.
    """
    modules = qr_size(data)
    if not modules:
        return 0
    return next((each for each in QR_MODULES if each * (modules + QR_MARGIN) <= dots), 0)


def qr_size(data: str) -> int:
    """Modules across the symbol of level M, without margins; 0 where there is none."""
    size = len(data.encode())
    versions = [number for number, holds in enumerate(QR_BYTES, 1) if 0 < size <= holds]
    return 17 + 4 * versions[0] if versions else 0


def ean_module(data: str, dots: int) -> int:
    """Dots per module of an EAN-13 or EAN-8 on so wide a paper; 0 where it does not fit."""
    modules = EAN_8_MODULES if len(data) == 8 else EAN_MODULES
    # 3 dots at 203 dots per inch are the nominal size, 2 are the smallest that GS1 allows.
    return next((module for module in (3, 2) if module * modules <= dots), 0)


def code128_module(data: str, dots: int, width: Callable[[str, int], int]) -> int:
    """Dots per module of a Code 128 on so wide a paper; 0 where it does not fit.

    `width` is the symbol's in dots, by its text and module: code sets are the driver's choice.
    """
    # The wider the bars the surer the read; 2 dots are 0.25 mm at 203 dots per inch.
    return next((module for module in (3, 2) if width(data, module) <= dots), 0)
