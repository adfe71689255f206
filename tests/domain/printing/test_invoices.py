"""Invoices: a ticket made out to a customer, numbered without a gap, with what the law asks."""

from datetime import date

import pytest
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.audit.identity import Seller
from pos_terminal.domain.counter.steps import LookedUp, LookUp, PaperDone, Print, Step, Train
from pos_terminal.domain.events.paper import InvoiceMade, ReceiptRequested
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.lookup.customers import (
    Buyer,
    BuyerSealed,
    BuyerWanted,
    Customer,
    CustomerWanted,
)
from pos_terminal.domain.lookup.questions import Back, TicketFound, TicketWanted
from pos_terminal.domain.period.closing import ClosingHours
from pos_terminal.domain.printing.papers import paper
from tests.support.bench import Bench, bench, moment, moment_of
from tests.support.paper import TILL
from tests.support.slips import printed, text

PERSON = "ab" * 16
BUYER = Buyer("Café des Halles SARL", "3 place du Marché\n75001 Paris", "12345678200010", "FR32123")
SELLER = Seller(
    form="SARL", capital="10 000 €", siret="123 456 789 00012", vat="FR12345678901",
    rcs="Paris 123 456 789",
)  # fmt: skip


def asked(step: Step) -> LookUp:
    (question,) = [effect for effect in step.effects if isinstance(effect, LookUp)]
    return question


def named(till: Bench, number: int = 12) -> None:
    """The customer of that number is there."""
    question = asked(till.press(f"{number} CLIENT"))
    assert question.wanted == CustomerWanted(number)
    till.put(LookedUp(question.request, Customer(number, PERSON)))


def invoiced(till: Bench, key: str = "FACTURE") -> Step:
    """Press it, and say who the buyer is."""
    return till.put(LookedUp(asked(till.press(key)).request, BUYER))


@pytest.fixture
def till() -> Bench:
    made = bench()
    made.press("3 x 1 PLU 10 % 5 PLU ST CASH")
    return made


def test_an_invoice_names_the_ticket_the_person_and_the_totals(till: Bench) -> None:
    named(till)
    assert (till.shown.line1.strip(), till.fault) == ("CLIENT 12", None)
    question = asked(till.press("FACTURE"))
    customer = Customer(12, PERSON)
    assert question.wanted == BuyerSealed(customer, "facture-t-1", date(2026, 12, 31))
    till.put(LookedUp(question.request, BUYER))
    (closed,) = till.of(SaleClosed)
    (made,) = till.of(InvoiceMade)
    assert (made.series, made.number, made.person) == ("I", 1, PERSON)
    assert (made.ticket_series, made.ticket_number, made.details) == ("T", 1, "facture-t-1")
    assert (made.vat, made.total) == (closed.vat, 1151)
    assert till.shown.line1 == "FACTURE 1-I000001   "
    assert till.shown.line2 == "TOTAL          11,51"
    assert "Halles" not in str(till.events)


def test_the_paper_has_what_the_law_asks(till: Bench) -> None:
    named(till)
    said = text(paper(replace(TILL, seller=SELLER), printed(invoiced(till))))
    for line in (
        "SARL au capital de 10 000 €", "SIRET 123 456 789 00012", "N° TVA FR12345678901",
        "RCS Paris 123 456 789", "*| FACTURE", "* Facture no 2-I000001",
        "Ticket 2-000001 du 05/01/2026", "Café des Halles SARL",
        "3 place du Marché 75001 Paris", "SIRET 12345678200010", "TRADITION 3,33",
        "3 x 1,11 HT, 5,5 %", "remise comprise 0,39 TTC", "1 x 6,67 HT, 20 %", "TOTAL HT 10,00 €",
        "TVA 5,5 % HT 3,33 0,18", "TVA 20 % HT 6,67 1,33", "*| TOTAL TTC 11,51 €", "ESPECES 11,51",
    ):  # fmt: skip
        assert line in said, (line, said)


def test_a_second_time_it_is_a_duplicate(till: Bench) -> None:
    named(till)
    invoiced(till)
    question = asked(till.press("FACTURE"))
    assert question.wanted == BuyerWanted(PERSON, "facture-t-1")
    again = printed(till.put(LookedUp(question.request, BUYER)))
    assert (again.request.series, again.request.number, again.request.copy) == ("I", 1, 1)
    assert "* DUPLICATA 1" in text(paper(TILL, again))
    assert len(till.of(InvoiceMade)) == 1
    assert [each.copy for each in till.of(ReceiptRequested)] == [0, 1]


def test_behind_an_invoice_the_ticket_is_no_second_original(till: Bench) -> None:
    named(till)
    made = printed(invoiced(till))
    assert not made.replaces
    assert printed(till.press("TICKET")).request.copy == 1
    till.put(PaperDone(till.of(ReceiptRequested)[-1], PrintOutcome.PRINTED))
    assert printed(till.press("BREF")).request.copy == 2


def test_behind_a_refused_invoice_the_ticket_is_the_original(till: Bench) -> None:
    named(till)
    request = printed(invoiced(till)).request
    till.put(PaperDone(request, PrintOutcome.REFUSED, faults.PAPER_OUT))
    assert printed(till.press("C TICKET")).request.copy == 0


def test_an_invoice_takes_the_place_of_the_ticket_that_came_before(till: Bench) -> None:
    till.press("TICKET")
    till.put(PaperDone(till.of(ReceiptRequested)[-1], PrintOutcome.PRINTED))
    named(till)
    made = printed(invoiced(till))
    assert (made.request.copy, made.replaces) == (0, True)
    assert "Remplace le ticket 2-000001 du 05/01/2026" in text(paper(TILL, made))


def test_numbers_have_no_gap_and_tickets_keep_theirs(till: Bench) -> None:
    for _ in range(3):
        named(till)
        invoiced(till)
        till.press("1 PLU CASH")
    assert [made.number for made in till.of(InvoiceMade)] == [1, 2, 3]
    assert [closed.number for closed in till.of(SaleClosed)] == [1, 2, 3, 4]


def test_an_earlier_ticket_is_invoiced_once(till: Bench) -> None:
    (first,) = till.of(SaleClosed)
    till.press("1 PLU CASH")
    named(till)
    question = asked(till.press("1 FACTURE"))
    assert question.wanted == TicketWanted("T", 1)
    sealing = asked(till.put(LookedUp(question.request, TicketFound(first, moment()))))
    till.put(LookedUp(sealing.request, BUYER))
    (made,) = till.of(InvoiceMade)
    assert made.ticket_number == 1
    found = TicketFound(first, moment(), invoice=made, invoice_papers=frozenset({0}))
    reading = asked(till.put(LookedUp(asked(till.press("1 FACTURE")).request, found)))
    assert printed(till.put(LookedUp(reading.request, BUYER))).request.copy == 1


def refunded(till: Bench, made: InvoiceMade | None) -> Step:
    """All of the first ticket came back, and FACTURE is pressed, for customer 12."""
    (first,) = till.of(SaleClosed)
    found = TicketFound(first, moment(), invoice=made)
    till.put(LookedUp(asked(till.press("RF TICKET")).request, found))
    till.press("TICKET CASH")
    named(till)
    question = asked(till.press("FACTURE"))
    assert question.wanted == TicketWanted("T", 1)
    return till.put(LookedUp(question.request, found))


def test_a_credit_note_names_the_invoice_that_it_corrects(till: Bench) -> None:
    named(till)
    invoiced(till)
    (first,) = till.of(InvoiceMade)
    note = till.put(LookedUp(asked(refunded(till, first)).request, BUYER))
    said = text(paper(TILL, printed(note)))
    assert "*| FACTURE D'AVOIR" in said and "*| TOTAL TTC -11,51 €" in said
    assert "-3 x 1,11 HT, 5,5 %" in said
    assert "Avoir sur facture 2-I000001 du 05/01/2026" in said
    (corrected,) = till.of(InvoiceMade)[-1].corrects
    assert (corrected.series, corrected.number, corrected.issued) == ("I", 1, first.issued)


def test_a_credit_note_goes_to_the_invoices_customer_alone(till: Bench) -> None:
    named(till)
    invoiced(till)
    (first,) = till.of(InvoiceMade)
    refunded(till, replace(first, person="cd" * 16))
    assert till.fault is faults.INVOICED_TO_ANOTHER and till.of(InvoiceMade) == [first]


def test_no_credit_note_without_an_invoice(till: Bench) -> None:
    refunded(till, None)
    assert till.fault is faults.NOTHING_INVOICED
    till.press("C RF 2 PLU CASH")  # of no ticket at all
    named(till)
    till.press("FACTURE")
    assert till.fault is faults.NOTHING_INVOICED and till.of(InvoiceMade) == []


@pytest.mark.parametrize(("pieces", "fault"), [(2, None), (3, faults.ALL_REFUNDED)])
def test_what_came_back_as_a_whole_is_not_invoiced(
    till: Bench, pieces: int, fault: faults.Fault | None
) -> None:
    (first,) = till.of(SaleClosed)
    till.press("1 PLU CASH")
    named(till)
    back = {line.line: Back(line.quantity, line.gross) for line in first.lines}
    back[1] = Back(pieces * 1000, 0)
    found = TicketFound(first, moment(), back)
    till.put(LookedUp(asked(till.press("1 FACTURE")).request, found))
    assert till.fault is fault


def test_an_invoice_made_later_has_both_days(till: Bench) -> None:
    (first,) = till.of(SaleClosed)
    till.press("1 PLU CASH")
    named(till)
    found = TicketFound(first, moment_of("2025-12-30T17:00"))
    sealing = asked(till.put(LookedUp(asked(till.press("1 FACTURE")).request, found)))
    said = text(paper(TILL, printed(till.put(LookedUp(sealing.request, BUYER)))))
    assert "Émise le 05/01/2026" in said and "Date de livraison 30/12/2025" in said


def test_no_customer_no_invoice(till: Bench) -> None:
    till.press("FACTURE")
    assert till.fault is faults.CUSTOMER_WANTED
    till.press("C")
    named(till)
    till.press("1 PLU CASH FACTURE")
    assert till.fault is faults.CUSTOMER_WANTED  # he was of the sale before


def test_a_customer_named_during_the_sale_is_its_buyer() -> None:
    till = bench()
    till.press("1 PLU")
    named(till)
    till.press("CASH")
    invoiced(till)
    assert len(till.of(InvoiceMade)) == 1


@pytest.mark.parametrize("typed", ["0 CLIENT", "1000000 CLIENT"])
def test_a_number_that_no_customer_has(till: Bench, typed: str) -> None:
    till.press(typed)
    assert till.fault is faults.CUSTOMER_UNKNOWN


def test_who_is_not_in_the_store_gets_no_invoice(till: Bench) -> None:
    till.put(LookedUp(asked(till.press("12 CLIENT")).request, None))
    assert till.fault is faults.CUSTOMER_UNKNOWN
    till.press("C")
    named(till)
    till.put(LookedUp(asked(till.press("FACTURE")).request, None))  # erased meanwhile
    assert till.fault is faults.CUSTOMER_UNKNOWN
    till.press("C")
    till.put(LookedUp(asked(till.press("FACTURE")).request, Buyer("Zoé", "")))
    assert till.fault is faults.CUSTOMER_INCOMPLETE
    assert till.of(InvoiceMade) == []


def test_details_whose_ten_years_are_over(till: Bench) -> None:
    named(till)
    invoiced(till)
    till.put(LookedUp(asked(till.press("FACTURE")).request, None))
    assert till.fault is faults.BUYER_GONE


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("CLIENT", faults.NUMBER_MISSING),
        ("3 x 12 CLIENT", faults.NOT_NOW),
        ("1,5 CLIENT", faults.BAD_NUMBER),
        ("3 x FACTURE", faults.NOT_NOW),
        ("1 PLU FACTURE", faults.NO_TICKET),
    ],
)
def test_refusals(till: Bench, typed: str, fault: faults.Fault) -> None:
    till.press(typed)
    assert till.fault is fault


def test_no_invoice_of_an_exercise() -> None:
    till = bench()
    till.put(Train(1))
    till.press("1 PLU CASH FACTURE")
    assert till.fault is faults.NOT_IN_TRAINING


def test_given_up_while_it_is_looked_up(till: Bench) -> None:
    named(till)
    question = asked(till.press("FACTURE"))
    till.press("C")
    step = till.put(LookedUp(question.request, BUYER))
    assert step.events == () and not [e for e in step.effects if isinstance(e, Print)]
    invoiced(till)
    assert [made.number for made in till.of(InvoiceMade)] == [1]


@pytest.mark.parametrize(
    ("begins", "day", "end"),
    [
        (1, date(2026, 1, 5), date(2026, 12, 31)),
        (7, date(2026, 1, 5), date(2026, 6, 30)),
        (7, date(2026, 7, 1), date(2027, 6, 30)),
        (3, date(2024, 1, 1), date(2024, 2, 29)),
    ],
)
def test_the_fiscal_year_that_a_day_lies_in(begins: int, day: date, end: date) -> None:
    assert ClosingHours(year_begins=begins).year_end(day) == end


def test_a_siret_has_fourteen_digits() -> None:
    with pytest.raises(ValueError, match="14 chiffres"):
        Seller(siret="123 456 789")


def test_a_buyer_is_in_no_text() -> None:
    assert "Halles" not in repr(BUYER) and "Halles" not in str([BUYER])


def test_what_the_tickets_head_says_is_not_said_twice(till: Bench) -> None:
    named(till)
    address = ("12, rue de l'Église", "35000 Rennes")
    seller = replace(SELLER, name="Four SARL", address=address)
    asked = printed(invoiced(till))
    head = ("SIRET 123 456 789 00012", *address)

    def said(header: tuple[str, ...]) -> list[str]:
        identity = replace(TILL, seller=seller, shop=replace(TILL.shop, header=header))
        return [line.lstrip("*| ") for line in text(paper(identity, asked))]

    assert [said(head).count(line) for line in head] == [1, 1, 1]
    assert "N° TVA FR12345678901" in said(head)
    half = said(head[:2])
    name = half.index("Four SARL")
    assert tuple(half[name + 1 : name + 3]) == address, "as a whole, where the head has half of it"
