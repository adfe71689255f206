"""Adam Equipment: AZextra and CPWplus, 4800 or 9600 8N1.

    P CR LF     -> [G/W | N/W] [sign] number unit CR LF      what the display shows, once stable

An AZextra is silent while nothing lies on it, while it moves, and on a weight that it has given
already: from here that looks like a scale that is switched off.
"""

import re

from pos_driver_scales.legal.reading import (
    Ask,
    FrameError,
    OnlyWeighs,
    Reading,
    Talk,
    grams,
    line,
    weighed,
)

WEIGH = b"P\r\n"
_LONGEST = 40


def parse(data: bytes, width: int) -> Reading | None:
    """The answer to P, whose number has `width` characters with its blanks, 0: any; see `Ask`."""
    text = line(data, b"", b"\r\n", _LONGEST)
    if text is None:
        return None
    found = re.fullmatch(rb"(?:([GN])/W *)?([+-]?)( *[\d.]*\d) *(kg|g) *", text)
    if found is None or (width and len(found[3]) != width):
        raise FrameError(f"no weight: {data!r}")
    return weighed(grams(found[2] + found[3], found[4]), net=found[1] == b"N")


class Adam(OnlyWeighs):
    """The conversations."""

    def __init__(self, width: int) -> None:
        self._width = width

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`."""
        reading: Reading = yield Ask(WEIGH, lambda data: parse(data, self._width))
        return reading
