"""What a record says, in words: of held money, orders and papers (commands/record_line.py)."""

from pos_terminal.domain.authorisation import Service
from pos_terminal.domain.codes.vouchers import last_four
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.orders import OrderAgreed, OrderEnded, OrderNoted
from pos_terminal.domain.events.paper import Form
from pos_terminal.domain.events.payment import (
    PaymentAnswered,
    PaymentBegun,
    PaymentIntended,
    TerminalReckoned,
    TerminalSum,
    TerminalTotals,
)
from pos_terminal.domain.events.period import BalancesOpened
from pos_terminal.domain.events.prepaid import VoucherCopied, VoucherMoved
from pos_terminal.domain.events.sale import (
    RefundEnded,
    RefundOpened,
    SaleHeld,
    SaleRecalled,
    TenderReturned,
)
from pos_terminal.domain.events.system import PersonRecorded
from pos_terminal.domain.events.values import PaymentOutcome, PrintOutcome
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import day, euros, hour, thousandths
from pos_terminal.domain.tender.tender import TENDERS


def means(tender: str) -> str:
    """«CARTE»: a means of payment as papers call it; its code where it is none of ours."""
    kind = TENDERS.get(tender)
    return say(kind.label) if kind else tender


def printed(outcome: PrintOutcome) -> str:
    """How printing ended."""
    match outcome:
        case PrintOutcome.PRINTED:
            return say("imprimé")
        case PrintOutcome.REFUSED:
            return say("refusé par l'imprimante")
        case PrintOutcome.UNKNOWN:
            return say("incertain")


def form(of: Form) -> str:
    """What kind of paper it is."""
    match of:
        case Form.TICKET:
            return say("ticket")
        case Form.GIFT:
            return say("ticket cadeau")
        case Form.BRIEF:
            return say("ticket sans détail")
        case Form.NOTE:
            return say("note")
        case Form.QR:
            return say("ticket en code QR")
        case Form.INVOICE:
            return say("facture")


def of_sales(event: Event) -> str:
    """What becomes of an open sale, beside its lines; empty for another event."""
    match event:
        case SaleHeld():
            return say("vente {number} mise en attente").format(number=event.sale)
        case SaleRecalled():
            return say("vente {number} reprise").format(number=event.sale)
        case TenderReturned():
            words = say("vente {number}, {means} {total} € repris")
            return words.format(
                number=event.sale, means=means(event.tender), total=euros(event.amount)
            )
        case RefundOpened():
            words = say("vente {number}, remboursement du ticket {ticket}")
            ticket = f"{event.series}-{event.number}"
            reason = f" : {event.reason}" if event.reason else ""
            return words.format(number=event.sale, ticket=ticket) + reason
        case RefundEnded():
            return say("vente {number}, fin du remboursement").format(number=event.sale)
    return ""


def of_held_money(event: Event) -> str:
    """Vouchers, and what a payment terminal was asked; empty for another event."""
    match event:
        case VoucherMoved():
            words = say("bon {last} : {total} €")
            ticket = f" (ticket {event.series}-{event.number})" if event.number else ""
            return words.format(last=last_four(event.voucher), total=euros(event.amount)) + ticket
        case VoucherCopied():
            words = say("bons du ticket {ticket}, duplicata {copy}")
            return words.format(ticket=f"{event.series}-{event.number}", copy=event.copy)
        case PaymentIntended():
            words = say("vente {number}, {means} : {total} € demandés au terminal ({ref})")
            return words.format(
                number=event.sale,
                means=means(event.tender),
                total=euros(event.amount),
                ref=event.ref,
            )
        case PaymentBegun():
            words = say("terminal de paiement ({ref}) : sa dernière opération est {after}")
            return words.format(ref=event.ref, after=event.after)
        case PaymentAnswered():
            words = say("terminal de paiement ({ref}) : {outcome}, {total} €")
            outcome = _answered(event.outcome)
            return words.format(ref=event.ref, outcome=outcome, total=euros(event.amount))
        case TerminalTotals():
            if not event.known:
                return say("terminal {name} : ses totaux ne sont pas connus", name=event.terminal)
            sums = ", ".join(_summed(each) for each in event.sums) or say("rien")
            return say("terminal {name} : {sums}", name=event.terminal, sums=sums)
        case TerminalReckoned() if not event.difference:  # one that differs is in the JET
            words = say("terminal {name} : {said} € pour {journal} € au journal")
            return words.format(
                name=event.terminal, said=euros(event.said), journal=euros(event.journal)
            )
    return ""


def _summed(moved: TerminalSum) -> str:
    of = moved.scheme or say("toutes cartes")
    match moved.service:
        case Service.PURCHASE:
            what = say("paiements")
        case Service.REFUND:
            what = say("remboursements")
        case Service.REVERSAL:
            what = say("annulations")
    return f"{what} {of} : {moved.count}, {euros(moved.cents)} €"


def _answered(outcome: PaymentOutcome) -> str:
    match outcome:
        case PaymentOutcome.PAID:
            return say("payé")
        case PaymentOutcome.REFUSED:
            return say("refusé")
        case PaymentOutcome.UNKNOWN:
            return say("sans réponse sûre")


def of_orders(event: Event) -> str:
    """Orders, people, and what a purge carried over; empty for another event."""
    match event:
        case OrderNoted():
            words = say("commande {order} : {quantity} x {name} [{plu}]")
            quantity = thousandths(event.quantity)
            return words.format(
                order=event.order, quantity=quantity, name=event.name, plu=event.plu
            )
        case OrderAgreed():
            wanted = f" {day(event.wanted)} {hour(event.wanted)}" if event.wanted else ""
            person = f" ({event.person[:12]})" if event.person else ""
            return say("commande {order}").format(order=event.order) + wanted + person
        case OrderEnded():
            return say("commande {order} terminée").format(order=event.order)
        case BalancesOpened():
            words = say("soldes d'ouverture, après l'enregistrement {number} : {bons} bons")
            return words.format(number=event.through, bons=len(event.balances.vouchers))
        case PersonRecorded():
            words = say("personne {person} : {purpose}")
            return words.format(person=event.person[:12], purpose=event.purpose)
    return ""
