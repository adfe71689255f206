"""The ticket as a customer reads it. `python -m tests.domain.printing.test_ticket` writes it."""

from pathlib import Path

from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.notation import percent
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


def test_articles_are_what_the_customer_counts_in_the_bag() -> None:
    till = bench()
    till.press("3 x 2 PLU 1 PLU")
    till.weigh("4", 480)
    till.press("RF 2 PLU 3 PLU CORR 0,5 x 1 PLU CASH")
    said = [" ".join(line.split()) for line in lines(paper(till))]
    assert "Articles : 6 Lignes : 5" in said and "Articles repris : 1" in said


def test_a_letter_leads_from_each_line_to_its_rate() -> None:
    till = morning()
    (closed,) = till.of(SaleClosed)
    rows = [block for block in paper(till).blocks if isinstance(block, Row)]
    rates = {row.right[-1]: row.left for row in rows if row.left.startswith("TVA")}
    live = [line for line in closed.lines if not line.voided]
    sold = [row for row in rows if row.right[-1] in rates and not row.left.startswith("TVA")]
    assert len(rates) == 2 and len(sold) == len(live)
    for line, row in zip(live, sold, strict=True):
        assert f" {percent(line.vat)} % " in rates[row.right[-1]]


if __name__ == "__main__":
    GOLDEN.write_text(whole())
