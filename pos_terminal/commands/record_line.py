"""A record on one line: number, local time, kind, and what happened, with amounts in euros."""

from fractions import Fraction

from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PlaceChosen,
    PricesChosen,
    PromotionsApplied,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import Form, InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.prepaid import DepositMoved
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    Paid,
    SaleAbandoned,
    SaleClosed,
    SaleOpened,
    Tender,
)
from pos_terminal.domain.events.staff import AuthorityGiven, OperatorRefused, OperatorSignedOn
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.events.system import CatalogChanged, CommandGiven, TillStarted, TillStopped
from pos_terminal.domain.notation import euros, percent, thousandths
from pos_terminal.domain.quantity import Unit
from pos_terminal.journal import codec
from pos_terminal.journal.codec import UnknownEvent
from pos_terminal.journal.record import Record


def as_line(record: Record) -> str:
    """The record for a person to read."""
    at = record.envelope.at
    simulated = " (simulation)" if record.envelope.sim else ""
    time = f"{at[:10]} {at[11:19]}"
    return f"{record.seq:>8} {time} {record.kind:<18} {_what(record.event)}{simulated}"


def as_json(record: Record) -> str:
    """The record for a program: its hash, and its bytes as they are stored."""
    return f'{{"hash":"{record.hash.hex()}","record":{record.rec.decode()}}}'


def _what(event: Event) -> str:
    match event:
        case LineSold() | LineVoided() | Tender():
            return f"sale {event.sale}: {_within_sale(event)}"
        case DiscountGiven() | DiscountWithdrawn() | PromotionsApplied():
            return f"sale {event.sale}: {_reduced(event)}"
        case PricesChosen():
            return f"sale {event.sale}: {event.prices or 'ordinary'} prices"
        case PlaceChosen():
            return f"sale {event.sale}: {event.place}"
        case SaleClosed():
            paid = ", ".join(_paid(tender) for tender in event.tenders) or "nothing to pay"
            lines = sum(not line.voided for line in event.lines)
            ticket = f"ticket {event.series}-{event.number} of sale {event.sale}"
            return f"{ticket}: {lines} lines, {euros(event.total)} € ({paid})"
        case SaleAbandoned():
            return f"sale {event.sale}: {len(event.lines)} lines, {euros(event.total)} € given up"
        case ReceiptRequested() | ReceiptPrinted():
            return _receipt(event)
        case SaleOpened():
            origin = event.origin
            replayed = f", replays {origin.date} no. {origin.ticket}" if origin else ""
            return f"sale {event.sale}, catalogue {event.catalog[:12]}{replayed}"
        case _:
            return _of_the_till(event)


def _reduced(event: DiscountGiven | DiscountWithdrawn | PromotionsApplied) -> str:
    match event:
        case DiscountGiven():
            how = f"{percent(event.percent)} %" if event.percent else "amount"
            return f"{how} off the {event.scope}, {event.name}: {euros(-event.amount)} €"
        case DiscountWithdrawn():
            return f"discount taken back: {euros(-event.amount)} €"
        case PromotionsApplied():
            off = ", ".join(f"{each.name} {euros(-each.amount)} €" for each in event.reductions)
            return f"promotions: {off or 'none'}"


def _within_sale(event: LineSold | LineVoided | Tender) -> str:
    match event:
        case LineSold():
            unit = "x" if event.unit is Unit.PIECE else event.unit
            per = "" if event.per == 1000 else f" for {thousandths(event.per)}"
            price = f"{euros(event.price)}{per}"
            if event.list_price is not None and (event.price, event.per) != (
                event.list_price,
                event.list_per,
            ):
                price += f" (listed {euros(event.list_price)})"
            goods = f"{thousandths(event.quantity)} {unit} {event.name} [{event.plu}] at {price}"
            return f"line {event.line}: {goods} = {euros(event.gross)} €"
        case LineVoided():
            return f"line {event.line}: {event.how} [{event.plu}] {euros(event.gross)} €"
        case Tender():
            paid = Paid(
                tender=event.tender, amount=event.amount, given=event.given, change=event.change
            )
            return _paid(paid)


def _paid(paid: Paid) -> str:
    change = f", given {euros(paid.given)}, change {euros(paid.change)}" if paid.change else ""
    return f"{paid.tender} {euros(paid.amount)} €{change}"


def _receipt(event: ReceiptRequested | ReceiptPrinted) -> str:
    paper = event.form or "receipt"
    which = f"{event.form} duplicate {event.copy}".lstrip() if event.copy else paper
    what = "invoice" if event.form is Form.INVOICE else "ticket"
    ticket = f"{which} of {what} {event.series}-{event.number}"
    if isinstance(event, ReceiptRequested):
        return ticket
    return f"{ticket}: {event.outcome} {event.fault}".rstrip()


def _of_goods(event: StockMoved | BottleOpened | BottleFinished) -> str:
    match event:
        case StockMoved():
            moved = amount(Fraction(event.numerator, event.denominator))
            sale = f" (sale {event.sale}, line {event.line})" if event.sale else ""
            part = f" by [{event.part}]" if event.part else ""
            return f"[{event.plu}] {moved} {event.cause} {event.note}".rstrip() + part + sale
        case BottleOpened():
            return f"[{event.plu}]"
        case BottleFinished():
            of = amount(event.content.fraction)
            sold, given = amount(event.sold.fraction), amount(event.given.fraction)
            left, missing = amount(event.left.fraction), amount(event.missing.fraction)
            out = f"{sold} sold, {given} given, {left} left, {missing} missing"
            return f"[{event.plu}] of {of}: {out}"


def _of_customers(event: InvoiceMade | DepositMoved) -> str:
    match event:
        case InvoiceMade():
            ticket = f"ticket {event.ticket_series}-{event.ticket_number}"
            made = f"invoice {event.series}-{event.number} of {ticket}"
            return f"{made}, person {event.person[:12]}: {euros(event.total)} €"
        case DepositMoved():
            ticket = f" (ticket {event.series}-{event.number})" if event.number else ""
            return f"order {event.order}: {event.nature} {euros(event.amount)} €{ticket}"


def _of_the_till(event: Event) -> str:
    match event:
        case TillStarted():
            return f"version {event.version}, after {event.after}"
        case TillStopped():
            return event.reason
        case OperatorSignedOn():
            return f"operator {event.operator}, by {event.by or 'the settings'}"
        case OperatorRefused():
            return f"operator {event.operator}, wrong PIN {event.tries}"
        case AuthorityGiven():
            return f"operator {event.authority} allows {event.right}"
        case StockMoved() | BottleOpened() | BottleFinished():
            return _of_goods(event)
        case InvoiceMade() | DepositMoved():
            return _of_customers(event)
        case CommandGiven():
            return f"{event.command}, by {event}"
        case CatalogChanged():
            return f"catalogue {event.catalog[:12]}"
        case UnknownEvent():
            return f"(written by a newer version) {event.body.decode()}"
        case _:
            fields = codec.body(event)
            return "" if bytes(fields) == b"{}" else bytes(fields).decode()
