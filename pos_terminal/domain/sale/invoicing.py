"""What an invoice says of its ticket and of the shop's terms, on paper or as a file. Pure."""

from datetime import date, datetime, timedelta

from pos_terminal.domain.audit.identity import Seller
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.language import say
from pos_terminal.domain.notation import euros
from pos_terminal.domain.tender.tender import ACCOUNT


def is_service(ticket: SaleClosed) -> bool:
    """Whether a service was supplied, which is what is consumed on the spot; else goods were.

    An invoice has to name the category (décret n° 2022-1299 du 7 octobre 2022).
    """
    return ticket.place is Place.ON_SPOT


INDEMNITY = 40_00
"""Cents that a firm owes for each late payment (Code de commerce, art. D. 441-5)."""


def payment_terms(seller: Seller) -> tuple[str, str, str]:
    """Discount, penalties and indemnity, as Code de commerce, art. L. 441-9 wants them said.

    Where the shop decided nothing, the penalties are the least that art. L. 441-10, II allows.
    """
    discount = seller.discount or say("Pas d'escompte pour paiement anticipé")
    penalties = seller.penalties or say("trois fois le taux d'intérêt légal")
    indemnity = say("Indemnité forfaitaire pour frais de recouvrement")
    return (
        discount,
        f"{say('Pénalités de retard')} : {penalties}",
        f"{indemnity} : {euros(INDEMNITY)} €",
    )


def owed(ticket: SaleClosed) -> int:
    """Cents that the customer still owes: what went to his account."""
    return sum(paid.amount for paid in ticket.tenders if paid.tender == ACCOUNT.name)


def due(at: str) -> date:
    """The day by which it is paid, of what was supplied at that local time, ISO 8601.

    Where nothing was agreed, thirty days (Code de commerce, art. L. 441-10, I).
    """
    return datetime.fromisoformat(at).date() + timedelta(days=30)


def is_prepayment(ticket: SaleClosed) -> bool:
    """Whether it is money paid in advance and nothing else, so that nothing was supplied yet."""
    live = [line for line in ticket.lines if not line.voided]
    return all(line.deposit and line.gross > 0 for line in live)
