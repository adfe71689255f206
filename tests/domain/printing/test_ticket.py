"""The ticket as a customer reads it. `python -m tests.domain.printing.test_ticket` writes it."""

from pathlib import Path

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.receipt import Logo, Row
from tests.support.bench import Bench, bench
from tests.support.paper import lines, paper

GOLDEN = Path(__file__).parents[2] / "golden" / "ticket.txt"


def morning() -> Bench:
    """A ticket with every kind of line, paid in parts."""
    till = bench()
    till.press("1 PLU 3 x 2 PLU RF 2 PLU 3 PLU CORR 5 PLU 3 x 7 PLU 0,5 x 1 PLU 140 PRIX 1 PLU")
    till.weigh("4", 480)
    till.press("2000 CASH 2000 CASH")
    return till








def whole() -> str:
    till = morning()
    tickets = [paper(till), paper(till), paper(till, simulated=True)]
    return "".join("\n".join((f"[{t.title}]", *lines(t), "")) + "\n" for t in tickets)


def test_a_french_ticket() -> None:
    assert whole() == GOLDEN.read_text()


def test_the_shops_logo_stands_above_all() -> None:
    assert paper(morning()).blocks[0] == Logo()


def test_what_is_printed_is_what_was_sold() -> None:
    till = morning()
    (closed,) = till.of(SaleClosed)
    rows = [block for block in paper(till).blocks if isinstance(block, Row)]
    names = [line.name for line in closed.lines if not line.voided]
    assert [row.left for row in rows if row.left in names] == names
    assert "CAFE" not in names


if __name__ == "__main__":
    GOLDEN.write_text(whole())
