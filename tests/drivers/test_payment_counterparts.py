"""Payment terminals against what other people wrote: a client, a decoder, a recorded dialogue."""

import asyncio
import json
import shutil
import struct
import subprocess
from pathlib import Path

from pos_driver_payments.caisse_ap import CaisseAp, CaisseApSettings
from pos_driver_payments.frames.caisse_ap import fields, message
from pos_driver_sim.card.concert import ConcertEnd
from pos_driver_sim.card.machine import Act
from pos_driver_sim.card.wires import PtyTerminal
from pos_terminal.domain.authorisation import Ending, Order, Original, Reason, Scheme, Service
from pos_terminal.domain.money import Cents
from pos_terminal.testing.payment_contract import nobody
from pos_terminal.testing.payments import Till, bench_of
from pos_terminal.testing.running import PATIENCE, run
from pos_terminal.testing.timeless import run_timeless
from tests.needs import need
from tests.support.own_environment import ROOT, interpreter

ORDER = Order(reference="A000000001", cents=Cents(12345))

ASKED = (
    b"CZ0040300CJ012012345678901CA00201CB00512345CD0010CE003978BA0010CF010A000000001"
)
PAID = (
    b"CZ0040300CJ012012345678901CA00201CB00512345CD0010CE003978BA0010CF0101010000000AE00210"
    b"CC003001CI0011AC006258513AA016597289######2172AI021A00000000549158315222AB0042710"
    b"CG006424242"
)
REFUSED = ASKED + b"AE00201AF00204"
"""What our driver and the simulator of a terminal that caisse-ap-ip has (akretion/caisse-ap-ip,
273b9f3, GPL-3) said to each other, recorded once. Where it approves it has a CF of its own."""


def test_the_dialogue_of_caisse_ap_ip_is_ours() -> None:
    speech = CaisseAp(CaisseApSettings(host="x", echoes=False))
    asked = speech.request(ORDER)
    assert message(asked.items()) == ASKED
    paid = speech.read(asked, fields(PAID)[0])
    assert (paid.ending, paid.cents, paid.last_four) == (Ending.APPROVED, 12345, "2172")
    assert (paid.authorisation, paid.scheme, paid.contactless) == ("258513", Scheme.CB, False)
    refused = speech.read(asked, fields(REFUSED)[0])
    assert (refused.ending, refused.reason) == (Ending.REFUSED, Reason.REFUSED)


def test_pyteliummanager_pays_at_our_far_end(tmp_path: Path) -> None:
    """So the far end that our driver is tried on speaks as other people understand it."""
    python = interpreter("telium")

    async def pay(path: Path) -> dict[str, object]:
        program = ROOT / "tests" / "support" / "telium_client.py"
        client = await asyncio.create_subprocess_exec(
            python, program, path, "12.50", stdout=asyncio.subprocess.PIPE, cwd=tmp_path
        )
        said, _ = await client.communicate()
        found: dict[str, object] = json.loads(said)
        return found

    async def body() -> None:
        machine, line = ConcertEnd(), tmp_path / "terminal"
        machine.script(Act.APPROVE, Act.REFUSE)
        async with PtyTerminal(machine, line), asyncio.timeout(PATIENCE):
            paid, refused = await pay(line), await pay(line)
        assert paid["taken"] and paid["succeeded"] and paid["amount"] == 12.5
        assert str(paid["card"]).startswith("4111111111111111")
        assert (refused["taken"], refused["succeeded"]) == (True, False)
        assert machine.moved == [1250]

    run(body())


def test_wireshark_reads_what_we_say(tmp_path: Path) -> None:
    """Its own decoder of ZVT finds our commands by name, and an order's amount and currency."""
    tshark = shutil.which("tshark")
    need(tshark is not None, "tshark", "apt-get install tshark")
    assert tshark is not None
    sent: list[bytes] = []

    async def body() -> None:
        till = Till(bench_of("zvt"))
        terminal = till.terminal()
        till.wire.overhear = sent.append
        paid = await terminal.authorise(ORDER, nobody)
        original = Original(reference=ORDER.reference, cents=paid.cents, number=paid.number)
        back = Order(reference="A000000002", cents=ORDER.cents, service=Service.REVERSAL,
                     original=original)  # fmt: skip
        await terminal.authorise(back, nobody)
        await terminal.end_of_day()

    run_timeless(body())
    capture = tmp_path / "zvt.pcap"
    capture.write_bytes(pcap(sent))
    columns = [word for name in ("amount", "cc") for word in ("-e", f"zvt.{name}")]
    done = subprocess.run(
        [tshark, "-r", capture, "-d", "tcp.port==20007,zvt", "-T", "fields", *columns,
         "-e", "_ws.col.Protocol", "-e", "_ws.col.Info"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[2] for row in rows] == ["ZVT"] * len(sent)
    said = [row[3] for row in rows if row[3] != "Positive completion"]
    assert said == [
        "Registration", "Authorisation", "Registration", "Reversal", "Registration", "End Of Day",
    ]  # fmt: skip
    order = next(row for row in rows if row[3] == "Authorisation")
    assert (int(order[0]), order[1]) == (12345, "0x0978")


def pcap(segments: list[bytes], port: int = 20007) -> bytes:
    """A capture file in which one side says these over TCP, each in a segment of its own."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)  # raw IP
    number = 1
    for at, data in enumerate(segments):
        tcp = struct.pack(">HHIIBBHHH", 40000, port, number, 1, 5 << 4, 0x18, 65535, 0, 0) + data
        head = struct.pack(
            ">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), at, 0, 64, 6, 0, b"\x7f\0\0\1", b"\x7f\0\0\1"
        )
        packet = head + tcp
        out += struct.pack("<IIII", at, 0, len(packet), len(packet)) + packet
        number += len(data)
    return out
