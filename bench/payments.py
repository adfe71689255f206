"""What the till adds to a payment by card: from the key to the terminal's first byte, and from the
terminal's last byte to the display. The customer and his bank take no time here.
"""

import asyncio
import time
from contextlib import closing

from bench.figures import Figure, Setting, latencies
from bench.raw import RawCommits
from bench.shop import SETTINGS, Ends, open_shop
from pos_driver_sim.card.wires import TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd

PAYMENTS = 200
WARM = 5
BAR = 5.0
TERMINAL = '\n[[terminals]]\ndevice = "card"\ntenders = ["CARD"]\n'
COMMIT = "one bare commit"


class _Watched(ZvtEnd):
    """A terminal that notes when a dialogue's first byte came, and when its own last one left."""

    def __init__(self) -> None:
        super().__init__()
        self.first = self.last = 0.0

    def received(self, data: bytes) -> None:
        """See `Machine.received`."""
        self.first = self.first or time.monotonic()
        super().received(data)

    def say(self, command: bytes) -> None:
        """See `ZvtEnd.say`."""
        super().say(command)
        self.last = time.monotonic()


def measure(setting: Setting) -> list[Figure]:
    """A whole till, beside bare commits on the same disk."""
    return asyncio.run(_measure(setting, setting.rounds(PAYMENTS)))


async def _measure(setting: Setting, count: int) -> list[Figure]:
    machine, asked, shown = _Watched(), list[float](), list[float]()
    folder = setting.folder("payments")
    with closing(RawCommits(folder)) as raw:
        async with TcpTerminal(machine) as end, open_shop(folder / "shop") as shop:
            wired = shop.ends.toml(card={"class": "payment-terminal", **end.settings})
            plugged = SETTINGS.replace('"escpos"]', '"escpos", "zvt"]')
            shop.config.write_text(plugged + wired + TERMINAL)
            async with shop.started() as terminal:
                await terminal.all_open(len(shop.ends.devices) + 1)
                for number in range(WARM + count):
                    raw.take(1)
                    begun, first, last, thanked = await _paid(shop.ends, machine)
                    if number >= WARM:
                        asked.append(first - begun)
                        shown.append(thanked - last)
    return [
        *latencies("payments.asked", "CARD to the terminal's first byte", asked,
                   limit=(COMMIT, raw.seconds), p50_at_most=BAR),
        *latencies("payments.shown", "the terminal's last byte to the display", shown,
                   limit=(COMMIT, raw.seconds), p50_at_most=BAR),
    ]  # fmt: skip


async def _paid(ends: Ends, machine: _Watched) -> tuple[float, float, float, float]:
    """One ticket: when CARD was pressed, the first byte came, the last left, and it was thanked."""
    before = len(ends.display.frames)
    await ends.type("1 PLU")
    await ends.frame(before, "1,30")
    before, machine.first = len(ends.display.frames), 0.0
    begun = time.monotonic()
    await ends.type("CARD")
    thanked = await ends.frame(before, "MERCI")
    return begun, machine.first, machine.last, thanked
