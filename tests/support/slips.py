"""What a key put on paper, as text."""

from pos_terminal.domain.counter.steps import Print, Step
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import Barcode, Qr, Receipt
from tests.support.bench import Bench
from tests.support.paper import TILL, lines

KEYS = {"TICKET": "", "CADEAU": "gift", "BREF": "brief", "NOTE": "note", "QR": "qr"}


def printed(step: Step) -> PaperAsked:
    (printing,) = [effect for effect in step.effects if isinstance(effect, Print)]
    return printing.asked


def text(receipt: Receipt) -> list[str]:
    blocks = tuple(block for block in receipt.blocks if not isinstance(block, (Qr, Barcode)))
    return [" ".join(line.split()) for line in lines(Receipt(receipt.title, blocks))]


def on_paper(till: Bench, key: str) -> list[str]:
    return text(paper(TILL, printed(till.press(key))))
