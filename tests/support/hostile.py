"""Payment terminals that lie, flood and inject, with a bank behind them that keeps a true book.

They say everything but one thing: a whole and credible answer to the order under way that is not
true. That no till can tell; the end of day does (`pos_terminal.domain.lookup.reckoning`).
"""

import base64
from collections.abc import Iterator
from random import Random

from pos_driver_sim.bank import Card
from pos_driver_sim.card.caisse_ap import CaisseApEnd
from pos_driver_sim.card.cashlogy import CashlogyEnd
from pos_driver_sim.card.concert import ConcertEnd
from pos_driver_sim.card.zvt import TAKEN, ZvtEnd, command

KICK = "\x1b@\x1bp\x00\x19\x19\x1b]0;owned\x07\x9b31m"
"""Resets a printer and opens its drawer; renames and colours a technician's window."""


def card(chance: Random) -> str:
    """A number of 13 to 19 digits that passes the check of ISO/IEC 7812."""
    digits = [chance.choice("3456"), *(chance.choice("0123456789") for _ in range(11))]
    digits += [chance.choice("0123456789") for _ in range(chance.randint(0, 6))]
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return "".join(digits) + str(-total % 10)


class Noise:
    """What it says beside the truth. `numbers` are all the cards' numbers that were ever sent."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.numbers: set[str] = set()
        self.flood = 30

    def number(self) -> str:
        """A card's number, grouped somehow; or run together with what stands on its stripe."""
        found = card(self.chance)
        self.numbers.add(found)
        gap = self.chance.choice(("", " ", "-", ".", "  "))
        groups = [found[at : at + 4] for at in range(0, len(found), 4)]
        return gap.join(groups) + self.chance.choice(("", "2712", "=27122011000", ""))

    def text(self) -> bytes:
        """A line of a slip: a number, commands to the printer, accents in another code page."""
        words = (self.number(), KICK, "PAYÉ À L'ÉPICERIE €", "x" * self.chance.randint(0, 60))
        line = " ".join(self.chance.sample(words, 3))
        return line.encode(self.chance.choice(("cp850", "cp1252", "utf-8")), "replace")


class HostileZvt(ZvtEnd):
    """Says much between the commands that it owes; now and then it breaks off in a lie."""

    def __init__(self, noise: Noise) -> None:
        super().__init__()
        self.noise = noise
        self.breaks = 0.0

    def floods(self) -> Iterator[bytes]:
        """More than the till will hear, while the card is waited for."""
        yield b"".join([bytes((4, 0xFF, 1, 0x0A)), bytes((4, 0xFF, 1, 4))] * 20_000)

    def say(self, said: bytes) -> None:
        """See `ZvtEnd.say`."""
        self.card = Card(number=card(self.noise.chance).ljust(20, "0")[:16])
        self.noise.numbers.add(self.card.number)
        if said != TAKEN:
            for noise in self._noises():
                self._send(noise)
            if self.noise.chance.random() < self.breaks:
                self._send(self.noise.chance.choice(self._broken()))
                self._hang_up()
                return
        super().say(said)

    def _noises(self) -> list[bytes]:
        chance, text = self.noise.chance, self.noise.text()
        line = b"\x07" + bytes((len(text) % 100,)) + text[: len(text) % 100]
        block = b"\x1f\x07\x01" + bytes((chance.randint(0, 3),)) + b"\x25" + bytes((len(line),))
        kinds: tuple[list[bytes], ...] = (
            [command(0x04FF, bytes((chance.choice((0x0A, 0x04, 0x0E, 0xFF)),)))] * self.noise.flood,
            [command(0x06D1, b"\x00" + text)] * chance.randint(1, 300),
            [command(0x06D3, b"\x06" + bytes((len(block + line),)) + block + line)],
            [command(0x0500 + chance.randint(0, 255), chance.randbytes(chance.randint(0, 40)))],
            [TAKEN] * chance.randint(1, 5),
            [],
        )
        return chance.choice(kinds)

    def _broken(self) -> tuple[bytes, ...]:
        """Approvals that are none: of another currency, without end, of nothing, of anything."""
        amount = bytes.fromhex(f"{self.noise.chance.randint(0, 10**12 - 1):012}")
        return (
            command(0x040F, b"\x27\x00\x04" + amount + b"\x49\x08\x40") + command(0x060F),
            b"\x04\x0f\xff\xff\xff\x27\x00\x04" + amount,
            command(0x060F),
            command(0x040F, b"\x27\x00\x04\xab\xcd" + amount) + command(0x060F),
            self.noise.chance.randbytes(200),
        )


class HostileCaisseAp(CaisseApEnd):
    """Puts more into its answer than was asked for, or another one in its place."""

    def __init__(self, noise: Noise) -> None:
        super().__init__()
        self.noise = noise
        self.breaks = 0.0
        self._earlier = b""

    def called(self, send: object, hang_up: object) -> None:
        """See `Machine.called`: what it sends goes by way of `_lie`."""
        super().called(self._lie(send), hang_up)  # type: ignore[arg-type]

    def _lie(self, send: object) -> object:
        def lying(data: bytes) -> None:
            chance = self.noise.chance
            earlier, self._earlier = self._earlier, data
            if chance.random() < self.breaks:
                data = chance.choice(
                    (
                        earlier or chance.randbytes(80),
                        data.replace(b"CE003978", b"CE003840"),
                        data.replace(b"AE00210", b"AE99910"),
                        data[: chance.randint(0, len(data) - 1)],
                        chance.randbytes(300),
                        data.replace(b"CB0", b"CB012999999999999", 1),
                    )
                )
            else:
                data += self._more()
            send(data)  # type: ignore[operator]

        return lying

    def _more(self) -> bytes:
        """Fields that nobody asked for, with what must not be kept."""
        lines = b"\n".join(self.noise.text() for _ in range(self.noise.chance.randint(1, 8)))
        coded = base64.b64encode(lines)[:900]
        coded = coded[: len(coded) // 4 * 4]
        number = self.noise.number().encode()
        return b"".join(
            (
                b"XA%03d%s" % (len(number), number),
                b"XB%03d%s" % (len(coded), coded),
            )
        )


class HostileConcert(ConcertEnd):
    """Talks between its signals; its report is whatever comes off a card, and some of it a lie."""

    def __init__(self, noise: Noise) -> None:
        super().__init__()
        self.noise = noise
        self.breaks = 0.0

    def floods(self) -> Iterator[bytes]:
        """See `HostileZvt.floods`: little by little, since a serial line loses the rest."""
        for _ in range(1000):
            yield self._chatter()

    def called(self, send: object, hang_up: object) -> None:
        """See `Machine.called`."""

        def lying(data: bytes) -> None:
            send(self._chatter() + data)  # type: ignore[operator]

        super().called(lying, hang_up)  # type: ignore[arg-type]

    def _chatter(self) -> bytes:
        """Anything but a signal of the line."""
        text = self.noise.text() * self.noise.chance.randint(0, 5)
        return bytes(byte for byte in text if byte not in b"\x02\x03\x04\x05\x06\x15")

    def _say(self) -> None:
        chance, whole = self.noise.chance, self._answer
        self._answer = self._framed_as(self._changed(whole[1:-2]))
        if chance.random() < self.breaks:
            self._answer = self._broken(whole[1:-2])
        super()._say()
        self._answer = whole

    def _changed(self, text: bytes) -> bytes:
        """The same answer, with another report."""
        report = (self.noise.number().encode() + b" " + self.noise.text())[:55].ljust(55)
        return text[:12] + report.replace(b"\x03", b" ") + text[67:]

    def _framed_as(self, text: bytes) -> bytes:
        check = 0
        for byte in text + b"\x03":
            check ^= byte
        return b"\x02" + text + b"\x03" + bytes((check,))

    def _broken(self, text: bytes) -> bytes:
        """Answers that are none: to another till, of nothing, in dollars, without an end."""
        chance = self.noise.chance
        return chance.choice(
            (
                self._framed_as(b"98" + text[2:]),
                self._framed_as(text[:2] + b"9" + text[3:]),
                self._framed_as(text[:3] + b"00000000" + text[11:]),
                self._framed_as(text[:67] + b"840" + text[70:]),
                self._framed_as(text[:3] + self.noise.number().encode() + text[3:]),
                b"\x02" + self.noise.text() * 40,
                b"\x02" + chance.randbytes(300),
            )
        )


class HostileCashlogy(CashlogyEnd):
    """Puts more numbers behind its own, and words where sums belong."""

    def __init__(self, noise: Noise) -> None:
        super().__init__()
        self.noise = noise
        self.breaks = 0.0

    @property
    def table(self) -> dict[str, object]:
        """See `Machine.table`: whoever cuts it short is not waited for like a customer."""
        return {"start_time": 3.0}

    def floods(self) -> Iterator[bytes]:
        """See `HostileZvt.floods`: as much as it has said before it may not say at all."""
        yield b"#0#"

    def called(self, send: object, hang_up: object) -> None:
        """See `Machine.called`."""
        super().called(self._lie(send), hang_up)  # type: ignore[arg-type]

    def _lie(self, send: object) -> object:
        def lying(data: bytes) -> None:
            chance = self.noise.chance
            if data == b"#0#2.5#":
                data += b"%s#" % "".join(filter(str.isdigit, self.noise.number())).encode()
            if chance.random() < self.breaks:
                number = "".join(filter(str.isdigit, self.noise.number())).encode()
                data = chance.choice(
                    (
                        b"#0#%s#0#0#0#" % number,
                        b"#0#800#0#0#0#%s#" % number,
                        b"#0#-800#0#0#0#",
                        b"#ER:%s#" % (b"A" * 600),
                        b"#WR:LEVEL#" + b"0#" * 400,
                        data[: chance.randint(0, len(data) - 1)],
                        self.noise.text() * 30,
                        chance.randbytes(300),
                    )
                )
            send(data)  # type: ignore[operator]

        return lying
