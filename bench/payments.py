"""What the till adds to a payment by card: from the key to the terminal's first byte, and from the
terminal's last byte to the display. The customer and his bank take no time here.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure, Setting, latencies
from bench.raw import RawCommits
from bench.shop import SETTINGS, Ends, open_shop
from pos_driver_sim.card.machine import Machine
from pos_driver_sim.card.nexo import NexoEnd
from pos_driver_sim.card.tls import TlsTerminal
from pos_driver_sim.card.wires import TcpTerminal
from pos_driver_sim.card.zvt import ZvtEnd

Wire = TcpTerminal | TlsTerminal

PAYMENTS = 200
WARM = 5
BAR = 5.0
TERMINAL = '\n[[terminals]]\ndevice = "card"\ntenders = ["CARD"]\n'
COMMIT = "one bare commit"


class _Watch:
    """Notes when a dialogue's first byte came to a far end, and when its own last one left."""

    def __init__(self, machine: Machine) -> None:
        self.first = self.last = 0.0
        received, called = machine.received, machine.called

        def comes(data: bytes) -> None:
            self.first = self.first or time.monotonic()
            received(data)

        def is_called(send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
            def goes(data: bytes) -> None:
                send(data)
                self.last = time.monotonic()

            called(goes, hang_up)

        line: Any = machine
        line.received, line.called = comes, is_called


def measure(setting: Setting) -> list[Figure]:
    """A whole till, beside bare commits on the same disk: by ZVT, and by nexo in a child."""
    return asyncio.run(_measure(setting, setting.rounds(PAYMENTS)))


async def _measure(setting: Setting, count: int) -> list[Figure]:
    zvt, nexo = ZvtEnd(), NexoEnd()
    with TemporaryDirectory() as certificate:
        ends: tuple[tuple[str, Machine, Wire], ...] = (
            ("", zvt, TcpTerminal(zvt)),
            (".nexo", nexo, TlsTerminal(nexo, Path(certificate))),
        )
        return [
            figure
            for name, machine, wire in ends
            for figure in await _of(setting, count, name, machine, wire)
        ]


async def _of(
    setting: Setting, count: int, name: str, machine: Machine, wire: Wire
) -> list[Figure]:
    watch, asked, shown = _Watch(machine), list[float](), list[float]()
    folder = setting.folder(f"payments{name}")
    with closing(RawCommits(folder)) as raw:
        async with wire as end, open_shop(folder / "shop") as shop:
            wired = shop.ends.toml(card={"class": "payment-terminal", **end.settings})
            plugged = SETTINGS.replace('"escpos"]', f'"escpos", "{machine.driver}"]')
            shop.config.write_text(plugged + wired + TERMINAL)
            async with shop.started() as terminal:
                await terminal.all_open(len(shop.ends.devices) + 1)
                for number in range(WARM + count):
                    raw.take(1)
                    begun, first, last, thanked = await _paid(shop.ends, watch)
                    if number >= WARM:
                        asked.append(first - begun)
                        shown.append(thanked - last)
    return [
        *latencies(f"payments.asked{name}", f"CARD to the first byte at {machine.driver}", asked,
                   limit=(COMMIT, raw.seconds), p50_at_most=None if name else BAR),
        *latencies(f"payments.shown{name}", f"{machine.driver}'s last byte to the display", shown,
                   limit=(COMMIT, raw.seconds), p50_at_most=BAR),
    ]  # fmt: skip


async def _paid(ends: Ends, watch: _Watch) -> tuple[float, float, float, float]:
    """One ticket: when CARD was pressed, the first byte came, the last left, and it was thanked."""
    before = len(ends.display.frames)
    await ends.type("1 PLU")
    await ends.frame(before, "1,30")
    before, watch.first = len(ends.display.frames), 0.0
    begun = time.monotonic()
    await ends.type("CARD")
    thanked = await ends.frame(before, "MERCI")
    return begun, watch.first, watch.last, thanked
