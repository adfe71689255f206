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
    """What the articles of one family brought in: pieces, and their turnover with tax."""

    family: str
    pieces: int
    gross: int


class HourSum(Struct, frozen=True, kw_only=True):
    """What was closed from that hour on, 0 to 23 by the shop's clock: tickets, their turnover."""

    hour: int
    tickets: int
    net: int


class MovementSum(Struct, frozen=True, kw_only=True):
    """Cash beside sales: how often, and how much; what left the drawer is negative.

    `what` is the movement, with its reason where it has one («float», «out FOURNISSEUR»).
    """

    what: str
    count: int
    amount: int


class DropSum(Struct, frozen=True, kw_only=True):
    """One safe drop of the day, a row each: its record, which drawer, when, and how much.

    `minute` counts from midnight by the shop's clock; `amount` is negative.
    """

    record: int
    drawer: int
    minute: int
    amount: int


class DrawerSum(Struct, frozen=True, kw_only=True):
    """One drawer's cash: `brought` over from the day before, `taken` by sales, `moved` beside them.

    `counted` is what the day's last count found, and `gap` what of that was too much; negative
    where some was missing. Of a month or a year `brought` and `counted` are nothing, since days'
    contents do not add up; its gaps do.
    """

    drawer: int
    brought: int = 0
    taken: int = 0
    moved: int = 0
    counts: int = 0
    counted: int = 0
    gap: int = 0

    @property
    def holds(self) -> int:
        """What should be in it, before any gap."""
        return self.brought + self.taken + self.moved

    @property
    def expected(self) -> int:
        """What the last count should have found."""
        return self.counted - self.gap

    @property
    def left(self) -> int:
        """What is in it, with the gap that is known: the next day begins with that."""
        return self.holds + self.gap


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


class AccountSum(Struct, frozen=True, kw_only=True):
    """What customers bought on account («charged»), had credited, or paid («settled»): cents."""

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

    `baskets` are the tickets on which something is sold: an average is taken of them alone.

    `drops` are those of a day or a service, one by one; `movements` have their sum.

    `version` is the least COUNTED of those who counted any of it.
    """

    discounts: tuple[ReductionSum, ...] = ()
    promotions: tuple[ReductionSum, ...] = ()
    returned: int = 0
    returned_lines: int = 0
    baskets: int = 0
    operators: tuple[OperatorSum, ...] = ()
    families: tuple[FamilySum, ...] = ()
    hours: tuple[HourSum, ...] = ()
    movements: tuple[MovementSum, ...] = ()
    drops: tuple[DropSum, ...] = ()
    drawers: tuple[DrawerSum, ...] = ()
    services: tuple[ServiceSum, ...] = ()
    vouchers: tuple[VoucherSum, ...] = ()
    deposits: tuple[DepositSum, ...] = ()
    packaging: tuple[DepositSum, ...] = ()
    accounts: tuple[AccountSum, ...] = ()
    version: int = 0

    def drawer(self, number: int) -> DrawerSum:
        """The drawer of that number, in which nothing may have happened yet."""
        found = (each for each in self.drawers if each.drawer == number)
        return next(found, DrawerSum(drawer=number))

    @property
    def pieces(self) -> int:
        """The articles that were sold, less what came back."""
        return sum(each.pieces for each in self.families)

    @property
    def held(self) -> int:
        """What came in for customers in advance, less what was used of it: no turnover, in cents.

        Vouchers for anything, deposits on orders and on packaging.
        """
        moved: tuple[VoucherSum | DepositSum, ...] = (
            *(each for each in self.vouchers if not each.what.startswith("single ")),
            *self.deposits,
            *self.packaging,
        )
        return sum(each.amount * _HELD.get(each.what.split(" ")[-1], 0) for each in moved)

    @property
    def gap(self) -> int:
        """What all drawers had too much."""
        return sum(each.gap for each in self.drawers)


_HELD = {"issued": 1, "used": -1, "taken": 1, "deducted": -1, "returned": -1}
"""What a ticket does to money held. One that expires or is given away moves none."""
