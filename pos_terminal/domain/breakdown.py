"""What a period's totals are made of: by clerk, family, drawer, reduction and service. Pure.

Rows that are counted under the same name add up; a row's place is that of its first appearance.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import astuple, replace

from pos_terminal.domain.cash_events import DepositMoved, VoucherMoved
from pos_terminal.domain.events import SaleClosed

R = TypeVar("R", bound=Struct)


class ReductionSum(Struct, frozen=True, kw_only=True):
    """How often something was taken off under that name, and how much."""

    name: str
    count: int
    amount: int


class OperatorSum(Struct, frozen=True, kw_only=True):
    """What one operator closed: tickets, and their total."""

    operator: int
    tickets: int
    net: int


class FamilySum(Struct, frozen=True, kw_only=True):
    """What the articles of one family brought in: lines, and cents with tax."""

    family: str
    lines: int
    gross: int


class DrawerSum(Struct, frozen=True, kw_only=True):
    """One drawer's cash: `taken` by sales, `moved` beside them, and what counts found.

    `counted` and `expected` are as of the last count of each day.
    """

    drawer: int
    taken: int = 0
    moved: int = 0
    counts: int = 0
    counted: int = 0
    expected: int = 0

    @property
    def holds(self) -> int:
        """What should be in it: a day begins with an empty drawer, its float is a movement."""
        return self.taken + self.moved

    @property
    def gap(self) -> int:
        """What was found too much; negative where some was missing."""
        return self.counted - self.expected


class ServiceSum(Struct, frozen=True, kw_only=True):
    """What the services of one name brought in, and the gap that arose in them."""

    name: str
    count: int
    tickets: int
    net: int
    gap: int


class VoucherSum(Struct, frozen=True, kw_only=True):
    """Gift vouchers and credit notes that were issued, used, expired or given away: cents each."""

    what: str
    count: int
    amount: int


class DepositSum(Struct, frozen=True, kw_only=True):
    """Money on orders that was taken, or settled and given back: cents, by nature."""

    what: str
    count: int
    amount: int


COUNTED = 1
"""Raised with each sum that is added to those below: a closure is held to what its version knew."""


class Breakdown(Struct, frozen=True, kw_only=True):
    """The sums behind a period's totals. `returned` is what came back in `returned_lines`.

    `version` is the least COUNTED of those who counted any of it.
    """

    discounts: tuple[ReductionSum, ...] = ()
    promotions: tuple[ReductionSum, ...] = ()
    returned: int = 0
    returned_lines: int = 0
    operators: tuple[OperatorSum, ...] = ()
    families: tuple[FamilySum, ...] = ()
    drawers: tuple[DrawerSum, ...] = ()
    services: tuple[ServiceSum, ...] = ()
    vouchers: tuple[VoucherSum, ...] = ()
    deposits: tuple[DepositSum, ...] = ()
    version: int = 0

    def drawer(self, number: int) -> DrawerSum:
        """The drawer of that number, in which nothing may have happened yet."""
        found = (each for each in self.drawers if each.drawer == number)
        return next(found, DrawerSum(drawer=number))


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


def with_ticket(parts: Breakdown, ticket: SaleClosed, operator: int) -> Breakdown:
    """The sums with one closed ticket more, closed by that operator."""
    live = [line for line in ticket.lines if not line.voided]
    back = [line.gross for line in live if line.quantity < 0 and not line.order]
    families = (FamilySum(family=line.family, lines=1, gross=line.gross) for line in live)
    own = OperatorSum(operator=operator, tickets=1, net=ticket.total)
    if ticket.reductions:
        parts = replace(
            parts,
            discounts=summed(parts.discounts, _reductions(ticket, promotion=False)),
            promotions=summed(parts.promotions, _reductions(ticket, promotion=True)),
        )
    return replace(
        parts,
        returned=parts.returned + sum(back),
        returned_lines=parts.returned_lines + len(back),
        operators=summed(parts.operators, (own,)),
        families=summed(parts.families, families),
        drawers=with_cash(parts, ticket.drawer, _cash(ticket)).drawers,
    )


def _reductions(ticket: SaleClosed, *, promotion: bool) -> Iterable[ReductionSum]:
    for each in ticket.reductions:
        if (each.scope == "promotion") is promotion:
            yield ReductionSum(name=each.name, count=1, amount=each.amount)


def _cash(ticket: SaleClosed) -> int:
    """What a ticket brings into the drawer: change is cash, whatever it is given on."""
    cash = sum(paid.amount for paid in ticket.tenders if paid.tender == "CASH")
    return cash - sum(paid.change for paid in ticket.tenders if paid.tender != "CASH")


def with_cash(parts: Breakdown, drawer: int, cents: int) -> Breakdown:
    """The sums with cash taken by a sale, or given back by one."""
    if cents == 0:
        return parts
    return replace(parts, drawers=summed(parts.drawers, (DrawerSum(drawer=drawer, taken=cents),)))


def with_movement(parts: Breakdown, drawer: int, cents: int) -> Breakdown:
    """The sums with cash put in or taken out beside sales."""
    return replace(parts, drawers=summed(parts.drawers, (DrawerSum(drawer=drawer, moved=cents),)))


def with_count(parts: Breakdown, drawer: int, counted: int, expected: int) -> Breakdown:
    """The sums with a count more of one drawer: it says what the counts before it said."""
    had = parts.drawer(drawer)
    after = replace(had, counts=had.counts + 1, counted=counted, expected=expected)
    if had in parts.drawers:
        drawers = tuple(after if each is had else each for each in parts.drawers)
    else:
        drawers = (*parts.drawers, after)
    return replace(parts, drawers=drawers)


def with_voucher(parts: Breakdown, moved: VoucherMoved) -> Breakdown:
    """The sums with one voucher more that moved: by a ticket, or without one."""
    issued, used = ("issued", "used") if moved.number else ("given", "expired")
    what = issued if moved.amount > 0 else used
    row = VoucherSum(what=what, count=1, amount=abs(moved.amount))
    return replace(parts, vouchers=summed(parts.vouchers, (row,)))


def with_deposit(parts: Breakdown, moved: DepositMoved) -> Breakdown:
    """The sums with one movement more of money on an order."""
    what = f"{moved.nature} {'taken' if moved.amount > 0 else 'settled'}"
    row = DepositSum(what=what, count=1, amount=abs(moved.amount))
    return replace(parts, deposits=summed(parts.deposits, (row,)))


def with_service(parts: Breakdown, service: ServiceSum) -> Breakdown:
    """The sums with one closed service more."""
    return replace(parts, services=summed(parts.services, (service,)))
