"""A receipt from `print()` to the printer's last byte and to its acknowledgement."""

import asyncio
import socket
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bench.far_printer import Job, far_printer
from bench.figures import Figure, Setting, latencies
from pos_driver_escpos import commands
from pos_driver_escpos.compose import compose
from pos_driver_escpos.opening import open_printer
from pos_driver_escpos.profile import Profile
from pos_driver_escpos.settings import EscposSettings
from pos_terminal.domain.receipt import Align, Receipt, Row, Rule, Text

RECEIPTS = 300
WARM = 10
BAR = 3.5
LINES = 20
BARE = "bare socket, the same bytes"


def twenty_lines() -> Receipt:
    """A ticket of a Sunday's big family."""
    lines = [Row(f"{line + 1} CROISSANT AU BEURRE", "1,30") for line in range(LINES)]
    return Receipt(
        title="bench",
        blocks=(
            Text("Boulangerie du Banc", Align.CENTRE, bold=True), Text("1, place du Marché"),
            Row("Ticket 1-000001", "Caisse 1"), Rule(), *lines, Rule(),
            Row("TOTAL", "26,00 €", bold=True, tall=True), Text("Merci, à bientôt", Align.CENTRE),
        ),
    )  # fmt: skip


def measure(setting: Setting) -> list[Figure]:
    """The production driver over TCP, beside the same bytes over a bare socket."""
    return asyncio.run(_measure(setting.rounds(RECEIPTS)))


@dataclass(slots=True)
class _Delays:
    """Seconds of each receipt, beyond the device's own time."""

    last_byte: list[float] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)

    def note(self, begun: float, ended: float, job: Job) -> None:
        """The device's own time is from the last byte it received to the answer it sent."""
        self.last_byte.append(job.last - begun)
        self.acknowledged.append(ended - begun - (job.answered - job.last))


async def _measure(count: int) -> list[Figure]:
    ours, bare = _Delays(), _Delays()
    receipt = twenty_lines()
    whole = compose(receipt, Profile()) + commands.ASK_IN_ORDER
    async with far_printer() as near, far_printer() as other, AsyncExitStack() as stack:
        settings = EscposSettings(host="127.0.0.1", port=near.port)
        printer = await stack.enter_async_context(open_printer(settings))
        link = stack.enter_context(socket.create_connection(("127.0.0.1", other.port)))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(WARM):
            await printer.print(receipt)
            await near.job()
        for _ in range(count):
            begun = time.monotonic()
            await printer.print(receipt)
            ours.note(begun, time.monotonic(), await near.job())
            begun = time.monotonic()
            link.sendall(whole)
            link.recv(1)
            bare.note(begun, time.monotonic(), await other.job())
    return [
        *latencies("receipt.last_byte", "print() to the printer's last byte, 20 lines",
                   ours.last_byte, limit=(BARE, bare.last_byte)),
        *latencies("receipt.acknowledged", "print() to acknowledgement, beyond the device's time",
                   ours.acknowledged, limit=(BARE, bare.acknowledged), p50_at_most=BAR),
    ]  # fmt: skip
