"""USB scales: the Scale Data report of HID's Scales page (0x8D), as USB-IF's Point of Sale Usage
Tables define it.

    [id] status unit exponent low high

`status` 1 fault, 2 stable at zero, 3 in motion, 4 stable, 5 under zero, 6 over capacity, 7 wants
calibration, 8 wants a new zero; `unit` 2 grams, 3 kilograms (1 to 12 others); the weight is high
and low times ten to the signed exponent.
"""

from pos_driver_scales.legal.reading import FrameError, NoWeight, Reading, Reason
from pos_terminal.domain.weight import Weight

WEIGHT = 0x008D_0040
"""The usage Data Weight, of which the report is."""

GRAM, KILOGRAM = 2, 3

_REASONS = {
    1: Reason.FAULT,
    3: Reason.MOVING,
    5: Reason.UNDER_ZERO,
    6: Reason.OVERLOAD,
    7: Reason.FAULT,
    8: Reason.FAULT,
}


def parse(report: bytes) -> Reading:
    """What the report's five bytes behind its number say. FrameError when they are no such."""
    if len(report) != 5:
        raise FrameError(f"no scale data: {report!r}")
    status, unit, exponent, low, high = report
    if status in _REASONS:
        return NoWeight(_REASONS[status], f"status {status}")
    if status not in (2, 4):
        raise FrameError(f"no such status: {report!r}")
    if unit not in (GRAM, KILOGRAM):
        raise FrameError(f"neither grams nor kilograms: {report!r}")
    power = (exponent - 256 if exponent > 127 else exponent) + 3 * (unit == KILOGRAM)
    value = low | high << 8
    # A report of zero may have any exponent; 10 ** 6 g are beyond any scale of a counter.
    if value and not -6 <= power <= 6:
        raise FrameError(f"no weight of a counter's scale: {report!r}")
    if power >= 0:
        return Weight(value * 10**power if value else 0)
    whole, rest = divmod(value, 10**-power) if value else (0, 0)
    if rest:
        raise FrameError(f"finer than a gram: {report!r}")
    return Weight(whole)
