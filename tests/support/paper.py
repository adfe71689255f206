"""A shop and its papers as text, line by line."""

from collections.abc import Iterator

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Identity, Shop
from pos_terminal.domain.counter.steps import Print
from pos_terminal.domain.printing import ticket
from pos_terminal.domain.receipt import Align, Block, Logo, Receipt, Row, Rule, Text
from tests.support.bench import Bench

WIDTH = 42


SHOP = Shop(
    "Boulangerie du Marché",
    ("12, rue de l'Église", "SIRET 123 456 789 00012"),
    ("Merci, à bientôt",),
)


TILL = Identity("1", "2", "test", simulated=False, shop=SHOP)


def paper(till: Bench, *, simulated: bool = False) -> Receipt:
    (printing,) = [e for e in till.press("TICKET").effects if isinstance(e, Print)]
    asked = printing.asked
    identity = replace(TILL, simulated=simulated)
    return ticket.receipt(identity, asked.closed, asked.moment, asked.request.copy)


def lines(receipt: Receipt) -> Iterator[str]:
    """A plain rendering: one line a block, bold between stars, tall doubled; without the logo."""
    for block in receipt.blocks:
        if isinstance(block, Logo):
            continue
        text = _line(block).rstrip()
        mark = "*" if getattr(block, "bold", False) else " "
        mark += "|" if getattr(block, "tall", False) else " "
        yield f"{mark} {text}".rstrip()


def _line(block: Block) -> str:
    match block:
        case Text(text, Align.CENTRE):
            return text.center(WIDTH)
        case Text(text):
            return text
        case Row(left, right):
            return f"{left:<{WIDTH - len(right)}}{right}"
        case Rule():
            return "-" * WIDTH
    raise AssertionError(f"a ticket has no {block}")
