"""What the law asks of each paper: the table of docs/papers.md, held to papers of a sample sale."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Seller
from pos_terminal.domain.codes.papers import ticket_code
from pos_terminal.domain.events.paper import Corrected, Form, InvoiceMade, ReceiptRequested
from pos_terminal.domain.events.period import Period
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.printing import report, voucher
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import Receipt
from pos_terminal.domain.sale.terms import Terms
from tests.support.bench import moment_of
from tests.support.lookup import remembering
from tests.support.paper import TILL
from tests.support.slips import text

PAGE = Path(__file__).parents[3] / "docs" / "papers.md"
AT = "2026-01-05T08:30:05.000+01:00"
SELLER = Seller(
    name="Four SARL",
    address=("12, rue de l'Église", "35000 Rennes"),
    form="SARL",
    capital="10 000 €",
    siret="73282932000074",
    vat="FR44732829320",
    rcs="Rennes 732 829 320",
    debits=True,
)
BUYER = Buyer(
    "Café des Halles SARL", "3 place du Marché\n75001 Paris", "12345678200010", "FR32123456782"
)
IDENTITY = replace(TILL, seller=SELLER)


def asked(ticket: SaleClosed, form: Form = Form.TICKET, copy: int = 0, **more: Any) -> Receipt:
    request = ReceiptRequested(series=ticket.series, number=ticket.number, copy=copy, form=form)
    anchor = "512 " + "3fa94c1e" * 8
    return paper(IDENTITY, PaperAsked(request, ticket, moment_of(AT), anchor, operator=7, **more))


def invoice(ticket: SaleClosed, number: int, corrects: tuple[Corrected, ...] = ()) -> Receipt:
    made = InvoiceMade(
        series="I", number=number, person="ab" * 16, details="x", ticket_series="T",
        ticket_number=ticket.number, ticket_at=AT, issued="2026-01-07T10:00:00.000+01:00",
        vat=ticket.vat, total=ticket.total, corrects=corrects,
    )  # fmt: skip
    return asked(ticket, Form.INVOICE, invoice=made, buyer=BUYER)


def papers() -> dict[str, Receipt]:
    """One of each, of a till that sold, took back, and closed its day."""
    till = remembering(sales=Terms(place=Place.ON_SPOT))
    till.press("3 x 3 PLU 10 % 5 PLU 20 x 5 PLU CASH RF TICKET 5 PLU RF CASH 90 PLU CARD")
    sold, back, _ = till.tickets
    (made,) = till.of(VoucherMoved)
    book = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        book = book.after(event, seq, when.at, 7)
    closed = book.closure(Period.DAY, len(till.events) + 1, "2026-01-05")
    corrected = Corrected(series="I", number=1, issued="2026-01-07T10:00:00.000+01:00")
    number = till.counter.desk.mint.number(made)
    return {
        "ticket": asked(sold),
        "invoice": invoice(sold, 1),
        "credit note": invoice(back, 2, (corrected,)),
        "duplicate": asked(sold, copy=2),
        "service note": asked(sold, Form.NOTE),
        "Z": report.closure(IDENTITY, closed, moment_of(AT), head="x"),
        "voucher": voucher.paper(IDENTITY, made, number, moment_of(AT), name="BON CADEAU 20"),
    }


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Paper, mention, source, and what stands on the sample's paper, of each row of the page."""
    section = PAGE.read_text().split("## What the law asks of each paper")[1].split("\n## ")[0]
    for line in section.splitlines():
        if line.startswith("| ") and not line.startswith("| paper"):
            kind, mention, source, sample = (cell.strip() for cell in line.strip("|").split("|"))
            yield kind, mention, source, sample


TABLE = tuple(rows())


@pytest.fixture(scope="module")
def printed() -> dict[str, list[str]]:
    return {kind: text(receipt) for kind, receipt in papers().items()}


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[0]}: {row[1][:40]}" for row in TABLE])
def test_the_paper_has_the_mention(
    row: tuple[str, str, str, str], printed: dict[str, list[str]]
) -> None:
    kind, mention, source, sample = row
    wanted = re.findall(r"`([^`]+)`", sample)
    assert wanted and source, mention
    for each in wanted:
        lines = [line.lstrip("*| ") for line in printed[kind]]
        assert each in lines, (each, lines)


def test_every_paper_has_its_rows_and_the_sample_is_an_ordinary_sale() -> None:
    made = papers()
    assert {kind for kind, *_ in TABLE} == made.keys()
    assert ticket_code(TILL.till, "T", 1) in repr(made["ticket"])


def test_a_seller_who_says_too_little_is_told() -> None:
    assert SELLER.missing() == ()
    assert Seller(form="SARL").missing() == ("siret", "vat", "rcs", "capital")
    assert Seller(form="EI", siret="73282932000074", vat="FR44732829320", rcs="x").missing() == ()
