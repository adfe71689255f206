"""Invoices: who the customer is, and a ticket made out to him; a second time, its duplicate."""

from collections.abc import Set

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter import orders, papers
from pos_terminal.domain.counter.closed import ClosedTicket
from pos_terminal.domain.counter.desk import Desk
from pos_terminal.domain.counter.entry import Entry
from pos_terminal.domain.counter.lookup import Search, look_up
from pos_terminal.domain.counter.steps import Print, Show, Sound, Step
from pos_terminal.domain.display import screens as display
from pos_terminal.domain.events.event import INVOICES, Event
from pos_terminal.domain.events.paper import (
    Corrected,
    Form,
    InvoiceMade,
    ReceiptRequested,
    Supplied,
)
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.faults import Tone
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.lookup.customers import (
    HIGHEST,
    Buyer,
    BuyerSealed,
    BuyerWanted,
    Customer,
    CustomerWanted,
    details_name,
)
from pos_terminal.domain.lookup.questions import (
    AccountTicketsWanted,
    TicketFound,
    Tickets,
    TicketWanted,
)
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.sale.invoicing import merged


def customer(desk: Desk, _: str, __: Moment) -> Step:
    """`12 CLIENT`, or a scanned card: whom the next invoice is for, until a sale begins.

    Behind `123 NOTER` it is whom that order is for.
    """
    if replace(desk.entry, number="", order="", noted="") != Entry():
        raise Refused(faults.NOT_NOW)
    number = int(desk.entry.whole())
    if not 0 < number <= HIGHEST:
        raise Refused(faults.CUSTOMER_UNKNOWN)

    found = look_up(desk, CustomerWanted(number))
    if not isinstance(found, Customer):
        raise Refused(faults.CUSTOMER_UNKNOWN)
    if desk.entry.order:
        return orders.customer(desk, found)
    desk.entry = Entry()
    desk.customer = found
    return Step(effects=(Show(display.customer(found.number)), Sound(Tone.ACCEPTED)))


def invoice(desk: Desk, _: str, moment: Moment) -> Step:
    """`FACTURE`: the last ticket, or the one whose number is typed, as an invoice."""
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    named = papers.named(desk)
    made = named.closed.invoice
    step = _again(desk, named.closed, made) if made else _make(desk, named.closed, moment)
    desk.entry = Entry()
    return replace(step, effects=(*named.shown, *step.effects))


def month(desk: Desk, _: str, moment: Moment) -> Step:
    """`12 CLIENT RECAP`: one invoice over what the customer bought on account this month.

    `202602 RECAP`: in February 2026. Of tickets that have no invoice yet; where all have one, the
    last such invoice as a duplicate.
    """
    if replace(desk.entry, number="") != Entry():
        raise Refused(faults.NOT_NOW)
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if desk.sale:
        raise Refused(faults.NOT_NOW)
    customer = desk.customer
    if customer is None:
        raise Refused(faults.CUSTOMER_WANTED)
    typed = desk.entry.whole() if desk.entry.number else moment.at[:7].replace("-", "")
    step = _of_month(desk, customer, f"{typed[:4]}-{typed[4:]}", moment)
    if any(isinstance(each, InvoiceMade) for each in step.events):
        desk.customer = None  # a duplicate leaves him: his invoice may be yet to be made
    desk.entry = Entry()
    return step


def month_beside(desk: Desk, number: int, month: str, moment: Moment) -> Step:
    """The same of the customer of that number, asked for beside the counter: what is typed there,
    shown, and who is named for the next invoice stay as they are. Raises Refused, or Wait.
    """
    if desk.training:
        raise Refused(faults.NOT_IN_TRAINING)
    if isinstance(desk.pending, Search):
        raise Refused(faults.NOT_NOW)  # what is found there may be invoiced here meanwhile
    customer = look_up(desk, CustomerWanted(number))
    if not isinstance(customer, Customer):
        raise Refused(faults.CUSTOMER_UNKNOWN)
    step = _of_month(desk, customer, month, moment)
    return replace(step, effects=tuple(each for each in step.effects if isinstance(each, Print)))


def _of_month(desk: Desk, customer: Customer, month: str, moment: Moment) -> Step:
    found = look_up(desk, AccountTicketsWanted(customer.person, month))
    tickets = found.tickets if isinstance(found, Tickets) else ()
    waiting = tuple(each for each in tickets if each.invoice is None)
    done = [each for each in tickets if each.invoice and each.invoice.tickets]
    if waiting:
        return _make_month(desk, customer, waiting, moment)
    if done and done[-1].invoice:
        return _again(desk, papers.closed(done[-1]), done[-1].invoice)
    raise Refused(faults.NOTHING_TO_INVOICE)


def _make_month(
    desk: Desk, customer: Customer, found: tuple[TicketFound, ...], moment: Moment
) -> Step:
    whole = merged(found)
    closed = replace(papers.closed(found[-1]), ticket=whole)
    # What was invoiced in an earlier month and comes back now is a credit on that invoice; what
    # comes back of this very invoice corrects nothing.
    within = {(each.closed.series, each.closed.number) for each in found}
    corrects = _invoiced(desk, whole, customer, within)
    if whole.total < 0 and not corrects:
        raise Refused(faults.NOTHING_INVOICED)
    details = details_name(INVOICES, desk.tickets.get(INVOICES, 0) + 1)
    buyer = _buyer(desk, customer, details, moment)
    supplied = (
        Supplied(series=each.closed.series, number=each.closed.number, at=each.moment.at)
        for each in found
    )
    made = replace(
        _made(desk, customer, closed, moment, details), corrects=corrects, tickets=tuple(supplied)
    )
    return _print(desk, replace(closed, invoiced=moment), made, buyer, made, several=found)


def _make(desk: Desk, closed: ClosedTicket, moment: Moment) -> Step:
    customer, ticket = desk.customer, closed.ticket
    if customer is None:
        raise Refused(faults.CUSTOMER_WANTED)
    if closed.all_back:
        raise Refused(faults.ALL_REFUNDED)
    if any(line.account and not line.voided for line in ticket.lines):
        raise Refused(faults.NOTHING_TO_INVOICE)  # of a debt: its tickets have their invoices
    if any(paid.account not in ("", customer.person) for paid in ticket.tenders):
        raise Refused(faults.ACCOUNT_OF_ANOTHER)
    corrects = _corrected(desk, ticket, customer)
    details = details_name(ticket.series, ticket.number)
    buyer = _buyer(desk, customer, details, moment)
    made = replace(_made(desk, customer, closed, moment, details), corrects=corrects)
    desk.customer = None
    return _print(desk, replace(closed, invoiced=moment), made, buyer, made)


def _buyer(desk: Desk, customer: Customer, details: str, moment: Moment) -> Buyer:
    """The customer's details, kept from now on as this invoice's. Raises Refused, or Wait."""
    until = desk.rules.closing.year_end(moment.day)
    buyer = look_up(desk, BuyerSealed(customer, details, until))
    if not isinstance(buyer, Buyer):
        raise Refused(faults.CUSTOMER_UNKNOWN)
    if not (buyer.name and buyer.address):
        raise Refused(faults.CUSTOMER_INCOMPLETE)
    return buyer


def _made(
    desk: Desk, customer: Customer, closed: ClosedTicket, moment: Moment, details: str
) -> InvoiceMade:
    ticket = closed.ticket
    return InvoiceMade(
        series=INVOICES,
        number=desk.tickets.get(INVOICES, 0) + 1,
        person=customer.person,
        details=details,
        ticket_series=ticket.series,
        ticket_number=ticket.number,
        ticket_at=ticket.taken_at or closed.moment.at,
        issued=moment.at,
        vat=ticket.vat,
        total=ticket.total,
    )


def _corrected(desk: Desk, ticket: SaleClosed, customer: Customer) -> tuple[Corrected, ...]:
    """The invoices of what the ticket takes back: all this customer's, and of a credit note some.

    Code général des impôts, annexe II, art. 242 nonies A, and art. 289, I-5: what changes an
    invoice refers to it without ambiguity. Raises Refused.
    """
    corrects = _invoiced(desk, ticket, customer, frozenset())
    if ticket.total < 0 and not corrects:
        raise Refused(faults.NOTHING_INVOICED)
    return corrects


def _invoiced(
    desk: Desk, ticket: SaleClosed, customer: Customer, within: Set[tuple[str, int]]
) -> tuple[Corrected, ...]:
    """The invoices of what it takes back of tickets that are not `within` it. Raises Refused."""
    taken = {(x.of.series, x.of.number) for x in ticket.lines if x.of and not x.voided} - within
    made: list[InvoiceMade] = []
    for place in sorted(taken):
        found = look_up(desk, TicketWanted(*place))
        if isinstance(found, TicketFound) and found.invoice:
            made.append(found.invoice)
    if any(each.person != customer.person for each in made):
        raise Refused(faults.INVOICED_TO_ANOTHER)
    return tuple(Corrected(series=x.series, number=x.number, issued=x.issued) for x in made)


def _again(desk: Desk, closed: ClosedTicket, made: InvoiceMade) -> Step:
    buyer = look_up(desk, BuyerWanted(made.person, made.details))
    if not isinstance(buyer, Buyer):
        raise Refused(faults.BUYER_GONE)
    if not made.tickets:
        return _print(desk, closed, made, buyer)
    found = tuple(_ticket(desk, each) for each in made.tickets)
    closed = replace(closed, ticket=merged(found), moment=found[-1].moment)
    return _print(desk, closed, made, buyer, several=found)


def _ticket(desk: Desk, wanted: Supplied) -> TicketFound:
    found = look_up(desk, TicketWanted(wanted.series, wanted.number))
    if not isinstance(found, TicketFound):
        raise Refused(faults.TICKET_UNKNOWN)
    return found


def _print(
    desk: Desk,
    closed: ClosedTicket,
    made: InvoiceMade,
    buyer: Buyer,
    *events: Event,
    several: tuple[TicketFound, ...] = (),
) -> Step:
    request = ReceiptRequested(
        series=made.series,
        number=made.number,
        copy=closed.copy(Form.INVOICE),
        form=Form.INVOICE,
    )
    asked = PaperAsked(
        request, closed.ticket, closed.moment, closed.anchor,
        invoice=made, invoiced=closed.invoiced, buyer=buyer, operator=closed.operator,
        changed=closed.changed, replaces=closed.replaced, several=several,
    )  # fmt: skip
    screen = display.invoiced(desk.identity.terminal, made)
    return Step((*events, request), (Print(asked), Show(screen), Sound(Tone.ACCEPTED)))
