"""What makes an open sale's lines cheaper, by hand. Pure: each returns an event, or refuses."""

from collections.abc import Mapping, Sequence

from pos_terminal.domain import faults
from pos_terminal.domain.events.adjustment import DiscountGiven, DiscountWithdrawn
from pos_terminal.domain.events.sale import LineSold, Share
from pos_terminal.domain.events.values import Place, ReductionScope
from pos_terminal.domain.faults.refused import Refused
from pos_terminal.domain.language import say
from pos_terminal.domain.money import WHOLE, allot, divide
from pos_terminal.domain.notation import percent as written
from pos_terminal.domain.sale.sale import Sale
from pos_terminal.domain.sale.standing import worth


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

    Off the ticket it is taken off what is sold and stands, and off no return beside it: of that
    nobody knows what it cost. Off returns alone they give back less. It is allotted over what the
    lines cost pro rata, by largest remainder. Raises Refused.
    """
    if sale.tenders:
        raise Refused(faults.TENDER_STARTED)
    if not sale.live:
        raise Refused(faults.NOTHING_SOLD)
    lines = sale.live if scope is ReductionScope.TICKET else sale.last_article
    lines = tuple(line for line in lines if not (line.firm or line.fixed))
    if not lines:
        raise Refused(faults.FIRM_PRICE)
    costs = _costs(sale, lines)
    whole = sum(costs.values())
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
        shares=_shared(off, costs),
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


def is_reduced(sale: Sale, plu: str) -> bool:
    """Whether a discount by hand was taken off the article in this sale, or reckoned upon it.

    A promotion that is found by itself is found anew as soon as a piece goes back.
    """
    lines = {share.line for given in sale.discounts for share in given.shares}
    return any(line.plu == plu and line.line in lines for line in sale.live)


def _costs(sale: Sale, lines: Sequence[LineSold]) -> dict[int, int]:
    """What a discount on these lines is reckoned upon, in cents by line: all of one sign."""
    if any(line.quantity > 0 for line in lines):
        stands = worth(sale.live)
        return {line.line: stands[line.line] for line in lines}
    return {line.line: line.gross for line in lines}


def _shared(amount: int, costs: Mapping[int, int]) -> tuple[Share, ...]:
    """`amount` allotted over what the lines cost; lines that get nothing are left out."""
    parts = zip(costs, allot(amount, [*costs.values()]), strict=True)
    return tuple(Share(line=line, amount=part) for line, part in parts if part)
