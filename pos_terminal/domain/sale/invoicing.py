"""What an invoice says of its ticket and of the shop's terms, on paper or as a file. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from msgspec.structs import replace

from pos_terminal.domain.audit.identity import Seller
from pos_terminal.domain.events.sale import Paid, SaleClosed, VatSum
from pos_terminal.domain.events.values import Place
from pos_terminal.domain.language import say
from pos_terminal.domain.lookup.questions import TicketFound
from pos_terminal.domain.notation import euros
from pos_terminal.domain.sale import corrected_payments
from pos_terminal.domain.tender.tender import ACCOUNT


def is_service(ticket: SaleClosed) -> bool:
    """Whether a service was supplied, which is what is consumed on the spot; else goods were."""
    return ticket.place is Place.ON_SPOT


class Operations(StrEnum):
    """What an invoice is about, as it has to say (décret n° 2022-1299 du 7 octobre 2022, art. 1).

    The letters are those of BT-23.
    """

    GOODS = "B"
    SERVICES = "S"
    BOTH = "M"


def operations(tickets: Iterable[SaleClosed]) -> Operations:
    """The category of all that these tickets supplied."""
    services = {is_service(ticket) for ticket in tickets}
    if len(services) == 2:
        return Operations.BOTH
    return Operations.SERVICES if True in services else Operations.GOODS


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


def merged(tickets: Sequence[TicketFound]) -> SaleClosed:
    """Several tickets as one, to be invoiced together: their lines, sums, and means of payment.

    It has the number of the last of them. VAT is added up, and never rounded anew.
    """
    last = tickets[-1].closed
    vat: dict[int, VatSum] = {}
    paid: dict[str, Paid] = {}
    for found in tickets:
        for rate in found.closed.vat:
            had = vat.get(rate.rate, VatSum(rate=rate.rate, gross=0, net=0, vat=0))
            vat[rate.rate] = VatSum(
                rate=rate.rate,
                gross=had.gross + rate.gross,
                net=had.net + rate.net,
                vat=had.vat + rate.vat,
            )
        for each in corrected_payments.paid(found.closed, found.changed):
            amount = each.amount + (paid[each.tender].amount if each.tender in paid else 0)
            paid[each.tender] = Paid(tender=each.tender, amount=amount, given=amount, change=0)
    return replace(
        last,
        lines=tuple(line for found in tickets for line in found.closed.lines),
        vat=tuple(vat[rate] for rate in sorted(vat)),
        tenders=tuple(paid.values()),
        total=sum(found.closed.total for found in tickets),
        turnover=sum(found.closed.turnover for found in tickets),
        change=0,
        reductions=(),
    )


def is_prepayment(ticket: SaleClosed) -> bool:
    """Whether it is money paid in advance and nothing else, so that nothing was supplied yet."""
    live = [line for line in ticket.lines if not line.voided]
    return all(line.deposit and line.gross > 0 for line in live)
