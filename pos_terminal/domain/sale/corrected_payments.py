"""How a closed ticket was paid after all: its means as recorded, each later correction done. Pure.

The ticket's record never changes. A correction moves the whole of one means to another, and is a
record of its own (`payment.changed`).
"""

from collections.abc import Iterable

from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.events.payment import PaymentChanged
from pos_terminal.domain.events.sale import Paid, SaleClosed
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.tender.tender import CARD, CASH, CHEQUE, MEAL, TenderKind, brief

INTERCHANGED = frozenset(kind.name for kind in (CASH, CARD, CHEQUE, MEAL))
"""What a wrong key may have stood for, and what it may have been instead.

Vouchers, credit notes, arrhes and gifts are none of them: they were taken by their number, and what
they hold has moved.
"""


def paid(ticket: SaleClosed, changed: Iterable[PaymentChanged]) -> tuple[Paid, ...]:
    """How it was paid after these corrections of it, in their order."""
    tenders = list(ticket.tenders)
    for each in changed:
        place = _place(tenders, each.from_tender, each.amount)
        tenders[place] = replace(
            tenders[place], tender=each.to_tender, given=each.amount, change=0
        )
    return tuple(tenders)


def _place(tenders: list[Paid], name: str, amount: int) -> int:
    """The last means of that name and amount: the one that `wrong` found."""
    places = [n for n, each in enumerate(tenders) if (each.tender, each.amount) == (name, amount)]
    if not places:
        raise ValueError(f"nothing of {amount} was paid by {name}")
    return places[-1]


def wrong(tenders: Iterable[Paid], right: TenderKind) -> Paid:
    """Which of these was pressed for `right`: the last one that it may have been. Raises Refused.

    What went back to the customer stands: it goes by how was paid (sale/pay_outs), and not by what
    somebody says later; what a terminal took has moved there, and stands as well.
    """
    for each in reversed(tuple(tenders)):
        if each.amount > 0 and each.tender in INTERCHANGED - {right.name} and not each.card:
            return each
    raise Refused(faults.NOTHING_SOLD)


def exchanged(change: PaymentChanged) -> str:
    """«ESPECES > CARTE»: within twenty characters, for paper and display."""
    return " > ".join(map(brief, (change.from_tender, change.to_tender)))
