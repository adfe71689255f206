"""What stands in a closure's record behind its totals, row by row."""


from msgspec import Struct


class ReductionSum(Struct, frozen=True, kw_only=True):
    """How often something was taken off under that name, and how much."""

    name: str
    count: int
    amount: int


class OperatorSum(Struct, frozen=True, kw_only=True):
    """What one operator closed: tickets, and their turnover."""

    operator: int
    tickets: int
    net: int


class FamilySum(Struct, frozen=True, kw_only=True):
    """What the articles of one family brought in: lines, and their turnover with tax."""

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
    """Gift vouchers and credit notes that were issued, used, expired or given away: cents each.

    Those for goods of one rate, which are turnover as they are sold, are «single issued», ....
    """

    what: str
    count: int
    amount: int


class DepositSum(Struct, frozen=True, kw_only=True):
    """Money on orders that was taken, deducted or returned: cents, by nature («acompte taken»).

    On packaging it is only «taken» or «returned».
    """

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
    packaging: tuple[DepositSum, ...] = ()
    version: int = 0

    def drawer(self, number: int) -> DrawerSum:
        """The drawer of that number, in which nothing may have happened yet."""
        found = (each for each in self.drawers if each.drawer == number)
        return next(found, DrawerSum(drawer=number))
