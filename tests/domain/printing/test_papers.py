"""Papers of a closed sale: what each says, how copies are counted, when the law wants a note."""

from datetime import date

import msgspec
import pytest
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.counter.steps import LookedUp, LookUp, PaperDone
from pos_terminal.domain.events.event import SERIES, TRAINING_SERIES
from pos_terminal.domain.events.paper import Form, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import DepositNature, Place, PrintOutcome
from pos_terminal.domain.lookup.questions import TicketFound, TicketWanted
from pos_terminal.domain.period.book import Book
from pos_terminal.domain.printing.digital import LONGEST, digital
from pos_terminal.domain.printing.paper_rules import NoteDue, PaperRules
from pos_terminal.domain.printing.papers import note_due, paper
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.sale.terms import Terms
from tests.support.bench import Bench, bench, moment
from tests.support.paper import TILL
from tests.support.slips import KEYS, on_paper, printed, text


@pytest.fixture
def till() -> Bench:
    made = bench()
    made.press("3 x 1 PLU 10 % 5 PLU 3 PLU CORR ST CASH")
    return made


def test_a_gift_receipt_has_no_price(till: Bench) -> None:
    said = on_paper(till, "CADEAU")
    assert "* TICKET CADEAU" in said and "TRADITION 3" in said and "VIN ROUGE 1" in said
    goods = said[said.index("* TICKET CADEAU") : said.index("Merci, à bientôt")]
    assert not any("," in line for line in goods)
    assert not any("CAFE" in line or "TOTAL" in line or "TVA" in line for line in said)


def test_a_receipt_without_detail_has_totals_and_vat_alone(till: Bench) -> None:
    said = on_paper(till, "BREF")
    assert {"*| TOTAL 11,51 €", "TVA 20 % HT 6,67 1,33", "ESPECES 11,51"} <= set(said)
    assert not any("TRADITION" in line or "REMISE" in line for line in said)


def test_a_note_has_what_the_arrete_asks(till: Bench) -> None:
    said = on_paper(till, "NOTE")
    assert "*| NOTE" in said and "Client : ____________________" in said
    assert "Prestation du 05/01/2026, à cette adresse" in said
    assert said[said.index("TRADITION 3,90 A") + 1] == "3 x 1,30"
    assert said[said.index("VIN ROUGE 8,00 B") + 1] == "1 x 8,00"
    assert "TOTAL HT 10,00 €" in said and "*| TOTAL 11,51 €" in said


@pytest.mark.parametrize("key", KEYS)
def test_a_paper_names_clerk_software_and_record(till: Bench, key: str) -> None:
    asked = replace(printed(till.press(key)), anchor=f"512 3fa94c1e{'0' * 56}", operator=7)
    said = text(paper(TILL, asked))
    assert "Vendeur 7 pos-terminal test" in said and "Empreinte 512 3fa94c1e00000000" in said


@pytest.mark.parametrize("key", KEYS)
def test_an_exercise_says_so_on_whatever_is_printed_of_it(till: Bench, key: str) -> None:
    asked = printed(till.press(key))
    exercise = replace(asked, closed=replace(asked.closed, series=TRAINING_SERIES))
    assert any("FACTICE — FORMATION" in line for line in text(paper(TILL, exercise)))
    assert "FACTICE" in digital(TILL, exercise).splitlines()
    assert "FACTICE" not in f"{text(paper(TILL, asked))}{digital(TILL, asked)}"


@pytest.mark.parametrize(("key", "form"), KEYS.items())
def test_each_paper_is_on_record_with_how_it_ended(till: Bench, key: str, form: str) -> None:
    asked = printed(till.press(key))
    (request,) = till.of(ReceiptRequested)
    assert (request.series, request.number, request.copy, request.form) == ("T", 1, 0, form)
    assert asked.request == request
    till.put(PaperDone(request, PrintOutcome.PRINTED))
    assert [each.form for each in till.of(ReceiptPrinted)] == [form]


def test_whatever_proves_the_payment_is_a_duplicate_from_the_second_on(till: Bench) -> None:
    for key in ("NOTE", "TICKET", "CADEAU", "BREF", "CADEAU", "QR"):
        till.press(key)
    counted = [(each.form, each.copy) for each in till.of(ReceiptRequested)]
    assert counted == [("note", 0), ("", 1), ("gift", 0), ("brief", 2), ("gift", 1), ("qr", 3)]
    assert "* DUPLICATA 4" in on_paper(till, "BREF")
    assert "* DUPLICATA 2" in on_paper(till, "CADEAU")


def ended(till: Bench, outcome: PrintOutcome) -> None:
    fault = None if outcome is PrintOutcome.PRINTED else faults.PAPER_OUT
    till.put(PaperDone(till.of(ReceiptRequested)[-1], outcome, fault))


def test_what_was_refused_is_no_original_and_no_duplicate(till: Bench) -> None:
    for outcome in (PrintOutcome.REFUSED, PrintOutcome.REFUSED, PrintOutcome.UNKNOWN):
        assert printed(till.press("TICKET")).request.copy == 0
        ended(till, outcome)
    for outcome in (PrintOutcome.REFUSED, PrintOutcome.PRINTED):
        assert printed(till.press("TICKET")).request.copy == 1  # the unknown one may be there
        ended(till, outcome)
    book, lines = Book(), []
    for seq, (event, when) in enumerate(till.events, 1):
        book = book.after(event, seq, when.at, 1)
        lines.append(jet.jet_line(event))
    assert book.day.totals.duplicates == 1
    told = [line for line in lines if line and line.code in (jet.DUPLICATE, jet.PRINTER)]
    assert [line.code for line in told] == [jet.PRINTER] * 4 + [jet.DUPLICATE]
    assert told[-1].detail == "ticket T-1, copie 1"


def test_an_earlier_ticket_is_looked_up(till: Bench) -> None:
    (first,) = till.of(SaleClosed)
    till.press("1 PLU CASH")
    (question,) = till.press("1 NOTE").effects
    assert question == LookUp(1, TicketWanted(SERIES, 1))
    asked = frozenset({0, 1})
    found = TicketFound(first, moment(), papers=asked, gifts=asked, anchor="7 ab")
    step = till.put(LookedUp(1, found))
    assert printed(step) == PaperAsked(
        ReceiptRequested(series="T", number=1, copy=2, form=Form.NOTE), first, found.moment, "7 ab"
    )
    assert "TICKET 1-000001" in till.shown.line1 and till.shown.line2 == "TOTAL          11,51"
    assert till.counter.desk.last and till.counter.desk.last.papers == frozenset()


def test_the_last_ticket_is_known_by_its_number_too(till: Bench) -> None:
    assert printed(till.press("1 TICKET")).request.number == 1
    assert printed(till.press("TICKET")).request.copy == 1


def test_no_such_ticket(till: Bench) -> None:
    till.press("99 CADEAU")
    till.put(LookedUp(1, None))
    assert till.fault is faults.TICKET_UNKNOWN
    till.press("C CADEAU")
    assert till.fault is None


@pytest.mark.parametrize("key", KEYS)
def test_no_paper_during_a_sale(till: Bench, key: str) -> None:
    till.press(f"1 PLU {key}")
    assert till.fault is faults.NO_TICKET


def test_a_refund_has_no_note() -> None:
    till = bench()
    till.press("RF 2 PLU CASH NOTE")
    assert till.fault is faults.NO_NOTE


def test_a_ticket_too_long_for_a_code_is_refused() -> None:
    till = bench()
    till.press("3 x 1 PLU " * 60 + "CASH QR")
    assert till.fault is faults.QR_TOO_LONG
    assert till.of(ReceiptRequested) == []
    till.press("C TICKET")
    assert len(till.of(ReceiptRequested)) == 1


def test_the_code_holds_the_ticket_and_its_record(till: Bench) -> None:
    asked = replace(printed(till.press("QR")), anchor="512 3fa9")
    assert digital(TILL, asked).splitlines() == [
        "TICKET1 2-000001 2026-01-05T08:30",
        "Boulangerie du Marche",
        "12, rue de l'Eglise",
        "SIRET 123 456 789 00012",
        "3 TRADITION 3,90",
        "1 VIN ROUGE 8,00",
        "REMISE 10 % -0,39",
        "= 11,51",
        "TVA 5,5 % 3,33 + 0,18",
        "TVA 20 % 6,67 + 1,33",
        "ESPECES 11,51",
        "#512 3fa9",
    ]


def test_what_fits_stays_within_its_bytes() -> None:
    till = bench()
    till.counter.desk.identity = TILL
    sizes = []
    for count in range(30, 60):
        till.press("3 x 1 PLU " * count + "CASH")
        step = till.press("QR")
        if till.fault:
            break
        longest = replace(printed(step), anchor=f"{2**53} {'0' * 64}")
        sizes.append(len(digital(TILL, longest)))
    assert till.fault is faults.QR_TOO_LONG
    assert LONGEST - 60 < max(sizes) <= LONGEST


LIMITS = [
    ("2010-09-08", 15_24, True), ("2010-09-08", 15_23, False),
    ("2010-09-09", 25_00, True), ("2026-01-05", 24_99, False), ("2026-01-05", 25_00, True),
]  # fmt: skip


@pytest.mark.parametrize(("day", "total", "due"), LIMITS)
def test_a_note_is_due_by_the_days_limit(till: Bench, day: str, total: int, due: bool) -> None:
    (closed,) = till.of(SaleClosed)
    served = replace(closed.lines[0], gross=total, voided=False)
    earlier = replace(served, gross=-total, order="7", deposit=DepositNature.PART, tax=0)
    eaten = replace(closed, lines=(served, earlier), total=0, place=Place.ON_SPOT)
    assert note_due(eaten, date.fromisoformat(day)) is due
    assert not note_due(replace(eaten, place="take_away"), date.fromisoformat(day))


def on_the_spot(note: NoteDue) -> Bench:
    till = bench()
    till.decides(sales=Terms(place=Place.ON_SPOT))
    till.decides(papers=PaperRules(note))
    return till


def test_a_note_that_is_due_is_printed_with_the_sale() -> None:
    till = on_the_spot(NoteDue.PRINT)
    step = till.press("3 x 5 PLU 2 PLU CASH")
    assert [event.kind for event in step.events] == [
        "tender.taken", "sale.closed", "receipt.requested",
    ]  # fmt: skip
    assert printed(step).request.form == Form.NOTE.value
    assert printed(till.press("TICKET")).request.copy == 1


def test_a_note_that_is_due_is_offered() -> None:
    till = on_the_spot(NoteDue.OFFER)
    till.press("3 x 5 PLU 2 PLU 3000 CASH")
    assert (till.shown.line1, till.shown.line2) == ("RENDU           5,00", "NOTE? OUI=NOTE      ")
    assert printed(till.press("NOTE")).request.copy == 0


@pytest.mark.parametrize(
    ("typed", "note"), [("3 x 5 PLU CASH", NoteDue.PRINT), ("4 x 5 PLU CASH", NoteDue.ASKED)]
)
def test_no_note_of_itself(typed: str, note: NoteDue) -> None:
    till = on_the_spot(note)
    till.press(typed)
    assert till.of(ReceiptRequested) == []


def test_a_note_is_printed_or_offered_or_asked_for() -> None:
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value 'never'"):
        msgspec.convert({"note": "never"}, PaperRules)
