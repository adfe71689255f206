"""Barcodes as the widths of their bars and blanks, in modules, a bar first. Pure.

Code 128: ISO/IEC 15417, tables 1 and 2. EAN-13 and EAN-8: GS1 General Specifications, 5.2.1.
"""

import re

_WIDTHS = re.findall(
    r"\d+",
    """
    212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232
    122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122
    321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113
    213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422
    121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111
    241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121
    412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412
    211214 211232
    """,
)
_START_B, _START_C, _TO_C, _TO_B = 104, 105, 99, 100
_STOP = "2331112"

_DIGITS = re.findall(r"\d+", "3211 2221 2122 1411 1132 1231 1114 1312 1213 3112")
_PARITY = re.findall(
    r"\d+", "000000 001011 001101 001110 010011 011001 011100 010101 010110 011010"
)
"""Which of the six digits at the left are of set B, by the first digit, that is not drawn."""


def code128(data: str) -> list[int]:
    """Printable ASCII; six digits or more in pairs, as the till's own driver has it."""
    parts = [part for part in re.split(r"((?:[0-9]{2}){3,})", data) if part]
    values: list[int] = []
    in_pairs = False
    for part in parts:
        pairs = len(part) >= 6 and part.isdigit() and len(part) % 2 == 0
        if not values:
            values.append(_START_C if pairs else _START_B)
        elif pairs != in_pairs:
            values.append(_TO_C if pairs else _TO_B)
        in_pairs = pairs
        if pairs:
            values += [int(part[at : at + 2]) for at in range(0, len(part), 2)]
        else:
            values += [ord(char) - 32 for char in part]
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    widths = "".join(_WIDTHS[value] for value in (*values, check)) + _STOP
    return [int(width) for width in widths]


def ean(digits: str) -> list[int]:
    """EAN-13 or EAN-8, with its check digit; UPC-A as the EAN-13 that it is."""
    digits = digits.zfill(13) if len(digits) == 12 else digits
    left, right = (digits[1:7], digits[7:]) if len(digits) == 13 else (digits[:4], digits[4:])
    parity = _PARITY[int(digits[0])] if len(digits) == 13 else "0000"
    # Set B is set C mirrored; a blank comes first at the left, a bar at the right.
    drawn = [_DIGITS[int(d)][:: -1 if p == "1" else 1] for d, p in zip(left, parity, strict=True)]
    widths = "111" + "".join(drawn) + "11111" + "".join(_DIGITS[int(d)] for d in right) + "111"
    return [int(width) for width in widths]


def bars(code: str) -> list[int]:
    """The symbol of a code as goods or papers carry it."""
    goods = code.isascii() and code.isdigit() and len(code) in (8, 12, 13)
    return ean(code) if goods else code128(code)
