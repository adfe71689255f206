"""The ticket as a customer reads it. `python -m tests.domain.printing.test_ticket` writes it."""

from collections.abc import Iterator
from pathlib import Path

from pos_terminal.domain.counter.steps import Print
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.printing import ticket
from pos_terminal.domain.printing.shop import Shop
from pos_terminal.domain.receipt import Align, Block, Receipt, Row, Rule, Text
from tests.support.bench import Bench, bench

GOLDEN = Path(__file__).parents[2] / "golden" / "ticket.txt"
WIDTH = 42
SHOP = Shop(
    "Boulangerie du Marché",
    ("12, rue de l'Église", "SIRET 123 456 789 00012"),
    ("Merci, à bientôt",),
)


def morning() -> Bench:
    """A ticket with every kind of line, paid in parts."""
    till = bench()
    till.press("1 PLU 3 x 2 PLU RF 2 PLU 3 PLU CORR 5 PLU 3 x 7 PLU 0,5 x 1 PLU 140 PRIX 1 PLU")
    till.weigh("4", 480)
    till.press("2000 CASH 2000 CASH")
    return till


def paper(till: Bench, *, simulated: bool = False) -> Receipt:
    (printing,) = [e for e in till.press("TICKET").effects if isinstance(e, Print)]
    asked = printing.asked
    return ticket.receipt(
        SHOP, "2", asked.closed, asked.at, asked.request.copy, simulated=simulated
    )


def lines(receipt: Receipt) -> Iterator[str]:
    """A plain rendering: one line a block, bold between stars, tall doubled."""
    for block in receipt.blocks:
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


def whole() -> str:
    till = morning()
    tickets = [paper(till), paper(till), paper(till, simulated=True)]
    return "".join("\n".join((f"[{t.title}]", *lines(t), "")) + "\n" for t in tickets)


def test_a_french_ticket() -> None:
    assert whole() == GOLDEN.read_text()


def test_what_is_printed_is_what_was_sold() -> None:
    till = morning()
    (closed,) = till.of(SaleClosed)
    rows = [block for block in paper(till).blocks if isinstance(block, Row)]
    names = [line.name for line in closed.lines if not line.voided]
    assert [row.left for row in rows if row.left in names] == names
    assert "CAFE" not in names


if __name__ == "__main__":
    GOLDEN.write_text(whole())
