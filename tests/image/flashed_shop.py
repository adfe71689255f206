"""A shop on a flashed box: its card, and one sale that shows that it sells."""

import os
import shutil
import socket
from pathlib import Path

from tests.image.boards import PC, Board
from tests.image.flashed import Card, Counter
from tests.needs import need
from tests.support.box_shop import SELLER, terminal

CARD_MIB = 2000
"""More than the image, as every card is."""

CATALOG = """\
plu,name,price,unit,family,vat,barcode
1,CROISSANT,1.20,piece,viennoiserie,5.5,
4,COMTE 18 MOIS,24.90,kg,fromage,5.5,
"""
SCALE = "/dev/serial/by-id/usb-QEMU_QEMU_USB_SERIAL_SCALE-if00-port0"


def flashed(folder: Path, board: Board = PC) -> tuple[Card, int]:
    """A card with the image and the shop's settings on it; the port for its printer.

    Skips where there is no image, or nothing to boot it with.
    """
    need(shutil.which("mcopy") is not None, "mcopy", "apt-get install mtools")
    need(os.geteuid() == 0, "root, who reads the box's files,", "sudo make test-image")
    board.must_be_there()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    card = Card(board, folder / "card", mib=CARD_MIB)
    settings = terminal(("10.0.2.2", port), board.keypad, board.display, SCALE) + SELLER
    card.write("terminal.toml", settings)
    card.write("catalog.csv", CATALOG)
    return card, port


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
