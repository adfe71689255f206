"""A ticket in a QR code, read off somebody else's print by somebody else's reader."""

import shutil
import subprocess
from pathlib import Path

import pytest

from pos_driver_escpos import EscposSettings, open_printer
from pos_terminal.domain.counter.steps import Print
from pos_terminal.domain.events.paper import Form
from pos_terminal.domain.printing.digital import LONGEST, digital
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import Qr
from tests.conftest import run
from tests.needs import need
from tests.support.bench import bench
from tests.support.emupos import emupos, free_port
from tests.support.paper import TILL

ANCHOR = f"512 {'3fa9' * 16}"


def sold(lines: int) -> PaperAsked:
    """The QR ticket of a sale of so many lines."""
    till = bench()
    till.press("3 x 1 PLU " * lines + "CASH")
    (printing,) = [effect for effect in till.press("QR").effects if isinstance(effect, Print)]
    return PaperAsked(printing.asked.request, printing.asked.closed, printing.asked.moment, ANCHOR)


@pytest.mark.parametrize("lines", [1, 36])
def test_a_reader_gets_the_whole_ticket(lines: int, tmp_path: Path) -> None:
    need(shutil.which("zbarimg") is not None, "zbarimg", "sudo apt-get install zbar-tools")
    asked = sold(lines)
    assert asked.request.form == Form.QR.value
    wanted = digital(TILL, asked)
    assert len(wanted.encode()) <= LONGEST
    receipt = paper(TILL, asked)
    assert [block.data for block in receipt.blocks if isinstance(block, Qr)] == [wanted]
    port = free_port()
    front = {
        "id": "front",
        "type": "printer",
        "profile": "epson-tm-t20iii",
        "connections": [{"tcp": {"port": port}}],
    }

    async def body() -> None:
        async with open_printer(EscposSettings(host="127.0.0.1", port=port)) as device:
            await device.print(receipt)

    picture = tmp_path / "paper.png"
    with emupos(tmp_path, [front]) as printer:
        run(body())
        picture.write_bytes(printer.picture("front"))
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert read.stdout.rstrip("\n") == wanted
