"""One invoice a month over many tickets on account: what is in it, once, and with which VAT."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.steps import LookedUp, LookUp, Pressed, Print, Step, Train
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import AccountMove
from pos_terminal.domain.faults import Fault
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.keyboard.keys import parse_key
from pos_terminal.domain.lookup.customers import Buyer, BuyerSealed, BuyerWanted, Customer
from pos_terminal.domain.lookup.questions import (
    AccountTicketsWanted,
    Answer,
    TicketFound,
    Tickets,
    TicketWanted,
    Wanted,
)
from pos_terminal.domain.printing.papers import paper
from tests.support.paper import TILL
from tests.support.random_days import Days
from tests.support.slips import text

BUYER = Buyer("Restaurant du Port SARL", "1 quai Est\n29200 Brest")


class Shop(Days):
    """A shop with a personal store."""

    def answer(self, wanted: Wanted) -> Answer | None:
        match wanted:
            case BuyerSealed() | BuyerWanted():
                return BUYER
            case AccountTicketsWanted(person, month):
                moved = [m for _, m, at in self.changes.accounts
                         if m.person == person and at[:7] == month
                         and m.move is not AccountMove.SETTLED]  # fmt: skip
                places = dict.fromkeys((each.series, each.number) for each in moved)
                found = [self.answer(TicketWanted(*place)) for place in places]
                return Tickets(tuple(each for each in found if isinstance(each, TicketFound)))
            case TicketWanted(series, number):
                found_one = super().answer(wanted)
                seq = self.changes.invoices.get((series, number))
                if not isinstance(found_one, TicketFound) or seq is None:
                    return found_one
                made = self.records[seq - 1].event
                return replace(found_one, invoice=made if isinstance(made, InvoiceMade) else None)
        return super().answer(wanted)

    def beside(self, number: int, month: str = "2026-01") -> None:
        """The month's invoice, asked for beside the counter. Refused."""
        found: tuple[tuple[Wanted, Answer | None], ...] = ()
        while not isinstance(
            step := self.counter.invoiced(number, month, found, self.moment), Step
        ):
            found = (*found, (step, self.answer(step)))
        self.record(step.events, apply=False)
        (self.printed,) = (each for each in step.effects if isinstance(each, Print))
        assert step.effects == (self.printed,), "the counter's display is its clerk's"

    @property
    def invoices(self) -> list[InvoiceMade]:
        return [r.event for r in self.records if isinstance(r.event, InvoiceMade)]

    @property
    def paper(self) -> list[str]:
        assert self.printed
        return text(paper(TILL, self.printed.asked))


@pytest.fixture
def shop() -> Shop:
    return Shop(Random(0))


def test_it_adds_the_tickets_up_and_rounds_no_vat_anew(shop: Shop) -> None:
    shop.press("21 PLU 4 ENCOMPTE 21 PLU 4 ENCOMPTE 22 PLU 10 PLU 4 ENCOMPTE 3 PLU 5 ENCOMPTE")
    shop.press("RF 2 TICKET TICKET 4 ENCOMPTE 4 CLIENT RECAP")
    (made,) = shop.invoices
    assert made.places == (("T", 1), ("T", 2), ("T", 3), ("T", 5))
    sums: Counter[tuple[int, str]] = Counter()
    for record in shop.records:
        if isinstance(record.event, SaleClosed) and record.event.number != 4:
            for rate in record.event.vat:
                for name in ("gross", "net", "vat"):
                    sums[rate.rate, name] += getattr(rate, name)
    assert {(r.rate, n): getattr(r, n) for r in made.vat for n in ("gross", "net", "vat")} == {
        place: cents for place, cents in sums.items() if cents
    }
    assert made.total == 205 + 355 + 999 and made.corrects == ()
    said = shop.paper
    for line in ("* Ticket 2-000003 du 05/01/2026", "Livraisons 05/01/2026 - 05/01/2026",
                 "À payer avant le 04/02/2026", "EAU 1,94", "EAU -1,94"):  # fmt: skip
        assert line in said, said
    assert not any("Caisse 2" in line or "Remboursement" in line for line in said)
    assert not any(line.startswith("Payée le") for line in said)


def test_a_ticket_is_in_one_invoice_and_that_is_printed_again_as_a_whole(shop: Shop) -> None:
    shop.press("3 PLU 4 ENCOMPTE 10 PLU 4 ENCOMPTE 4 CLIENT RECAP")
    total = "*| TOTAL TTC 11,49 €"
    assert total in shop.paper
    for typed in ("4 CLIENT FACTURE", "4 CLIENT 1 FACTURE", "4 CLIENT RECAP"):
        shop.press(typed)
        assert len(shop.invoices) == 1 and total in shop.paper
    shop.press("3 PLU 4 ENCOMPTE 4 CLIENT FACTURE 2 x 3 PLU 4 ENCOMPTE 4 CLIENT RECAP")
    assert [made.places for made in shop.invoices] == [
        (("T", 1), ("T", 2)), (("T", 3),), (("T", 4),),
    ]  # fmt: skip


def test_what_comes_back_in_a_later_month_names_the_invoice_that_it_corrects(shop: Shop) -> None:
    shop.press("3 PLU 4 ENCOMPTE 4 CLIENT RECAP")
    shop.now += timedelta(days=40)
    shop.press("RF 1 TICKET TICKET 4 ENCOMPTE 4 CLIENT RECAP")
    first, credit = shop.invoices
    assert credit.total == -150
    assert [(each.series, each.number) for each in credit.corrects] == [("I", first.number)]
    assert "*| FACTURE D'AVOIR" in shop.paper


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("RECAP", faults.CUSTOMER_WANTED),
        ("4 CLIENT 202512 RECAP", faults.NOTHING_TO_INVOICE),
        ("5 CLIENT RECAP", faults.NOTHING_TO_INVOICE),
        ("4 CLIENT 3 PLU RECAP", faults.NOT_NOW),
    ],
)
def test_refused(shop: Shop, typed: str, fault: faults.Fault) -> None:
    shop.press("3 PLU 4 ENCOMPTE")
    shop.put_keys(typed)
    assert shop.counter.desk.fault is fault
    assert shop.invoices == []


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("2 PLU 4 ENCOMPTE 5 CLIENT FACTURE", faults.ACCOUNT_OF_ANOTHER),
        ("2 x 2 PLU 50 CASH 4 ENCOMPTE 5 CLIENT FACTURE", faults.ACCOUNT_OF_ANOTHER),
        ("2 PLU 4 ENCOMPTE 4 REGLE CASH 4 CLIENT FACTURE", faults.NOTHING_TO_INVOICE),
    ],
)
def test_an_invoice_is_of_what_its_customer_bought(shop: Shop, typed: str, fault: Fault) -> None:
    shop.put_keys(typed)
    assert shop.counter.desk.fault is fault
    assert not shop.invoices
    shop.press("C C C 2 PLU 4 ENCOMPTE 4 CLIENT FACTURE")
    assert len(shop.invoices) == 1


def test_beside_the_counter_it_is_the_same_and_nothing_there_changes(shop: Shop) -> None:
    sold = "21 PLU 4 ENCOMPTE 22 PLU 10 PLU 4 ENCOMPTE RF 1 TICKET TICKET 4 ENCOMPTE 5 CLIENT"
    other = Shop(Random(0))
    for each in (shop, other):
        each.press(sold)
    other.press("4 CLIENT RECAP")
    desk = shop.counter.desk
    desk.entry = typed = Entry(number="12")
    shop.beside(4)
    assert shop.invoices == other.invoices and shop.paper == other.paper
    assert desk.entry == typed and desk.customer == Customer(5, "person-5")
    shop.beside(4)  # once more: its duplicate
    assert len(shop.invoices) == 1 and shop.paper == other.paper
    shop.press("C 2 PLU")
    sale = desk.sale
    with pytest.raises(Refused, match="S-"):
        shop.beside(5)
    assert desk.sale == sale and sale


def test_beside_the_counter_nothing_is_invoiced_that_is_being_looked_up_there(shop: Shop) -> None:
    """What the counter has found, and decides with, may be invoiced here in between."""
    shop.press("3 PLU 4 ENCOMPTE 4 CLIENT")
    (asked,) = shop.counter.handle(Pressed(parse_key("RECAP")), shop.moment).effects
    assert isinstance(asked, LookUp)
    with pytest.raises(Refused) as refused:
        shop.beside(4)
    assert refused.value.fault is faults.NOT_NOW
    shop.put(LookedUp(asked.request, shop.answer(asked.wanted)))
    assert [made.places for made in shop.invoices] == [(("T", 1),)]
    shop.put(Train(9))
    with pytest.raises(Refused) as refused:
        shop.beside(4)
    assert refused.value.fault is faults.NOT_IN_TRAINING


def test_goods_on_account_that_were_exchanged_are_invoiced_as_what_they_became(shop: Shop) -> None:
    """Bread for wine: nothing more is owed for it, and the month's VAT is that of the wine."""
    shop.press("10 x 3 PLU 4 ENCOMPTE RF 1 TICKET 2 x 3 PLU RF 5 PLU CASH")
    exchange = shop.tickets["T", 2][0]
    assert exchange.exchanged[0].account == "person-4" and exchange.tenders[0].tender == "CASH"
    shop.press("RF 2 TICKET TICKET CASH 4 ENCOMPTE RF 1 TICKET TICKET 4 ENCOMPTE")
    assert sum(moved.amount for _, moved, _ in shop.changes.accounts) == 0
    shop.press("2 x 3 PLU 4 ENCOMPTE 4 CLIENT RECAP")
    (made,) = shop.invoices
    assert [number for _, number in made.places] == [1, 2, 3, 4, 5]
    assert {rate.rate: rate.gross for rate in made.vat if rate.gross} == {1000: made.total}
    (_, owed, _) = shop.changes.accounts[-1]
    assert made.total == owed.amount
