"""Rounding up for a good cause: beyond the price, outside turnover and VAT, on record for whom."""

import re
from datetime import date
from pathlib import Path

import pytest

from pos_terminal.domain import faults
from pos_terminal.domain.events.sale import SaleClosed, Tender, TenderReturned, VatSum
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.printing.papers import paper
from pos_terminal.domain.printing.report_sums import sums
from pos_terminal.domain.receipt import Qr, Row
from pos_terminal.domain.sale.donations import RULES, sentences
from pos_terminal.domain.tender.tender import TenderRules
from tests.support.bench import Bench, counter_of, goods
from tests.support.paper import TILL
from tests.support.slips import on_paper, printed, text

PAGE = Path(__file__).parents[3] / "docs" / "tenders.md"
WHO = "Secours des Halles"


@pytest.fixture
def till() -> Bench:
    rules = TenderRules(donations_to=WHO)
    return Bench(counter_of(goods(), tenders=rules))


def closed(till: Bench) -> SaleClosed:
    return till.of(SaleClosed)[-1]


def test_up_to_the_next_euro_and_the_turnover_stays(till: Bench) -> None:
    till.press("1 PLU DON")
    assert (till.shown.line1, till.shown.line2) == ("DON             0,70", "RESTE           2,00")
    till.press("CARD")
    ticket = closed(till)
    assert (ticket.total, ticket.vat) == (130, (VatSum(rate=550, gross=130, net=123, vat=7),))
    assert [(x.tender, x.amount, x.given, x.beneficiary) for x in ticket.tenders] == [
        ("DONATION", -70, -70, WHO), ("CARD", 200, 200, ""),
    ]  # fmt: skip


def test_a_typed_amount_and_the_change(till: Bench) -> None:
    till.press("2 PLU 50 DON 1000 CASH")
    assert (till.shown.line1, till.shown.line2) == ("RENDU           8,50", "RECU 10,00          ")
    assert (closed(till).total, closed(till).change) == (100, 850)


def test_after_a_part_was_paid(till: Bench) -> None:
    till.press("5 PLU 1 PLU 250 CARD DON CASH")
    assert [(x.tender, x.amount) for x in closed(till).tenders] == [
        ("CARD", 250), ("DONATION", -20), ("CASH", 700),
    ]  # fmt: skip


def test_the_paper_says_for_whom_and_what_it_is_not(till: Bench) -> None:
    till.press("1 PLU DON CARD")
    said = on_paper(till, "TICKET")
    at = said.index("*| TOTAL 1,30 €")
    assert said[at + 1 : at + 7] == [
        f"DON {WHO} 0,70", "TOTAL AVEC LE DON 2,00", "CARTE 2,00", "Don reversé en entier.",
        "Hors chiffre d'affaires, sans TVA.", "Ce ticket n'est pas un reçu fiscal.",
    ]  # fmt: skip
    assert f"DON {WHO} 0,70" in on_paper(till, "BREF")
    assert "0,70" not in str(on_paper(till, "CADEAU"))


def test_the_qr_ticket_says_it(till: Bench) -> None:
    till.press("1 PLU DON CARD")
    receipt = paper(TILL, printed(till.press("QR")))
    assert text(receipt)
    (code,) = [block.data for block in receipt.blocks if isinstance(block, Qr)]
    assert f"DON {WHO} 0,70\nCARTE 2,00" in code


def test_the_day_keeps_it_out_of_the_turnover(till: Bench) -> None:
    till.press("1 PLU DON CARD 1 PLU 10 DON CASH")
    book = Book()
    for seq, (event, when) in enumerate(till.events, 1):
        book = book.after(event, seq, when.at)
    totals = book.day.totals
    assert totals.net == 260 == sum(each.amount for each in totals.tenders)
    rows = [(row.left, row.right) for row in sums(totals) if isinstance(row, Row)]
    assert [row for row in rows if "DON" in row[0]] == [("DON (2)", "0,80")]
    assert ("CARTE (1)", "2,00") in rows and ("ESPECES (1)", "1,40") in rows


def test_it_is_taken_back_as_a_payment_is(till: Bench) -> None:
    till.press("1 PLU DON CORR")
    (back,) = till.of(TenderReturned)
    assert (back.tender, back.amount) == ("DONATION", 70)
    assert (till.shown.line1, till.shown.line2) == ("REPRIS DON      0,70", "RESTE           1,30")
    till.press("CASH")
    assert [x.tender for x in closed(till).tenders] == ["CASH"]


def test_after_a_restart_it_is_still_there(till: Bench) -> None:
    till.press("1 PLU DON")
    again = counter_of(goods(), tenders=TenderRules(donations_to=WHO))
    for event, when in till.events:
        again.desk.apply(event, when)
    assert again.desk.sale == till.counter.desk.sale
    other = Bench(again, list(till.events))
    other.press("DON")
    assert other.fault is faults.GIFT_TAKEN
    other.press("C CASH")
    paid = [(x.tender, x.amount) for x in closed(other).tenders]
    assert paid == [("DONATION", -70), ("CASH", 200)]


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("DON", faults.NOTHING_SOLD),
        ("2 PLU DON", faults.NOTHING_TO_ROUND),
        ("2 PLU 0 DON", faults.BAD_NUMBER),
        ("2 PLU 1001 DON", faults.GIFT_TOO_LARGE),
        ("1 PLU DON 10 DON", faults.GIFT_TAKEN),
        ("RF 1 PLU DON", faults.NOTHING_DUE),
        ("1 PLU 3 x DON", faults.NOT_NOW),
    ],
)
def test_refused(till: Bench, typed: str, fault: faults.Fault) -> None:
    till.press(typed)
    assert till.fault is fault
    assert len(till.of(Tender)) <= 1


def test_nobody_collects_where_the_shop_names_nobody() -> None:
    till = Bench(counter_of(goods()))
    till.press("1 PLU DON")
    assert till.fault is faults.NO_BENEFICIARY


def test_a_meal_voucher_pays_no_gift(till: Bench) -> None:
    till.press("1 PLU DON TR")
    assert till.counter.desk.sale and till.counter.desk.sale.due == 70


@pytest.mark.parametrize("wrong", [{"donation_most": 0}, {"donations_to": "x" * 41}])
def test_settings_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"1 euro au moins|au plus 40"):
        TenderRules(**wrong)  # type: ignore[arg-type]


def test_sentences_hold_from_their_day_on() -> None:
    assert list(sentences(date(2012, 9, 11))) == [
        "Don reversé en entier.", "Hors chiffre d'affaires, sans TVA.",
    ]  # fmt: skip
    assert list(sentences(date(1979, 1, 1)))[-1] == "Hors chiffre d'affaires, sans TVA."
    assert len(list(sentences(date(2026, 1, 1)))) == 3


def test_the_page_has_the_rules_of_the_table() -> None:
    page = PAGE.read_text().partition("\n## Gifts\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d{4}-\d{2}-\d{2}) \| (.+?) \| (.*?) \| (.+?) \|$", page, re.M)
    assert [(r.since.isoformat(), r.asks, r.paper, r.source) for r in RULES] == [
        (since, asks, said.strip("«»"), source) for since, asks, said, source in rows
    ]
