"""The paper of a closed sale: what the law asks of a ticket, and what a customer looks for."""

from collections.abc import Iterable, Iterator
from datetime import date
from string import ascii_uppercase

from pos_terminal.domain.audit.identity import Identity
from pos_terminal.domain.codes.vouchers import last_four
from pos_terminal.domain.events.event import TRAINING_SERIES
from pos_terminal.domain.events.held import untaxed
from pos_terminal.domain.events.numbers import number
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import Reduction, SaleClosed, TicketLine
from pos_terminal.domain.events.values import ReductionScope, TareKind
from pos_terminal.domain.keyboard.command_codes import encode
from pos_terminal.domain.keyboard.keys import Function, Key
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.notation import day, day_and_hour, euros, hour, percent, thousandths
from pos_terminal.domain.printing import card_slip
from pos_terminal.domain.printing.clock import unverified
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.receipt import Align, Barcode, Block, Logo, Receipt, Row, Rule, Text
from pos_terminal.domain.sale.corrected_payments import exchanged
from pos_terminal.domain.sale.deposits import takes
from pos_terminal.domain.sale.discounts import consumed, discount_name
from pos_terminal.domain.sale.donations import given, sentences
from pos_terminal.domain.tender.tender import TENDERS


def code_of(order: str) -> str:
    """The barcode of an order: the keys that look it up."""
    return encode([*(Key(Function.TYPE, digit) for digit in order), Key(Function.ORDER)])


def receipt(
    identity: Identity,
    ticket: SaleClosed,
    moment: Moment,
    copy: int,
    *,
    code: str = "",
    operator: int = 0,
    anchor: str = "",
    changed: Iterable[PaymentChanged] = (),
) -> Receipt:
    """The ticket as a document. `moment` is the closing record's.

    `copy` 0 is the ticket, from 1 on the duplicate of that number. A simulated sale says so at
    its head and at its foot, so that the paper cannot pass for a ticket; so does an exercise.
    `code` is the barcode that names the ticket at its foot, if it has one; `operator` and `anchor`
    are its record's (`evidence`); `changed` are the corrections of how it was paid.
    """
    training = ticket.series == TRAINING_SERIES
    name = number(identity.terminal, ticket)
    return Receipt(
        title=f"ticket {name}" + (f" duplicata {copy}" if copy else ""),
        blocks=(
            *head(identity, ticket, moment),
            *marks(copy, simulated=identity.simulated, training=training),
            Rule(),
            *(block for line in ticket.lines if not line.voided for block in sold(line, ticket)),
            *(reduction(each) for each in ticket.reductions if not _on_a_line(each)),
            Rule(),
            Row(say("TOTAL"), f"{euros(ticket.total)} €", bold=True, tall=True),
            *tenders(ticket, moment.at, changed),
            Rule(),
            *vat(ticket),
            *counts(ticket),
            *evidence(identity, operator, anchor),
            *(block for order in takes(ticket) for block in _ordered(order)),
            *marks(copy, simulated=identity.simulated, training=training),
            *(Text(line, Align.CENTRE) for line in identity.shop.footer),
            *support(identity),
            *((Barcode(code),) if code else ()),
        ),
    )


def support(identity: Identity) -> Iterator[Block]:
    """Whom to call when the till is in trouble: it stands where the clerk finds it without it."""
    if identity.support.phone:
        yield Text(f"{say('Assistance caisse')} {identity.support.phone}", Align.CENTRE)


def _ordered(order: str) -> Iterator[Block]:
    """What takes off at delivery what was paid for an order: a code that the till reads."""
    yield Rule()
    yield Text(f"{say('À présenter au retrait : commande')} {order}", Align.CENTRE)
    yield Barcode(code_of(order))


def shop(identity: Identity) -> Iterator[Block]:
    """Whose paper it is."""
    yield Logo()
    yield Text(identity.shop.name, Align.CENTRE, bold=True)
    for line in identity.shop.header:
        yield Text(line, Align.CENTRE)
    yield Text("")


def head(identity: Identity, ticket: SaleClosed, moment: Moment) -> Iterator[Block]:
    """The shop, and which ticket this is: number, till, place, local date and time."""
    yield from shop(identity)
    terminal = identity.terminal
    yield Row(f"{say('Ticket')} {number(terminal, ticket)}", f"{say('Caisse')} {terminal}")
    if ticket.place:
        yield Text(consumed(ticket.place), Align.CENTRE)
    yield Row(day(moment.at), hour(moment.at))
    yield from unverified(moment)
    if ticket.taken_at:
        made = f"{say('VENTE DU')} {day_and_hour(ticket.taken_at)}"
        yield Text(made, Align.CENTRE, bold=True)
        yield Text(say("SAISIE APRES PANNE"), Align.CENTRE, bold=True)
    for each in sorted({line.of.number for line in ticket.lines if line.of and not line.voided}):
        yield Text(f"{say('Remboursement du ticket n°')} {terminal}-{each:06d}")


def marks(copy: int, *, simulated: bool, training: bool) -> Iterator[Block]:
    """What keeps a paper from passing for another: simulation, exercise, duplicate."""
    if simulated:
        yield Text(say("*** SIMULATION ***"), Align.CENTRE, bold=True)
    if training:
        yield Text(say("*** FACTICE — FORMATION ***"), Align.CENTRE, bold=True)
    if copy:
        yield Text(f"{say('DUPLICATA')} {copy}", Align.CENTRE, bold=True)


def sold(line: TicketLine, ticket: SaleClosed) -> Iterator[Block]:
    """The line at its full price, and below it what was taken off it alone."""
    name = f"+ {line.name}" if line.parent else line.name
    yield Row(name, f"{euros(line.gross + line.discount)} {_letter(line, ticket)}")
    detail = quantity(line)
    if detail:
        yield Text(f"  {detail}")
    yield from _weighing(line)
    for each in ticket.reductions:
        if _on_a_line(each) and each.shares[-1].line == line.line:
            yield _taken_off(f"  {reduction_name(each)}", each)


def _weighing(line: TicketLine) -> Iterator[Block]:
    """What a customer must be told of a weight: its tare (PT: preset), and that it was typed."""
    if line.tare:
        mark = f"{say('Tare')} PT" if line.tare_kind is TareKind.PRESET else say("Tare")
        yield Text(f"  {mark} {thousandths(line.tare, places=3)} kg")
    elif line.tare_kind is TareKind.SCALE:
        yield Text(f"  {say('Tare prise sur la balance')}")
    if line.manual:
        yield Text(f"  {say('Poids tapé à la main')}")


def _on_a_line(each: Reduction) -> bool:
    return each.scope is ReductionScope.LINE


def reduction(each: Reduction) -> Block:
    """What was taken off several lines."""
    return _taken_off(reduction_name(each), each)


def _taken_off(name: str, each: Reduction) -> Row:
    return Row(name, f"{euros(-each.amount)}  ")  # in column with prices that have a letter


def reduction_name(each: Reduction) -> str:
    """«REMISE 10 %», «REMISE»; a promotion has its own name."""
    if each.scope is not ReductionScope.PROMOTION:
        return discount_name(each.percent)
    return each.name if each.count == 1 else f"{each.count} x {each.name}"


def amount(line: TicketLine) -> str:
    """«3», «0,480 kg», «12,5 cl»: how much of it, at no price."""
    match line.unit:
        case Unit.KG:
            return f"{thousandths(line.quantity, places=3)} kg"
        case Unit.CL:
            return f"{thousandths(line.quantity)} cl"
        case Unit.PIECE:
            return thousandths(line.quantity)


def quantity(line: TicketLine) -> str:
    """«3 x 1,00», «0,480 kg x 5,20/kg»; nothing for a single piece."""
    per = "" if line.per == ONE else f"{thousandths(line.per)} "
    price = euros(line.price)
    match line.unit:
        case Unit.KG:
            net = f"{say('Net')} " if line.tare_kind else ""
            return f"{net}{thousandths(line.quantity, places=3)} kg x {price} €/{per}kg"
        case Unit.CL:
            return f"{thousandths(line.quantity)} cl x {price} €/{per}cl"
        case Unit.PIECE if per:
            return f"{thousandths(line.quantity)} x {price} {say('les')} {per}".rstrip()
        case Unit.PIECE if line.quantity != ONE:
            return f"{thousandths(line.quantity)} x {price}"
    return ""


def tenders(ticket: SaleClosed, at: str, changed: Iterable[PaymentChanged] = ()) -> Iterator[Block]:
    """What was paid by which means, and the change; before it what was given beyond the price.

    What was corrected later stands below: the ticket says what its record does, and what follows.
    """
    gifts = given(ticket)
    for paid in gifts:
        yield Row(f"{say('DON')} {paid.beneficiary}", euros(-paid.amount))
        yield Row(say("TOTAL AVEC LE DON"), euros(ticket.total - paid.amount))
    for paid in ticket.tenders:
        if paid in gifts:
            continue
        label = f"{say(TENDERS[paid.tender].label)} {paid.order}".rstrip()
        yield Row(label, euros(paid.given))
        if paid.card and (said := card_slip.line(paid.card)):
            yield Text(f"  {said}")
        if paid.card and paid.card.tip:
            yield Row(f"  {say('Pourboire')}", euros(paid.card.tip))
        if paid.order and paid.left:
            yield Row(f"  {say('Reste versé')}", euros(paid.left))
        if paid.voucher:
            yield Row(f"  {say('Solde du bon')} {last_four(paid.voucher)}", euros(paid.left))
    if handed := ticket.handed_back:
        yield Row(say("RENDU"), euros(handed))
    for each in changed:
        yield Row(say("PAIEMENT CORRIGE"), euros(each.amount), bold=True)
        yield Text(f"  {exchanged(each)}")
    if gifts:
        yield from (Text(each) for each in sentences(date.fromisoformat(at[:10])))


def vat(ticket: SaleClosed, *, letters: bool = True) -> Iterator[Block]:
    """The VAT by rate, with the letter that stands for it beside each line."""
    for rate, letter in zip(ticket.vat, ascii_uppercase, strict=False):
        yield Row(
            f"{say('TVA')} {percent(rate.rate)} %  {say('HT')} {euros(rate.net)}",
            f"{euros(rate.vat)} {letter}" if letters else euros(rate.vat),
        )


def without_vat(ticket: SaleClosed) -> Iterator[Block]:
    """The total without VAT, and what of it bears none: total and VAT add up to what is paid."""
    whole = ticket.total - sum(rate.vat for rate in ticket.vat)
    bears = sum(rate.net for rate in ticket.vat)
    yield Row(say("TOTAL HT"), f"{euros(whole)} €")
    if whole != bears:
        yield Row(say("dont hors TVA"), euros(whole - bears))


def _letter(line: TicketLine, ticket: SaleClosed) -> str:
    """The letter of the line's rate; blank, to keep the prices in column, for what has no VAT."""
    rates = [rate.rate for rate in ticket.vat]
    taxed = line.vat in rates and not untaxed(line)
    return ascii_uppercase[rates.index(line.vat)] if taxed else " "


def counts(ticket: SaleClosed) -> Iterator[Block]:
    """How many lines the ticket has, and how many articles the customer can count in the bag."""
    live = [line for line in ticket.lines if not line.voided]
    sold = sum(line.pieces for line in live if line.quantity > 0)
    back = sum(-line.pieces for line in live if line.quantity < 0)
    yield Row(f"{say('Articles')} : {sold}", f"{say('Lignes')} : {len(live)}")
    if back:
        yield Text(f"{say('Articles repris')} : {back}")


SHOWN_OF_HASH = 16
"""Hexadecimal digits of a record's hash on paper: 64 bits. Who holds the signing key may try
records until one fits what the customer has: 32 bits take minutes, 64 centuries. The QR paper has
all 64 digits."""


def evidence(identity: Identity, operator: int, anchor: str) -> Iterator[Block]:
    """Who sold with which software, and the ticket's record: its number and its hash's beginning.

    It is the hash that the journal's signature signs and the next record holds.
    """
    clerk = f"{say('Vendeur')} {operator}" if operator else ""
    yield Row(clerk, f"pos-terminal {identity.software}")
    if anchor:
        seq, digest = anchor.split(" ")
        yield Row(say("Empreinte"), f"{seq} {digest[:SHOWN_OF_HASH]}")
