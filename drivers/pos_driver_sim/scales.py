"""Scales that speak other protocols than Toledo's: the far ends of `pos_driver_scales`.

They are written from the sources that the drivers name, and share no line with them.
"""

from collections.abc import Iterator
from pathlib import Path

from pos_driver_sim.scale import AnyScale


def kilograms(grams: int, width: int) -> bytes:
    """«01.250» in so many characters, filled with zeros."""
    sign = "-" if grams < 0 else ""
    text = f"{abs(grams) // 1000}.{abs(grams) % 1000:03}"
    return (sign + text.rjust(width - len(sign), "0")).encode()


class CasEnd(AnyScale):
    """CAS: ENQ is acknowledged, DC1 answered with a frame that has a check."""

    driver = "cas"
    says_net = False

    def answers(self, data: bytes) -> Iterator[bytes]:
        """See `AnyScale.answers`: a character is a command."""
        for byte in data:
            self.asked.append(bytes([byte]))
            if byte == 0x05:
                yield b"\x06" if self.garbage is None else self.garbage
            elif byte == 0x11:
                yield self._frame() if self.garbage is None else self.garbage

    def _frame(self) -> bytes:
        sign = "F" if self.overloaded else "-" if self.net < 0 else " "
        body = ("U" if self.moving else "S") + sign
        block = body.encode() + kilograms(abs(self.net), 6) + b"kg"
        check = 0
        for byte in block:
            check ^= byte
        return b"\x01\x02" + block + bytes([check]) + b"\x03\x04"


class LineScale(AnyScale):
    """A scale whose commands are lines with this end."""

    end = b"\r"

    def __init__(self, path: Path, *, capacity: int = 15_000) -> None:
        super().__init__(path, capacity=capacity)
        self._begun = b""

    def answers(self, data: bytes) -> Iterator[bytes]:
        """See `AnyScale.answers`."""
        *commands, self._begun = (self._begun + data).split(self.end)
        for command in commands:
            self.asked.append(command)
            yield self.obey(command) if self.garbage is None else self.garbage

    def obey(self, command: bytes) -> bytes:
        """The answer to a whole line, without its end."""
        raise NotImplementedError


class NciEnd(LineScale):
    """NCI SCP-01; the third status byte comes once there is something to say in it."""

    driver = "nci"

    def obey(self, command: bytes) -> bytes:
        """See `LineScale.obey`."""
        if command == b"W":
            return b"\n" + kilograms(self.net, 6) + b"KG\r\n" + self._status() + b"\r\x03"
        if command in (b"S", b"Z"):
            if command == b"Z":
                self.take_zero()
            return b"\n" + self._status() + b"\r\x03"
        return b"\n?\r\x03"

    def _status(self) -> bytes:
        first = 0x30 | self.moving | (self.net == 0) << 1
        second = 0x30 | (self.net < 0) | self.overloaded << 1 | bool(self.tare) << 6
        third = bytes([0x34]) if self.tare else b""
        return bytes([first, second]) + third


class SmaEnd(LineScale):
    """SMA SCP-0499, level 1 and its tare."""

    driver = "sma"

    def obey(self, command: bytes) -> bytes:
        """See `LineScale.obey`."""
        command = b"\n" + command.rpartition(b"\n")[2]  # LF begins anew, whatever came before
        state = "O" if self.overloaded else "U" if self.net < 0 else " " if self.net else "Z"
        if command == b"\nZ" and not self.take_zero():
            state = "E"
        elif command == b"\nT" and not self.take_tare():
            state = "T"
        elif command not in (b"\nW", b"\nZ", b"\nT"):
            return b"\n?\r"
        weight = "-" * 10 if state in "ET" else f"{self.net / 1000:10.3f}"
        mark = f"{state}1{'N' if self.tare else 'G'}{'M' if self.moving else ' '} "
        return f"\n{mark}{weight}kg \r".encode()


class MtSicsEnd(LineScale):
    """MT-SICS, levels 0 and 1."""

    driver = "mt-sics"
    end = b"\r\n"

    def obey(self, command: bytes) -> bytes:
        """See `LineScale.obey`."""
        trouble = b"+" if self.overloaded else b"-" if self.net < 0 else b""
        if command == b"SI":
            state = b"D" if self.moving else b"S"
            return b"S " + (trouble or state + self._weight(self.net)) + b"\r\n"
        if command == b"TA":
            return b"TA A" + self._weight(self.tare) + b"\r\n"
        if command == b"Z":
            return b"Z A\r\n" if self.take_zero() else b"Z I\r\n"
        if command == b"T":
            return b"T S" + self._weight(self.tare) + b"\r\n" if self.take_tare() else b"T I\r\n"
        return b"ES\r\n"

    def _weight(self, grams: int) -> bytes:
        return f" {grams / 1000:10.3f} kg".encode()


class AdamEnd(LineScale):
    """Adam CPWplus; `shy` makes it an AZextra: silent on nothing, and on the weight before.

    Both are silent while the weight moves; over its capacity it goes on weighing.
    """

    driver = "adam"
    end = b"\r\n"
    says_moving = False

    def __init__(self, path: Path, *, capacity: int = 15_000, shy: bool = False) -> None:
        super().__init__(path, capacity=capacity)
        self._shy = shy
        self._given: int | None = None

    def obey(self, command: bytes) -> bytes:
        """See `LineScale.obey`."""
        if command != b"P" or self.moving:
            return b""
        if not self._shy:
            mark = "N/W" if self.tare else "G/W"
            sign = "-" if self.net < 0 else "+"
            return f"{mark}  {sign}{abs(self.net) / 1000:8.3f} kg\r\n".encode()
        if self.net in (0, self._given):
            return b""
        self._given = self.net
        return f"{self.net / 1000:9.3f}kg\r\n".encode()


class DialogEnd(AnyScale):
    """Dialog 06. `strict`: no weight twice without motion; `polynomial`: it challenges the till.

    `proven` says whether the till has shown the right checksum. Its challenge is Z1 = 3, Z2 = 5.
    """

    driver = "dialog-06"
    says_net = False
    weighs_nothing = False

    def __init__(
        self, path: Path, *, capacity: int = 15_000, strict: bool = False, polynomial: int = 0
    ) -> None:
        super().__init__(path, capacity=capacity)
        self.strict = strict
        self.proven = not polynomial
        self._polynomial = polynomial
        self._begun = b""
        self._priced = False
        self._verdict = b""
        self._given: int | None = None
        self._why = b"00"

    def answers(self, data: bytes) -> Iterator[bytes]:
        """See `AnyScale.answers`: EOT clears, ENQ asks, ETX ends a record."""
        for byte in data:
            character = bytes([byte])
            self._begun = character if character in (b"\x04", b"\x02") else self._begun + character
            if self._begun == b"\x04\x05":
                self.asked.append(b"ENQ")
                yield self._asked_for() if self.garbage is None else self.garbage
            elif character == b"\x03" and self._begun[:1] == b"\x02":
                self.asked.append(self._begun[1:-1])
                yield self._record(self._begun[1:-1]) if self.garbage is None else self.garbage

    def _record(self, record: bytes) -> bytes:
        number, rest = record[:2], record[2:]
        if number == b"08":
            return b"\x0209\x1b" + self._why + b"\x03"
        if number == b"10":
            self.proven = self._is_right(rest[1:])
            self._verdict = b"1" if self.proven else b"0"
            return b"\x06"
        if number != b"01" or len(rest) != 8:
            return self._nak(b"10")
        if not self.proven:
            return b"\x0211\x1b235\x03"
        self._priced = True
        return b"\x06"

    def _asked_for(self) -> bytes:
        if self._verdict:
            verdict, self._verdict = self._verdict, b""
            return b"\x0211\x1b" + verdict + b"\x03"
        if not self._priced:
            return self._nak(b"11")
        for state, why in (
            (self.overloaded, b"32"),
            (self.net < 0, b"31"),
            (self.moving, b"20"),
            (self.net < 40, b"30"),
            (self.strict and self.net == self._given, b"21"),
        ):
            if state:
                return self._nak(why)
        self._given, self._priced = self.net, False
        return b"\x0202\x1b3\x1b%05d\x1b000000\x1b000000\x03" % self.net

    def _nak(self, why: bytes) -> bytes:
        self._why = why
        # In motion the price stands, and the weight may be asked for again.
        self._priced = self._priced and why == b"20"
        return b"\x15"

    def _is_right(self, shown: bytes) -> bool:
        """Bit by bit, as the maker's paper has it: what the till must not be able to guess."""
        bits = [int(b) for b in f"{int(shown[:4], 16):016b}"]
        checksum = bits[-3:] + bits[:-3]
        bits = [int(b) for b in f"{int(shown[4:], 16):016b}"]
        answer = bits[5:] + bits[:5]
        divisor = [int(b) for b in f"{self._polynomial:b}"]
        rest = checksum + answer
        for at in range(16):
            if rest[at]:
                rest[at : at + 17] = [a ^ b for a, b in zip(rest[at:], divisor, strict=False)]
        return not any(rest)
