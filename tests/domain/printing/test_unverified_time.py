"""A paper whose time nothing vouches for says so below it; a paper of any other time does not."""

from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from pos_terminal.domain.audit.inspection import EvidenceWritten
from pos_terminal.domain.events.cash import CashCounted
from pos_terminal.domain.events.paper import Form, InvoiceMade, ReceiptRequested
from pos_terminal.domain.events.period import Period, PeriodReported
from pos_terminal.domain.events.prepaid import VoucherMoved
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.printing import inspection, report, stock_lists, voucher
from pos_terminal.domain.printing.console import console_paper
from pos_terminal.domain.printing.digital import digital
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.receipt import Listing, Receipt
from tests.support.bench import moment
from tests.support.lookup import remembering
from tests.support.paper import TILL
from tests.support.slips import text

REMARK, DATE = "Heure non vérifiée", "Date non vérifiée"


def papers(when: Moment) -> Iterator[Receipt]:
    """One of each that bears a time, of records that were made at that moment."""
    till = remembering()
    till.press("5 PLU CASH 90 PLU CASH")
    (sold, _), (made,) = till.tickets, till.of(VoucherMoved)
    for form in Form:
        request = ReceiptRequested(series="T", number=1, copy=2, form=form)
        if form is not Form.INVOICE:
            yield paper(TILL, PaperAsked(request, sold, when, "7 ab"))
    number = till.counter.desk.mint.number(made)
    yield voucher.paper(TILL, made, number, when)
    book = Book()
    for seq, (event, at) in enumerate(till.events, 1):
        book = book.after(event, seq, at.at)
    totals = book.day.totals
    yield report.closure(TILL, book.closure(Period.DAY, 90, "2026-01-05"), when)
    yield report.reading(TILL, PeriodReported(session=1, totals=totals), when)
    yield report.service(TILL, book.service(90), when)
    yield report.open_sales(TILL, (), when)
    yield report.count(TILL, CashCounted(counted=5, expected=5), when, several=False)
    yield stock_lists.paper(TILL, Listing("STOCK", ()), when)
    yield inspection.paper(TILL, EvidenceWritten("", ()), when, 7)
    yield console_paper(TILL, "https://192.0.2.1", "ab", when)


@pytest.mark.parametrize("trust", Trust)
def test_each_paper_says_it_once_where_nothing_vouches_for_its_time(trust: Trust) -> None:
    times = int(trust is Trust.UNVERIFIED)
    for each in papers(replace(moment(), trust=trust)):
        assert text(each).count(REMARK) == times, each.title


@pytest.mark.parametrize("sold", Trust)
@pytest.mark.parametrize("issued", Trust)
def test_an_invoice_has_two_dates_each_with_its_own_remark(sold: Trust, issued: Trust) -> None:
    till = remembering()
    till.press("5 PLU CASH")
    (ticket,) = till.tickets
    made = InvoiceMade(
        series="I", number=1, person="ab" * 16, details="x", ticket_series="T", ticket_number=1,
        ticket_at=moment().at, issued=moment().at, vat=ticket.vat, total=ticket.total,
    )  # fmt: skip
    asked = PaperAsked(
        ReceiptRequested(series="I", number=1, copy=0, form=Form.INVOICE), ticket,
        replace(moment(), trust=sold), "7 ab", made, replace(moment(1), trust=issued),
        Buyer("Café", "Paris"),
    )  # fmt: skip
    said = text(paper(TILL, asked))
    assert said.count(REMARK) == int(sold is Trust.UNVERIFIED)
    assert said.count(DATE) == int(issued is Trust.UNVERIFIED)


@pytest.mark.parametrize("trust", Trust)
def test_the_digital_receipt_says_it_behind_its_time(trust: Trust) -> None:
    till = remembering()
    till.press("5 PLU CASH")
    request = ReceiptRequested(series="T", number=1, copy=0, form=Form.QR)
    asked = PaperAsked(request, till.last, replace(moment(), trust=trust), "7 ab")
    second = digital(TILL, asked).split("\n")[1]
    assert (second == "Heure non verifiee") is (trust is Trust.UNVERIFIED)
