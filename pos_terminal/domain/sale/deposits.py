"""Money held for an order: what a closed sale takes, deducts and gives back of it. Pure.

An `acompte` is a part of the price: VAT is due as it is received (Code général des impôts, article
269, 2, a, for goods since 2023-01-01), so it is a line at its rate, and a minus at that rate when
the order is delivered. `arrhes` are held without VAT until then (Code de la consommation, article
L. 214-1): a line at no rate, and a means of payment at delivery.

As with vouchers, only the ticket that closes a sale moves what is held, in the same append.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.events.balances import DepositBalance
from pos_terminal.domain.events.prepaid import DepositMoved
from pos_terminal.domain.events.sale import LineSold, SaleClosed, Tender
from pos_terminal.domain.events.values import DepositNature, EntryMethod
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.money import part
from pos_terminal.domain.quantity import ONE, Unit
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.tender.tender import ARRHES

HIGHEST = 9_999_999
"""The highest number of an order: with the key COMMANDE it fits a command barcode."""


def label(nature: DepositNature) -> str:
    """What clerks and customers read."""
    return say("ACOMPTE") if nature is DepositNature.PART else say("ARRHES")


def line(held: DepositBalance, cents: int, *, back: bool = False) -> LineSold:
    """The line that moves so many cents of this deposit: into it, or where negative out of it.

    What goes out takes along the VAT that was booked as it came in: rounded anew for each part, a
    cent of it would stay for ever.
    """
    return LineSold(
        sale=0,
        line=0,
        plu="",
        name=f"{label(held.nature)} {held.order}",
        unit=Unit.PIECE,
        family="",
        quantity=ONE if cents > 0 else -ONE,
        price=abs(cents),
        per=ONE,
        list_price=None,
        list_per=None,
        vat=held.vat,
        gross=cents,
        entry=EntryMethod.KEY,
        order=held.order,
        deposit=held.nature,
        # None: VAT of what comes in is reckoned with the ticket.
        tax=part(held.tax, held.amount, cents) if cents < 0 else None,
        back=back,
    )


def taken_off(
    sale: Sale, held: Sequence[DepositBalance]
) -> tuple[tuple[LineSold, ...], Tender | None]:
    """What a sale takes off of these deposits: lines at their rates, then arrhes as a tender.

    No more than what is due, the rates in ascending order; the rest stays held. Raises Refused.
    """
    if not held:
        raise Refused(faults.NOTHING_DEPOSITED)
    if sale.due <= 0:
        raise Refused(faults.NOTHING_DUE)
    lines: list[LineSold] = []
    due = sale.payable
    if due <= 0:
        raise Refused(faults.VOUCHER_FOR_ADVANCE)
    # Acomptes before arrhes: their VAT is paid already, and belongs to this ticket's rates.
    for each in _parts(held, DepositNature.PART):
        off = min(each.amount, due)
        if off:
            made = sale.sell(line(each, -off))
            lines.append(made)
            sale = replace(sale, lines=(*sale.lines, made))
            due -= off
    tender = None
    for each in _parts(held, DepositNature.EARNEST):
        worth = min(each.amount, due)
        if worth:
            paid = sale.pay(ARRHES, worth)
            tender = replace(paid, order=each.order, left=each.amount - worth)
    return tuple(lines), tender


def given_back(
    held: Sequence[DepositBalance], nature: DepositNature, cents: int | None
) -> list[LineSold]:
    """The lines that give so many cents back (None: all) of what is held so. Raises Refused."""
    parts = _parts(held, nature)
    if not parts:
        raise Refused(faults.NOTHING_DEPOSITED)
    rest = sum(each.amount for each in parts) if cents is None else cents
    if rest > sum(each.amount for each in parts):
        raise Refused(faults.DEPOSIT_TOO_SMALL)
    lines = []
    for each in parts:
        back = min(each.amount, rest)
        rest -= back
        if back:
            lines.append(line(each, -back, back=True))
    return lines


def moves(ticket: SaleClosed) -> Iterator[DepositMoved]:
    """What a closed sale did to what is held."""
    for each in ticket.lines:
        if each.order and not each.voided:
            yield DepositMoved(
                order=each.order,
                nature=each.deposit,
                amount=each.gross,
                vat=each.vat,
                series=ticket.series,
                number=ticket.number,
                tax=each.vat_amount,
                back=each.back,
            )
    for paid in ticket.tenders:
        if paid.order:
            yield DepositMoved(
                order=paid.order,
                nature=DepositNature.EARNEST,
                amount=-paid.amount,
                series=ticket.series,
                number=ticket.number,
            )


def takes(ticket: SaleClosed) -> tuple[str, ...]:
    """The orders for which this ticket took money, in ascending order."""
    orders = {x.order for x in ticket.lines if x.order and not x.voided and x.gross > 0}
    return tuple(sorted(orders))


def _parts(held: Sequence[DepositBalance], nature: DepositNature) -> list[DepositBalance]:
    """What is held so, by rate."""
    found = (each for each in held if each.nature == nature and each.amount > 0)
    return sorted(found, key=lambda each: each.vat)
