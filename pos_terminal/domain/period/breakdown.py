"""What a period's totals are made of: by clerk, family, drawer, reduction and service. Pure.

Rows that are counted under the same name add up; a row's place is that of its first appearance.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import astuple, replace

from pos_terminal.domain.events.account import AccountMoved
from pos_terminal.domain.events.breakdown import (
    COUNTED,
    AccountSum,
    Breakdown,
    DepositSum,
    DrawerSum,
    DropSum,
    FamilySum,
    HourSum,
    MovementSum,
    OperatorSum,
    ReductionSum,
    ServiceSum,
    VoucherSum,
)
from pos_terminal.domain.events.cash import CashCounted, CashMoved
from pos_terminal.domain.events.held import is_held, sells
from pos_terminal.domain.events.prepaid import DepositMoved, VoucherMoved
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.events.values import CashMovement, ReductionScope, VoucherPurpose

R = TypeVar("R", bound=Struct)


def summed(one: Iterable[R], other: Iterable[R], sign: int = 1) -> tuple[R, ...]:
    """Both tables in one; with `sign` -1 what is left of `one` without `other`.

    A row is counted under its first field, and all others are numbers. A row of which nothing is
    left goes.
    """
    sums: dict[object, R] = {}
    for rows, factor in ((one, 1), (other, sign)):
        for row in rows:
            name = getattr(row, row.__struct_fields__[0])
            had = sums.get(name)
            sums[name] = row if had is None and factor == 1 else _plus(had, row, factor)
    if sign == 1:
        return tuple(sums.values())
    return tuple(row for row in sums.values() if any(_numbers(row)))


def one_more(rows: tuple[R, ...], row: R) -> tuple[R, ...]:
    """The table with one row more: what `summed` says, for what each ticket does several times."""
    key = row.__struct_fields__[0]
    name = getattr(row, key)
    for place, had in enumerate(rows):
        if getattr(had, key) == name:
            return (*rows[:place], _plus(had, row, 1), *rows[place + 1 :])
    return (*rows, row)


def _plus(one: R | None, other: R, factor: int) -> R:
    numbers = other.__struct_fields__[1:]
    sums = {
        each: (getattr(one, each) if one else 0) + factor * getattr(other, each)
        for each in numbers
    }
    return replace(other, **sums)


def _numbers(row: Struct) -> Iterable[int]:
    return (getattr(row, each) for each in row.__struct_fields__[1:])


def combined(
    one: Breakdown | None, other: Breakdown | None, sign: int = 1
) -> Breakdown | None:
    """Both together, or with `sign` -1 the one less the other.

    None is what an earlier version did not count, and nothing makes it known again.
    """
    if one is None or other is None:
        return None
    both = zip(one.__struct_fields__, astuple(one), astuple(other), strict=True)
    sums: dict[str, Any] = {
        field: summed(mine, theirs, sign) if isinstance(mine, tuple) else mine + sign * theirs
        for field, mine, theirs in both
    }
    sums["version"] = min(one.version, other.version)
    return Breakdown(**sums)


def with_ticket(parts: Breakdown, ticket: SaleClosed, operator: int, at: str) -> Breakdown:
    """The sums with one closed ticket more, closed by that operator at that local time."""
    sold = [line for line in ticket.lines if not (line.voided or is_held(line))]
    back = [line.gross for line in sold if line.quantity < 0 and not line.voucher]
    families = (FamilySum(family=x.family, pieces=x.pieces, gross=x.gross) for x in sold)
    hour = HourSum(hour=int((ticket.taken_at or at)[11:13]), tickets=1, net=ticket.turnover)
    own = OperatorSum(operator=operator, tickets=1, net=ticket.turnover)
    if ticket.reductions:
        parts = replace(
            parts,
            discounts=summed(parts.discounts, _reductions(ticket, promotion=False)),
            promotions=summed(parts.promotions, _reductions(ticket, promotion=True)),
        )
    for line in ticket.lines:
        if line.returnable and not line.voided:
            what = "taken" if line.gross > 0 else "returned"
            row = DepositSum(what=what, count=1, amount=abs(line.gross))
            parts = replace(parts, packaging=one_more(parts.packaging, row))
    return replace(
        parts,
        returned=parts.returned + sum(back),
        returned_lines=parts.returned_lines + len(back),
        baskets=parts.baskets + sells(ticket),
        operators=one_more(parts.operators, own),
        families=summed(parts.families, families),
        hours=one_more(parts.hours, hour),
        drawers=with_cash(parts, ticket.drawer, _cash(ticket)).drawers,
    )


def _reductions(ticket: SaleClosed, *, promotion: bool) -> Iterable[ReductionSum]:
    for each in ticket.reductions:
        if (each.scope is ReductionScope.PROMOTION) is promotion:
            yield ReductionSum(name=each.name, count=each.count, amount=each.amount)


def _cash(ticket: SaleClosed) -> int:
    """What a ticket brings into the drawer: change is cash, whatever it is given on."""
    cash = sum(paid.amount for paid in ticket.tenders if paid.tender == "CASH")
    return cash - sum(paid.change for paid in ticket.tenders if paid.tender != "CASH")


def with_cash(parts: Breakdown, drawer: int, cents: int) -> Breakdown:
    """The sums with cash taken by a sale, or given back by one."""
    if cents == 0:
        return parts
    return replace(parts, drawers=one_more(parts.drawers, DrawerSum(drawer=drawer, taken=cents)))


def with_movement(parts: Breakdown, moved: CashMoved, seq: int, at: str) -> Breakdown:
    """The sums with cash put in or taken out beside sales, in that record, at that local time."""
    drawer, amount = moved.drawer, moved.amount
    row = MovementSum(what=f"{moved.movement} {moved.reason}".rstrip(), count=1, amount=amount)
    if moved.movement is CashMovement.DROP:
        row = replace(row, what=str(CashMovement.DROP))
        minute = int(at[11:13]) * 60 + int(at[14:16])
        drop = DropSum(record=seq, drawer=drawer, minute=minute, amount=amount)
        parts = replace(parts, drops=(*parts.drops, drop))
    return replace(
        parts,
        movements=one_more(parts.movements, row),
        drawers=one_more(parts.drawers, DrawerSum(drawer=drawer, moved=amount)),
    )


def with_count(parts: Breakdown, count: CashCounted) -> Breakdown:
    """The sums with a count more of one drawer: it says what the counts before it said."""
    had = parts.drawer(count.drawer)
    gap = count.counted - count.expected
    after = replace(had, counts=had.counts + 1, counted=count.counted, gap=gap)
    if had in parts.drawers:
        drawers = tuple(after if each is had else each for each in parts.drawers)
    else:
        drawers = (*parts.drawers, after)
    return replace(parts, drawers=drawers)


def in_longer(parts: Breakdown) -> Breakdown:
    """What a longer period takes of it: the sums, without what drawers held on that day."""
    drawers = (replace(each, brought=0, counted=0) for each in parts.drawers)
    return replace(parts, drawers=tuple(drawers), drops=())


def brought_over(parts: Breakdown) -> Breakdown:
    """What the next day begins with: what is left in each drawer."""
    drawers = sorted(parts.drawers, key=lambda each: each.drawer)
    left = (DrawerSum(drawer=each.drawer, brought=each.left) for each in drawers if each.left)
    return Breakdown(drawers=tuple(left), version=COUNTED)


def with_voucher(parts: Breakdown, moved: VoucherMoved) -> Breakdown:
    """The sums with one voucher more that moved: by a ticket, or without one."""
    issued, used = ("issued", "used") if moved.number else ("given", "expired")
    what = issued if moved.amount > 0 else used
    if moved.purpose is VoucherPurpose.SINGLE:  # sold as goods are: turnover already, and no debt
        what = f"single {what}"
    row = VoucherSum(what=what, count=1, amount=abs(moved.amount))
    return replace(parts, vouchers=one_more(parts.vouchers, row))


def with_deposit(parts: Breakdown, moved: DepositMoved) -> Breakdown:
    """The sums with one movement more of money on an order."""
    out = "returned" if moved.back else "deducted"
    what = f"{moved.nature} {'taken' if moved.amount > 0 else out}"
    row = DepositSum(what=what, count=1, amount=abs(moved.amount))
    return replace(parts, deposits=one_more(parts.deposits, row))


def with_account(parts: Breakdown, moved: AccountMoved) -> Breakdown:
    """The sums with one ticket more on a customer's account, or one that pays it."""
    row = AccountSum(what=str(moved.move), count=1, amount=abs(moved.amount))
    return replace(parts, accounts=one_more(parts.accounts, row))


def with_service(parts: Breakdown, service: ServiceSum) -> Breakdown:
    """The sums with one closed service more."""
    return replace(parts, services=one_more(parts.services, service))
