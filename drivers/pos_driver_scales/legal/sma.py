"""SMA SCP-0499, the Scale Manufacturers Association's protocol, level 1 (April 1999, Mod 1).

    LF W CR     -> LF s r n m f weight unit CR      (5.1) the weight as displayed
    LF Z CR, LF T CR                                the same, after zero and tare
    other       -> LF ? CR

`s` Z centre of zero, O over and U under capacity, E zero error, I initial zero error, T tare error;
`r` the range, `n` G gross, N net, T a tare; `m` M in motion; the weight 10 characters, the unit 3.
"""

from pos_driver_scales.legal.reading import (
    Ask,
    FrameError,
    NoWeight,
    OnlyWeighs,
    Reading,
    Reason,
    Talk,
    grams,
    line,
    weighed,
)
from pos_terminal.domain.weight import Weight

WEIGH, ZERO, TARE = b"\nW\r", b"\nZ\r", b"\nT\r"
_WIDTH = 18
_LONGEST = 24

_STATES = {
    b"O": NoWeight(Reason.OVERLOAD),
    b"U": NoWeight(Reason.UNDER_ZERO),
    b"E": NoWeight(Reason.NOT_SET, "zero error"),
    b"I": NoWeight(Reason.FAULT, "initial zero error"),
    b"T": NoWeight(Reason.NOT_SET, "tare error"),
}


def parse(data: bytes) -> Reading | None:
    """The standard response; see `Ask`."""
    field = line(data, b"\n", b"\r", _LONGEST)
    if field is None:
        return None
    # By place: a character that the line dropped shifts all the others.
    if len(field) != _WIDTH:
        raise FrameError(f"no standard response: {data!r}")
    state, kind, motion = field[0:1], field[2:3], field[3:4]
    if state not in b"ZOUEIT " or kind not in b"GN" or motion not in b"M ":
        raise FrameError(f"no standard response: {data!r}")
    if motion == b"M":
        return NoWeight(Reason.MOVING)
    if state in _STATES:
        return _STATES[state]
    return weighed(grams(field[5:15], field[15:18]), net=kind == b"N")


class Sma(OnlyWeighs):
    """The conversations."""

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`."""
        reading: Reading = yield Ask(WEIGH, parse)
        return reading

    def zero(self) -> Talk[NoWeight | None]:
        """See `Speech.zero`."""
        reading: Reading = yield Ask(ZERO, parse)
        if isinstance(reading, NoWeight):
            return reading
        return None if not reading.grams else NoWeight(Reason.NOT_SET, f"{reading.grams} g after Z")

    def tare(self) -> Talk[NoWeight | None]:
        """See `Speech.tare`."""
        reading: Reading = yield Ask(TARE, parse)
        if isinstance(reading, Weight) and not reading.net:
            return NoWeight(Reason.NOT_SET, "still a gross weight after T")
        return reading if isinstance(reading, NoWeight) else None
