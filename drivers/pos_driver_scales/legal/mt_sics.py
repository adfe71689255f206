"""MT-SICS, Mettler Toledo's Standard Interface Command Set, levels 0 and 1.

Source: Reference Manual MT-SICS 11780711, 2.2 and the commands S, SI, Z, T, TA.

    SI  -> S S weight unit      stable; S D: moving
           S I, S +, S -        not executable, overload, underload
    TA  -> TA A weight unit     the tare in force
    Z, T -> Z A, T S weight unit; I, +, - as above
    ES, ET, EL                  not understood, not transmitted well, a wrong parameter

Each ends with CR LF. A weight has ten characters, right-aligned, then a blank and its unit.
"""

import re

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

_LONGEST = 40
_REASONS = {
    b"I": NoWeight(Reason.MOVING, "not executable now"),
    b"+": NoWeight(Reason.OVERLOAD),
    b"-": NoWeight(Reason.UNDER_ZERO),
}


def parse(data: bytes, command: bytes, width: int) -> tuple[bytes, int | None] | None:
    """The answer's status letter and its grams, if it has any; see `Ask`."""
    text = line(data, b"", b"\r\n", _LONGEST)
    if text is None:
        if data and not command.startswith(data[: len(command)]) and data[:1] != b"E":
            raise FrameError(f"no answer to {command!r}: {data!r}")
        return None
    found = re.fullmatch(rb"%b ([A-Z+-])(?: ([ \d.+-]+) (\S.*?) *)?" % re.escape(command), text)
    if found is None or (found[2] is not None and width and len(found[2]) != width):
        raise FrameError(f"no answer to {command!r}: {data!r}")
    return found[1], None if found[2] is None else grams(found[2], found[3])


class MtSics(OnlyWeighs):
    """The conversations. Weights have `width` characters, 0: any; `asks_tare`: the scale knows TA.

    A stable net weight looks like a gross one: only the tare in force tells them apart.
    """

    def __init__(self, width: int, *, asks_tare: bool) -> None:
        self._width = width
        self._asks_tare = asks_tare

    def _ask(self, command: bytes, answer: bytes) -> Ask[tuple[bytes, int | None]]:
        return Ask(command + b"\r\n", lambda data: parse(data, answer, self._width))

    def weigh(self) -> Talk[Reading]:
        """See `Speech.weigh`. The tare first: between the two the platter may be emptied."""
        tare: int | None = 0
        if self._asks_tare:
            letter, tare = yield self._ask(b"TA", b"TA")
            if letter != b"A" or tare is None:
                return _REASONS.get(letter) or NoWeight(Reason.FAULT, f"TA {letter!r}")
        letter, value = yield self._ask(b"SI", b"S")
        if letter == b"D":
            return NoWeight(Reason.MOVING)
        if letter == b"S" and value is not None:
            return weighed(value, net=bool(tare))
        return _REASONS.get(letter) or NoWeight(Reason.FAULT, f"S {letter!r}")

    def zero(self) -> Talk[NoWeight | None]:
        """See `Speech.zero`."""
        letter, _ = yield self._ask(b"Z", b"Z")
        return None if letter == b"A" else NoWeight(Reason.NOT_SET, f"Z {letter!r}")

    def tare(self) -> Talk[NoWeight | None]:
        """See `Speech.tare`."""
        letter, _ = yield self._ask(b"T", b"T")
        return None if letter == b"S" else NoWeight(Reason.NOT_SET, f"T {letter!r}")
