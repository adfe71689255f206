"""The papers of a closed sale beside its ticket: which there are, what each says (docs/papers.md).

All but the gift receipt prove what was paid: from the second of them on, each is a numbered
duplicate, whatever its form. The gift receipt proves nothing and counts by itself.
"""

from collections.abc import Iterator
from datetime import date

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.codes.papers import ticket_code
from pos_terminal.domain.dated import Dated
from pos_terminal.domain.events import numbers
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.held import is_held
from pos_terminal.domain.events.numbers import invoice_number
from pos_terminal.domain.events.paper import Form
from pos_terminal.domain.events.sale import SaleClosed, TicketLine
from pos_terminal.domain.events.values import Place, ReductionScope
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day, euros
from pos_terminal.domain.printing import invoice
from pos_terminal.domain.printing import ticket as tickets
from pos_terminal.domain.printing.digital import digital
from pos_terminal.domain.printing.request import PaperAsked
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.receipt import Align, Barcode, Block, Qr, Receipt, Row, Rule, Text

NOTE_FROM = Dated(((date(1983, 10, 3), 15_24), (date(2010, 9, 9), 25_00)))
"""From how many cents on, VAT included, a service needs a note: arrêté n° 83-50/A du 3 octobre
1983, article 1er (100 F), as changed by the arrêté du 15 juillet 2010 (BOCC n° 8 du 9 septembre
2010)."""


def note_due(ticket: SaleClosed, day: date) -> bool:
    """Whether the law wants a note: consumed on the spot, and not below the day's limit.

    What counts is the price of the service, however much of it was paid in advance.
    """
    least = NOTE_FROM.on(day)
    return ticket.place is Place.ON_SPOT and least is not None and price(ticket) >= least


def price(ticket: SaleClosed) -> int:
    """What was supplied, in cents: no deposit, no voucher, neither sold nor used."""
    lines = (line for line in ticket.lines if not (line.voided or line.issues or line.voucher))
    return sum(line.gross for line in lines if not is_held(line))


def paper(identity: Identity, asked: PaperAsked) -> Receipt:
    """The paper that is asked for."""
    terminal, ticket, copy = identity.terminal, asked.closed, asked.request.copy
    form = asked.request.form
    code = ticket_code(identity.till, ticket.series, ticket.number)
    if form is Form.TICKET:
        return tickets.receipt(
            identity, ticket, asked.moment, copy,
            code=code, operator=asked.operator, anchor=asked.anchor, changed=asked.changed,
        )  # fmt: skip
    training = ticket.series == TRAINING_SERIES
    marks = tuple(tickets.marks(copy, simulated=identity.simulated, training=training))
    name = f"{form} {numbers.number(terminal, ticket)}"
    if asked.invoice:
        name = f"{form} {invoice_number(terminal, asked.invoice)}"
    return Receipt(
        title=name + (f" duplicata {copy}" if copy else ""),
        blocks=(
            # What is of several tickets bears the number and the barcode of none.
            *(
                tickets.shop(identity)
                if asked.several
                else tickets.head(identity, ticket, asked.moment)
            ),
            *marks,
            *_body(form, identity, asked),
            *tickets.evidence(identity, asked.operator, asked.anchor),
            *marks,
            *(Text(line, Align.CENTRE) for line in identity.shop.footer),
            *tickets.support(identity),
            *((Barcode(code),) if code and not asked.several else ()),
        ),
    )


def _body(form: Form, identity: Identity, asked: PaperAsked) -> Iterator[Block]:
    match form:
        case Form.GIFT:
            yield from _gift(asked.closed)
        case Form.NOTE:
            yield from _note(asked)
        case Form.INVOICE if asked.invoice and asked.buyer:
            yield from invoice.body(
                identity, asked.invoice, asked.buyer, asked.closed, asked.changed,
                invoiced=asked.invoiced, replaces=asked.replaces, several=asked.several,
            )  # fmt: skip
        case Form.QR:
            yield Row(say("TOTAL"), f"{euros(asked.closed.total)} €", bold=True)
            yield Qr(digital(identity, asked))
            yield Text(say("Ticket complet dans ce code"), Align.CENTRE)
        case _:
            yield Rule()
            yield from _paid(asked, letters=False)


def _gift(ticket: SaleClosed) -> Iterator[Block]:
    """What was bought, at no price."""
    yield Text(say("TICKET CADEAU"), Align.CENTRE, bold=True)
    yield Rule()
    for line in ticket.lines:
        if not line.voided and line.quantity > 0:
            name = f"+ {line.name}" if line.parent else line.name
            yield Row(name, tickets.amount(line))


def _note(asked: PaperAsked) -> Iterator[Block]:
    """What article 3 of the arrêté asks of a note, beside what the ticket's head says.

    The customer's name is written by hand, unless the customer does not want it.
    """
    ticket, at = asked.closed, asked.moment.at
    yield Text(say("NOTE"), Align.CENTRE, bold=True, tall=True)
    yield Text(f"{say('Client')} : {'_' * 20}")
    yield Text(f"{say('Prestation du')} {day(at)}, {say('à cette adresse')}")
    yield Rule()
    for line in ticket.lines:
        if not line.voided:
            yield from _counted(line, ticket)
    for each in ticket.reductions:
        if each.scope is not ReductionScope.LINE:
            yield tickets.reduction(each)
    yield Rule()
    yield from tickets.without_vat(ticket)
    yield from _paid(asked)


def _counted(line: TicketLine, ticket: SaleClosed) -> Iterator[Block]:
    """A line with its quantity and unit price, a single piece's too."""
    blocks = tuple(tickets.sold(line, ticket))
    yield blocks[0]
    if line.unit is Unit.PIECE and line.per == ONE and line.quantity == ONE:
        yield Text(f"  1 x {euros(line.price)}")
    yield from blocks[1:]


def _paid(asked: PaperAsked, *, letters: bool = True) -> Iterator[Block]:
    ticket = asked.closed
    yield Row(say("TOTAL"), f"{euros(ticket.total)} €", bold=True, tall=True)
    yield from tickets.tenders(ticket, asked.moment.at, asked.changed)
    yield Rule()
    yield from tickets.vat(ticket, letters=letters)
    yield from tickets.counts(ticket)
