"""The paper of an invoice: a ticket made out to a customer, with what the law asks of one. Pure.

Code général des impôts, annexe II, article 242 nonies A (mentions); Code de commerce, articles
L. 441-9 (mentions), R. 123-237 and R. 123-238 (registration, form and capital of the seller).
"""

from collections.abc import Iterable, Iterator, Sequence

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.numbers import invoice_number
from pos_terminal.domain.events.paper import InvoiceMade
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import SaleClosed, TicketLine
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.customers import Buyer
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.money import divide
from pos_terminal.domain.notation import day, euros, percent
from pos_terminal.domain.printing import ticket as tickets
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.receipt import Align, Block, Row, Rule, Text
from pos_terminal.domain.sale.invoicing import (
    Operations,
    due,
    is_prepayment,
    is_service,
    operations,
    owed,
    payment_terms,
)


def body(
    identity: Identity,
    made: InvoiceMade,
    buyer: Buyer,
    ticket: SaleClosed,
    changed: Iterable[PaymentChanged] = (),
    *,
    invoiced: Moment | None = None,
    replaces: bool = False,
    several: Sequence[TicketFound] = (),
) -> Iterator[Block]:
    """The invoice between its head and its foot, `invoiced` at that moment.

    It `replaces` a ticket that was printed before.

    One over `several` tickets (Code général des impôts, art. 289, I-3) has each delivery by itself;
    `ticket` is all of them as one.
    """
    # The shop's own lines are those of the ticket's head: what they say already is not said twice.
    said, address = {*identity.shop.header}, {*identity.seller.address}
    if address - said:  # half of it above and half below would be no address
        said -= address
    mentions = (line for line in identity.seller.lines() if line not in said)
    yield from (Text(line, Align.CENTRE) for line in mentions)
    yield from _which(identity, made, ticket, invoiced, replaces=replaces)
    yield from _to_whom(buyer)
    yield Rule()
    yield Text(_operations(each.closed for each in several) if several else _operations([ticket]))
    if identity.seller.debits:
        yield Text(say("Option pour le paiement de la taxe d'après les débits"))
    yield Rule()
    for each in several:
        name = numbers.number(identity.terminal, each.closed)
        yield Text(f"{say('Ticket')} {name} {say('du')} {day(each.moment.at)}", bold=True)
        yield from _lines(each.closed)
    if not several:
        yield from _lines(ticket)
    yield Rule()
    yield from tickets.without_vat(ticket)
    for rate in made.vat:
        left = f"{say('TVA')} {_rate(rate.rate)}  {say('HT')} {euros(rate.net)}"
        yield Row(left, euros(rate.vat))
    yield Row(say("TOTAL TTC"), f"{euros(made.total)} €", bold=True, tall=True)
    yield from tickets.tenders(ticket, made.ticket_at, changed)
    if ticket.total >= 0:
        if owed(ticket) > 0:
            yield Row(say("À payer avant le"), day(due(made.ticket_at).isoformat()))
        else:
            yield Row(say("Payée le"), day(made.ticket_at))
        yield from (Text(line) for line in payment_terms(identity.seller))
    yield from (Text(line) for line in identity.seller.terms)


def _operations(supplied: Iterable[SaleClosed]) -> str:
    return {
        Operations.GOODS: say("Livraison de biens"),
        Operations.SERVICES: say("Prestation de services"),
        Operations.BOTH: say("Livraison de biens et prestation de services"),
    }[operations(supplied)]


def _lines(ticket: SaleClosed) -> Iterator[Block]:
    for line in ticket.lines:
        if not line.voided:
            yield from _line(line)


def _which(
    identity: Identity,
    made: InvoiceMade,
    ticket: SaleClosed,
    invoiced: Moment | None,
    *,
    replaces: bool,
) -> Iterator[Block]:
    """What it is, its number and dates, and what it is about."""
    yield Text(title(ticket), Align.CENTRE, bold=True, tall=True)
    yield Row(say("Facture no"), invoice_number(identity.terminal, made), bold=True)
    yield Row(say("Émise le"), day(made.issued))
    if invoiced and not invoiced.trust.vouched:
        yield Text(say("Date non vérifiée"), Align.CENTRE)
    for each in made.corrects:
        name = invoice_number(identity.terminal, each)
        yield Text(f"{say('Avoir sur facture')} {name} {say('du')} {day(each.issued)}")
    sold = day(made.ticket_at)
    if made.tickets:
        yield Row(say("Livraisons"), f"{day(made.tickets[0].at)} - {sold}")
        return
    if not is_prepayment(ticket):
        done = say("Date de la prestation") if is_service(ticket) else say("Date de livraison")
        yield Row(done, sold)
    which = say("Remplace le ticket") if replaces else say("Ticket")
    yield Text(f"{which} {numbers.number(identity.terminal, ticket)} {say('du')} {sold}")


def _to_whom(buyer: Buyer) -> Iterator[Block]:
    yield Rule()
    yield Text(say("Client"), bold=True)
    yield Text(buyer.name)
    yield Text(buyer.address)
    named = (("SIRET", buyer.siret), (say("N° TVA"), buyer.vat))
    yield from (Text(f"{name} {value}") for name, value in named if value)


def title(ticket: SaleClosed) -> str:
    """What the paper is: an invoice, one of money paid in advance, or a credit note."""
    if is_prepayment(ticket):
        return say("FACTURE D'ACOMPTE")
    return say("FACTURE D'AVOIR") if ticket.total < 0 else say("FACTURE")


def _line(line: TicketLine) -> Iterator[Block]:
    """Name and net amount; below them quantity, unit price without VAT, and the rate."""
    name = f"+ {line.name}" if line.parent else line.name
    yield Row(name, euros(line.net))
    yield Text(f"  {tickets.amount(line)} x {_unit_price(line)} {say('HT')}, {_rate(line.vat)}")
    if line.discount:
        yield Text(f"  {say('remise comprise')} {euros(line.discount)} {say('TTC')}")


def _unit_price(line: TicketLine) -> str:
    """Without VAT and after discounts: ten-thousandths of a euro, with no needless zeros."""
    exact = divide(line.net * 100 * ONE, abs(line.quantity)) * (1 if line.quantity > 0 else -1)
    whole, part = divmod(abs(exact), 10_000)
    decimals = f"{part:04d}".rstrip("0").ljust(2, "0")
    unit = {Unit.KG: "/kg", Unit.CL: "/cl", Unit.PIECE: ""}[line.unit]
    return f"{'-' if exact < 0 else ''}{whole},{decimals}{unit}"


def _rate(rate: int) -> str:
    return f"{percent(rate)} %"
