"""What makes an open sale's lines cheaper, by hand. Pure: each returns an event, or refuses."""

from collections.abc import Sequence

from pos_terminal.domain import faults
from pos_terminal.domain.events.adjustment import DiscountGiven, DiscountWithdrawn
from pos_terminal.domain.events.sale import LineSold, Share
from pos_terminal.domain.events.values import Place, ReductionScope
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.money import WHOLE, allot, divide
from pos_terminal.domain.notation import percent as written
from pos_terminal.domain.sale.sale import Sale


def discount(
    sale: Sale,
    scope: ReductionScope,
    *,
    reason: int,
    name: str,
    percent: int = 0,
    amount: int = 0,
    authority: int = 0,
) -> DiscountGiven:
    """Take `percent` basis points, or else `amount` cents, off the last line or the whole ticket.

    What is taken off follows the sign of what it is taken off: a return gives back less. It is
    allotted over the lines pro rata, by largest remainder. Raises Refused.
    """
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if not sale.live:
        raise Refused(faults.NOTHING_SOLD)
    lines = sale.live if scope is ReductionScope.TICKET else sale.last_article
    lines = tuple(line for line in lines if not line.firm)
    if not lines:
        raise Refused(faults.FIRM_PRICE)
    whole = sum(line.gross for line in lines)
    off = divide(whole * percent, WHOLE) if percent else (amount if whole >= 0 else -amount)
    if abs(off) > abs(whole):
        raise Refused(faults.DISCOUNT_TOO_LARGE)
    if off == 0:
        raise Refused(faults.NOTHING_TO_DISCOUNT)
    return DiscountGiven(
        sale=sale.number,
        scope=scope,
        percent=percent,
        amount=off,
        shares=shared(off, lines),
        reason=reason,
        name=name,
        authority=authority,
    )


def withdraw(sale: Sale) -> DiscountWithdrawn:
    """Take the newest discount back, while no line has come or gone since. Raises Refused."""
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if not sale.undoable:
        raise Refused(faults.NOTHING_TO_CORRECT)
    return DiscountWithdrawn(sale=sale.number, amount=-sale.discounts[-1].amount)


def discount_name(rate: int) -> str:
    """«REMISE 10 %», or «REMISE» where an amount was fixed."""
    return f"{say('REMISE')} {written(rate)} %" if rate else say("REMISE")


def consumed(place: Place) -> str:
    """«SUR PLACE», «A EMPORTER»; empty where the shop does not ask."""
    return {Place.ON_SPOT: say("SUR PLACE"), Place.TAKE_AWAY: say("A EMPORTER")}.get(place, "")


def shared(amount: int, lines: Sequence[LineSold]) -> tuple[Share, ...]:
    """`amount` allotted over what the lines cost now; lines that get nothing are left out."""
    parts = allot(amount, [line.gross for line in lines])
    return tuple(
        Share(line=line.line, amount=part) for line, part in zip(lines, parts, strict=True) if part
    )
