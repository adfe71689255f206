"""A record on one line: number, local time, kind, and what happened, with amounts in euros."""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from pos_terminal.commands.record_words import (
    form,
    means,
    of_held_money,
    of_orders,
    of_sales,
    printed,
)
from pos_terminal.domain.audit.jet import jet_line
from pos_terminal.domain.catalog.goods import amount
from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.adjustment import (
    DiscountGiven,
    DiscountWithdrawn,
    PlaceChosen,
    PricesChosen,
    PromotionsApplied,
)
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import InvoiceMade, ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.prepaid import DepositMoved
from pos_terminal.domain.events.sale import (
    LineSold,
    LineVoided,
    Paid,
    SaleClosed,
    SaleOpened,
    Tender,
)
from pos_terminal.domain.events.stock import BottleFinished, BottleOpened, StockMoved
from pos_terminal.domain.events.values import VoidKind
from pos_terminal.domain.language import how_many, say
from pos_terminal.domain.notation import euros, percent, thousandths
from pos_terminal.domain.quantity import Unit
from pos_terminal.journal.codec import UnknownEvent
from pos_terminal.journal.record import Record

Reduced: TypeAlias = (
    DiscountGiven | DiscountWithdrawn | PromotionsApplied | PricesChosen | PlaceChosen
)
"""What changes the prices of an open sale."""


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
    if isinstance(event, Reduced):
        return f"{_sale(event.sale)}, {_reduced(event)}"
    match event:
        case LineSold() | LineVoided() | Tender():
            return f"{_sale(event.sale)}, {_within_sale(event)}"
        case SaleClosed():
            paid = ", ".join(_paid(tender) for tender in event.tenders) or say("rien à payer")
            lines = sum(not line.voided for line in event.lines)
            words = say("ticket {ticket} de la vente {sale} : {lines}, {total} € ({paid})")
            ticket, total = f"{event.series}-{event.number}", euros(event.total)
            return words.format(
                ticket=ticket, sale=event.sale, total=total, paid=paid,
                lines=how_many(lines, "{count} ligne", "{count} lignes"),
            )  # fmt: skip
        case ReceiptRequested() | ReceiptPrinted():
            return _receipt(event)
        case SaleOpened():
            origin = event.origin
            rest = say(", rejoue le {date} no {ticket}") if origin else ""
            replayed = rest.format(date=origin.date, ticket=origin.ticket) if origin else ""
            catalog = say("catalogue {sha256}").format(sha256=event.catalog[:12])
            return f"{_sale(event.sale)}, {catalog}{replayed}"
        case _:
            return next(filter(None, (tell(event) for tell in TELLING)), "")


def _sale(number: int) -> str:
    return say("vente {number}").format(number=number)


def _reduced(event: Reduced) -> str:
    match event:
        case PricesChosen():
            return say("prix {prices}").format(prices=event.prices or say("ordinaires"))
        case PlaceChosen():
            return event.place
        case DiscountGiven():
            how = f"{percent(event.percent)} %" if event.percent else say("un montant")
            words = say("remise de {how} ({scope}), {name} : {off} €")
            off = euros(-event.amount)
            return words.format(how=how, scope=event.scope, name=event.name, off=off)
        case DiscountWithdrawn():
            return say("remise reprise : {off} €").format(off=euros(-event.amount))
        case PromotionsApplied():
            off = ", ".join(f"{each.name} {euros(-each.amount)} €" for each in event.reductions)
            return say("promotions : {off}").format(off=off or say("aucune"))


def _within_sale(event: LineSold | LineVoided | Tender) -> str:
    match event:
        case LineSold():
            unit = "x" if event.unit is Unit.PIECE else event.unit
            per = "" if event.per == 1000 else f" / {thousandths(event.per)}"
            price = f"{euros(event.price)}{per}"
            listed = event.list_price
            if listed is not None and (event.price, event.per) != (listed, event.list_per):
                price += say(" (au catalogue {price})").format(price=euros(listed))
            goods = f"{thousandths(event.quantity)} {unit} {event.name} [{event.plu}] à {price}"
            return _line(event.line, goods, event.gross)
        case LineVoided():
            corrected = event.how is VoidKind.CORRECT
            how = say("correction") if corrected else say("annulation")
            return _line(event.line, f"{how} [{event.plu}]", event.gross)
        case Tender():
            paid = Paid(
                tender=event.tender, amount=event.amount, given=event.given, change=event.change
            )
            return _paid(paid)


def _line(number: int, goods: str, gross: int) -> str:
    words = say("ligne {number} : {goods} = {gross} €")
    return words.format(number=number, goods=goods, gross=euros(gross))


def _paid(paid: Paid) -> str:
    words = say(", donné {given}, rendu {change}") if paid.change else ""
    change = words.format(given=euros(paid.given), change=euros(paid.change))
    return f"{means(paid.tender)} {euros(paid.amount)} €{change}"


def _receipt(event: ReceiptRequested | ReceiptPrinted) -> str:
    copy = say(" duplicata {copy}").format(copy=event.copy) if event.copy else ""
    words = say("{paper} de {series}-{number}")
    paper = f"{form(event.form)}{copy}"
    ticket = words.format(paper=paper, series=event.series, number=event.number)
    if isinstance(event, ReceiptRequested):
        return ticket
    return f"{ticket} : {printed(event.outcome)} {event.fault}".rstrip()


def _of_goods(event: Event) -> str:
    match event:
        case StockMoved():
            moved = amount(Fraction(event.numerator, event.denominator))
            line = say("ligne {number}").format(number=event.line)
            sale = f" ({_sale(event.sale)}, {line})" if event.sale else ""
            part = say(" par [{part}]").format(part=event.part) if event.part else ""
            return f"[{event.plu}] {moved} {event.cause} {event.note}".rstrip() + part + sale
        case BottleOpened():
            return f"[{event.plu}]"
        case BottleFinished():
            words = say(
                "[{plu}] de {of} : {sold} vendu, {given} offert, {left} restant, {missing} manquant"
            )
            return words.format(
                plu=event.plu,
                of=amount(event.content.fraction),
                sold=amount(event.sold.fraction),
                given=amount(event.given.fraction),
                left=amount(event.left.fraction),
                missing=amount(event.missing.fraction),
            )
    return ""


def _of_customers(event: Event) -> str:
    match event:
        case InvoiceMade():
            words = say("facture {series}-{number} du ticket {ticket}, client {person} : {total} €")
            return words.format(
                series=event.series,
                number=event.number,
                ticket=f"{event.ticket_series}-{event.ticket_number}",
                person=event.person[:12],
                total=euros(event.total),
            )
        case AccountMoved():
            words = say("compte {person} : {total} € (ticket {ticket})")
            ticket = f"{event.series}-{event.number}"
            return words.format(
                person=event.person[:12], total=euros(event.amount), ticket=ticket
            )
        case DepositMoved():
            ticket = f" (ticket {event.series}-{event.number})" if event.number else ""
            words = say("commande {order} : {nature} {total} €")
            total = euros(event.amount)
            return words.format(order=event.order, nature=event.nature, total=total) + ticket
    return ""


def _technical(event: Event) -> str:
    """Its line in the JET; of what a newer version wrote, its bytes."""
    line = jet_line(event)
    if line:
        return ", ".join(filter(None, (line.label, line.detail)))
    if isinstance(event, UnknownEvent):
        words = say("(d'une version plus récente) {body}")
        return words.format(body=event.body.decode())
    return ""


TELLING: tuple[Callable[[Event], str], ...] = (
    _of_goods,
    _of_customers,
    of_sales,
    of_held_money,
    of_orders,
    _technical,
)
"""Who says what a record means, each of the kinds that it knows."""
