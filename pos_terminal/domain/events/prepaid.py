"""Events of money held for a customer: vouchers, credit notes, deposits on orders."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import DepositNature, VoucherPurpose


class VoucherMoved(Event, frozen=True, kw_only=True):
    """A gift voucher or credit note issued (positive), or used or expired (negative).

    `purpose` is single (VAT due at its sale) or multi (VAT due at its use), `series` and `number`
    the ticket it was moved by; 0 where there is none. `plu` is the article as which it was sold,
    empty for a credit note; `vat` the rate of a single one, and `tax` the VAT in cents that moves
    with it; `expires` its last day, if it has one.
    """

    kind: ClassVar[str] = "voucher.moved"
    voucher: str
    purpose: VoucherPurpose
    amount: int
    series: str = ""
    number: int = 0
    plu: str = ""
    vat: int = 0
    expires: str = ""
    tax: int = 0


class VoucherCopied(Event, frozen=True, kw_only=True):
    """The vouchers that a ticket made were printed once more: duplicate number `copy`, from 1.

    `authority` is who allowed it; 0: the operator may.
    """

    kind: ClassVar[str] = "voucher.copied"
    series: str
    number: int
    copy: int
    authority: int = 0


class DepositMoved(Event, frozen=True, kw_only=True):
    """Money held for an order: taken (positive), or deducted (negative), or given `back`.

    `nature` is acompte (VAT due at receipt, at `vat` basis points: `tax` cents of it move as well)
    or arrhes (none until delivery).
    """

    kind: ClassVar[str] = "deposit.moved"
    order: str
    nature: DepositNature
    amount: int
    vat: int = 0
    series: str = ""
    number: int = 0
    tax: int = 0
    back: bool = False


PREPAID_EVENTS: tuple[type[Event], ...] = (
    VoucherMoved,
    VoucherCopied,
    DepositMoved,
)
