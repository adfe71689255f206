"""What stands in the record of opening balances: stock, vouchers, deposits, bottles."""

from msgspec import Struct

from pos_terminal.domain.events.stock import Units
from pos_terminal.domain.events.values import DepositNature, VoucherPurpose
from pos_terminal.domain.quantity import Unit


class StockBalance(Struct, frozen=True, kw_only=True):
    """What there is of an article: `numerator` / `denominator` units, in lowest terms."""

    plu: str
    numerator: int
    denominator: int


class VoucherBalance(Struct, frozen=True, kw_only=True):
    """What a gift voucher or credit note is still worth, in cents; `purpose` is single or multi.

    `plu`, `vat` and `expires` are as when it was issued (`voucher.moved`); `tax` is the VAT in it.
    """

    voucher: str
    purpose: VoucherPurpose
    amount: int
    plu: str = ""
    vat: int = 0
    expires: str = ""
    tax: int = 0


class DepositBalance(Struct, frozen=True, kw_only=True):
    """What is held for an order, in cents; `nature` is acompte (with its VAT rate) or arrhes.

    `tax` is the VAT in it that is booked already.
    """

    order: str
    nature: DepositNature
    amount: int
    vat: int
    tax: int = 0


class AccountBalance(Struct, frozen=True, kw_only=True):
    """What a customer owes, in cents, by his pseudonym; negative where the shop owes him."""

    person: str
    amount: int


class Ordered(Struct, frozen=True, kw_only=True):
    """So much of an article, in thousandths of its unit, is to be made for an order."""

    plu: str
    name: str
    unit: Unit
    quantity: int


class OrderBalance(Struct, frozen=True, kw_only=True):
    """An open order: whom it is for, when it is wanted (`order.agreed`), and what of."""

    order: str
    person: str = ""
    wanted: str = ""
    articles: tuple[Ordered, ...] = ()


class BottleBalance(Struct, frozen=True, kw_only=True):
    """An open bottle: when it was opened, and what was sold of it and given away in parts."""

    plu: str
    at: str
    sold: Units
    given: Units


class UnansweredPayment(Struct, frozen=True, kw_only=True):
    """A payment terminal was asked, and what became of it is not known."""

    sale: int
    ref: str
    tender: str
    amount: int


class Balances(Struct, frozen=True, kw_only=True):
    """Each kind of balance, sorted by its name; what has come to nothing is left out."""

    stock: tuple[StockBalance, ...] = ()
    vouchers: tuple[VoucherBalance, ...] = ()
    deposits: tuple[DepositBalance, ...] = ()
    unanswered: tuple[UnansweredPayment, ...] = ()
    bottles: tuple[BottleBalance, ...] = ()
    accounts: tuple[AccountBalance, ...] = ()
    orders: tuple[OrderBalance, ...] = ()
