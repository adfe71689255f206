"""Invoices as Factur-X: good by rules that others wrote, and the same cents as the ticket's."""

from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from pos_terminal.archive import facturx
from pos_terminal.archive.facturx import NotEnough
from pos_terminal.domain.audit.identity import Identity, Seller
from pos_terminal.domain.events.paper import Corrected, InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.domain.sale.invoicing import merged
from pos_terminal.domain.sale.terms import Terms
from tests.support.bench import moment_of
from tests.support.en16931 import findings
from tests.support.lookup import remembering
from tests.support.paper import TILL
from tests.support.random_days import Days

SELLER = Seller(
    name="Four & Fils SARL", address=("12, rue de l'Église", "35000 Rennes"), form="SARL",
    capital="10 000 €", siret="732 829 320 00074", vat="FR44732829320", rcs="Rennes 732 829 320",
)  # fmt: skip
IDENTITY = replace(TILL, seller=SELLER)
FIRM = Buyer(
    "Café <des> Halles", "3 place du Marché\n75001 Paris", "12345678200010", "FR32123456782"
)
CONSUMER = Buyer("Zoé Martin", "Lieu-dit\nLe Bourg\nBâtiment B\nEscalier 2")
ABROAD = Buyer("Brot GmbH", "Weg 1\n10115 Berlin", vat="DE123456789")
AT, ISSUED = "2026-01-05T08:30:05.000+01:00", "2026-01-07T10:00:00.000+01:00"
RAM = "ReusableAggregateBusinessInformationEntity:100"
SPACE = {"ram": f"urn:un:unece:uncefact:data:standard:{RAM}"}


def made(ticket: SaleClosed) -> InvoiceMade:
    corrected = Corrected(series="I", number=1, issued=ISSUED)
    return InvoiceMade(
        series="I", number=2, person="ab" * 16, details="x", ticket_series=ticket.series,
        ticket_number=ticket.number, ticket_at=AT, issued=ISSUED, vat=ticket.vat,
        total=ticket.total, corrects=(corrected,) if ticket.total < 0 else (),
    )  # fmt: skip


def document(
    ticket: SaleClosed, buyer: Buyer = FIRM, identity: Identity = IDENTITY
) -> bytes:
    return facturx.invoice(identity, made(ticket), [TicketFound(ticket, moment_of(AT))], buyer)


def said(xml: bytes, path: str) -> list[str]:
    return [each.text or "" for each in ElementTree.fromstring(xml).iterfind(f".//{path}", SPACE)]


def sold(keys: str, **rules: Any) -> SaleClosed:
    till = remembering(**rules)
    till.press(keys)
    return till.last


SALES = {
    "goods of two rates": "3 x 1 PLU 10 % 5 PLU CARD",
    "a firm's exchange": "5 PLU CASH RF TICKET 5 PLU RF 5 PLU 1 PLU CASH",
    "a credit note": "3 x 5 PLU CASH RF TICKET 2 x 5 PLU CASH",
    "a part payment": "10 TAUX 500 PRIX 7 ACOMPTE CASH",
    "earnest money": "500 PRIX 7 ARRHES CASH",
    "a part payment taken off": "10 TAUX 500 PRIX 7 ACOMPTE CASH 7 COMMANDE 2 x 5 PLU CARD",
    "vouchers for anything and for bread, with bread": "90 PLU 92 PLU 1 PLU CARD",
    "several means": "5 PLU 300 CARD CHEQUE",
    "nothing to pay": "5 PLU 100 % CASH",
}


@pytest.mark.parametrize("what", SALES)
def test_what_a_till_sells_is_good_by_others_rules(what: str) -> None:
    ticket = sold(SALES[what])
    xml = document(ticket)
    assert not [*findings(xml)]
    total, tax = said(xml, "ram:GrandTotalAmount"), said(xml, "ram:TaxTotalAmount")
    assert round(float(total[0]) * 100) == abs(ticket.total)
    assert round(float(tax[0]) * 100) == abs(sum(rate.vat for rate in ticket.vat))
    kind = {"a credit note": "381", "a part payment": "386", "earnest money": "386"}
    assert said(xml, "ram:TypeCode")[0] == kind.get(what, "380")


@pytest.mark.parametrize("buyer", [FIRM, CONSUMER, ABROAD], ids=lambda each: each.name)
def test_whoever_buys(buyer: Buyer) -> None:
    xml = document(sold("1 PLU CASH"), buyer)
    assert not [*findings(xml, between_firms=buyer is FIRM)]
    assert said(xml, "ram:BuyerTradeParty/ram:Name") == [buyer.name]
    assert said(xml, "ram:BuyerTradeParty//ram:CountryID") == ["DE" if buyer is ABROAD else "FR"]


@pytest.mark.parametrize(("debits", "due"), [(False, "72"), (True, "5")])
def test_a_service_says_when_its_vat_is_due(debits: bool, due: str) -> None:
    seller = Seller(address=SELLER.address, siret=SELLER.siret, vat=SELLER.vat, debits=debits)
    ticket = sold("3 PLU CASH", sales=Terms(place=Place.ON_SPOT))
    xml = document(ticket, identity=replace(TILL, seller=seller))
    assert not [*findings(xml)]
    assert said(xml, "ram:DueDateTypeCode") == [due]


@pytest.mark.parametrize("first", [0, 1])
def test_a_months_invoice_is_about_all_that_it_invoices(first: int) -> None:
    """Goods and a service, whichever came last: both, and no date of VAT that is of one alone."""
    supplied = [
        TicketFound(sold("5 PLU CASH"), moment_of(AT)),
        TicketFound(sold("3 PLU CASH", sales=Terms(place=Place.ON_SPOT)), moment_of(AT)),
    ]
    ordered = [supplied[first], supplied[1 - first]]
    whole = merged(ordered)
    xml = facturx.invoice(IDENTITY, made(whole), ordered, FIRM)
    assert not [*findings(xml)]
    process = "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID"
    assert said(xml, process) == ["M2"] and not said(xml, "ram:DueDateTypeCode")


@pytest.mark.parametrize("keys", ["5 PLU CASH", "3 x 5 PLU CASH RF TICKET 5 PLU CASH"])
def test_what_went_to_an_account_is_still_due(keys: str) -> None:
    ticket = sold(keys)
    (paid,) = ticket.tenders
    on_account = replace(paid, tender="ACCOUNT")
    xml = document(replace(ticket, tenders=(on_account,)))
    assert not [*findings(xml)]
    assert said(xml, "ram:DuePayableAmount") == ["8.00"]
    assert said(xml, "ram:TotalPrepaidAmount") == ["0.00"]
    assert "20260204" in xml.decode()


def test_random_days_are_good_to_the_last_ticket() -> None:
    days = Days(Random(4))
    while len(days.tickets) < 40:
        days.step()
    for ticket, _ in days.tickets.values():
        if ticket.lines:
            assert not [*findings(document(ticket))], ticket


def test_the_rules_find_a_cent() -> None:
    xml = document(sold("3 x 1 PLU 5 PLU CARD"))
    assert b"<ram:GrandTotalAmount>11.90<" in xml
    wrong = xml.replace(b"<ram:GrandTotalAmount>11.90<", b"<ram:GrandTotalAmount>11.91<")
    assert any("BR-CO-15" in each for each in findings(wrong))


def test_a_seller_who_says_too_little_makes_none() -> None:
    with pytest.raises(NotEnough, match=r"\[seller\]: address, siret, vat"):
        document(sold("1 PLU CASH"), identity=TILL)


def test_its_file_is_named_as_it_is_numbered(tmp_path: Path) -> None:
    assert facturx.file_name(IDENTITY, made(sold("1 PLU CASH"))) == "2-I000002.xml"
