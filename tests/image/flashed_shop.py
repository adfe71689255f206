"""A shop on a flashed box: its settings, and one sale that shows that it sells."""

import subprocess
import sys
from pathlib import Path

from tests.image.flashed import Counter

CATALOG = """\
plu,name,price,unit,family,vat,barcode
1,CROISSANT,1.20,piece,viennoiserie,5.5,
4,COMTE 18 MOIS,24.90,kg,fromage,5.5,
"""
TERMINAL = """\
[shop]
name = "Boulangerie du Marché"

[seller]
siret = "732 829 320 00074"

[terminal]
catalog = "catalog.csv"
plugins = ["evdev", "toledo", "vfd", "escpos"]

[devices.keypad]
class = "keypad"
driver = "evdev"
device = "/dev/input/by-path/pci-0000:00:10.0-usb-0:1:1.0-event-kbd"

[devices.display]
class = "display"
driver = "vfd"
serial = {{ port = "/dev/ttyS1" }}

[devices.scale]
class = "scale"
driver = "toledo-8217"
port = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_SCALE-if00-port0"

[devices.printer]
class = "printer"
driver = "escpos"
host = "10.0.2.2"
port = {port}
"""


async def sold(counter: Counter) -> str:
    """Sell by piece and by weight; what the paper says."""
    await counter.keys("1 PLU")
    await counter.shows("CROISSANT", "1,20")
    counter.scale.grams = 200
    await counter.keys("4 PLU")
    await counter.shows("COMTE", "4,98")
    await counter.keys("CASH")
    await counter.shows("TOTAL", "6,18")
    await counter.keys("TICKET")
    paper = await counter.printer.next_paper()
    assert "CROISSANT" in paper.text
    assert "6,18" in paper.text
    return paper.text


def verify(files: Path) -> None:
    """`journal verify` finds nothing to say against what lay on the box."""
    verified = subprocess.run(
        [sys.executable, "-m", "pos_terminal", "journal", "verify", "--state",
         str(files / "pos-terminal")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stdout + verified.stderr
