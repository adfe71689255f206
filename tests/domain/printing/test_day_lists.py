"""The day's lists: what the display shows everybody, and what stands on paper alone."""

from datetime import date

from pos_terminal.domain.events.balances import (
    AccountBalance,
    DepositBalance,
    OrderBalance,
    Ordered,
    VoucherBalance,
)
from pos_terminal.domain.events.values import DepositNature, VoucherPurpose
from pos_terminal.domain.lookup.customers import Contact
from pos_terminal.domain.lookup.questions import Held
from pos_terminal.domain.printing import day_lists
from pos_terminal.domain.quantity import Unit
from pos_terminal.domain.receipt import Block, Row, Text

AT = "2026-03-03T12:10:00.000+01:00"
BREAD = Ordered(plu="1", name="TRADITION", unit=Unit.PIECE, quantity=3000)
CHEESE = Ordered(plu="4", name="COMTE", unit=Unit.KG, quantity=480)
ORDERS = (
    OrderBalance(order="12", person="p1", wanted="2026-03-05T17:00", articles=(BREAD, CHEESE)),
    OrderBalance(order="13", wanted="2026-03-05T09:30", articles=(BREAD,)),
    OrderBalance(order="14", wanted="2026-03-06T09:30", articles=(BREAD,)),
)
PAID = (DepositBalance(order="12", nature=DepositNature.EARNEST, amount=1500, vat=0),)


def texts(blocks: tuple[Block, ...]) -> list[str]:
    found = []
    for block in blocks:
        if isinstance(block, Row):
            found.append(f"{block.left} {block.right}")
        elif isinstance(block, Text):
            found.append(block.text.strip())
    return found


def test_a_name_stands_on_paper_and_never_on_the_display() -> None:
    known = (Contact("p1", "Mme Martin", "0612345678"),)
    made = day_lists.orders(ORDERS, known, PAID)
    shown = [line for page in made.pages for line in (page.line1, page.line2)]
    assert not any("Martin" in line or "0612" in line for line in shown)
    assert "Mme Martin 0612345678" in texts(made.paper.blocks)
    assert "  Déjà versé 15,00" in texts(made.paper.blocks)
    assert {"3 x TRADITION", "0,48 kg COMTE"} <= {*texts(made.paper.blocks)}
    assert "Martin" not in repr(known)


def test_what_a_day_wants_is_added_up_over_its_orders() -> None:
    wanted = texts(tuple(day_lists.wanted_on(ORDERS, date(2026, 3, 5))))
    assert wanted == ["COMMANDES DU JOUR", "COMTE 0,48 kg", "no 12", "TRADITION 6 x", "no 12, 13"]
    assert tuple(day_lists.wanted_on(ORDERS, date(2026, 3, 7))) == ()


def test_what_is_held_has_a_sum_for_each_kind_and_no_whole_voucher() -> None:
    voucher = VoucherBalance(
        voucher="1-7812-0123456789abcdef", purpose=VoucherPurpose.MULTI, amount=2000,
        expires="2027-03-03",
    )  # fmt: skip
    held = Held((voucher, voucher), PAID, (AccountBalance(person="ab" * 16, amount=650),))
    made = day_lists.held(held)
    assert [page.line1.strip() for page in made.pages] == [
        "BONS ET AVOIRS", "ACOMPTES, ARRHES", "COMPTES A REGLER",
    ]  # fmt: skip
    said = texts(made.paper.blocks)
    assert "...7812 jusqu'au 03/03/2027 20,00" in said and "TOTAL (2) 40,00 €" in said
    assert not any("0123456789" in line for line in said)


def test_an_empty_list_says_so() -> None:
    assert day_lists.held(Held()).pages[0].line2.strip() == "RIEN"
