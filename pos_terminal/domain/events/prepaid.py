"""Events of money held for a customer: vouchers, credit notes, deposits on orders."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import DepositNature, VoucherPurpose


class VoucherMoved(Event, frozen=True, kw_only=True):
    """A gift voucher or credit note issued (positive), or used or expired (negative).

    `voucher` is its reference: whoever reads the journal could spend its number, which stands in no
    record. `seed`, of an issued one, is what the number is made of together with the till's key
    (domain/codes/vouchers.py). `purpose` is single (VAT due at its sale) or multi (VAT due at its
    use), `series` and `number` the ticket it was moved by; 0 where there is none. `plu` is the
    article as which it was sold, empty for a credit note; `vat` the rate of a single one, and `tax`
    the VAT in cents that moves with it; `expires` its last day, if it has one.
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
    seed: str = ""


class VoucherRefused(Event, frozen=True, kw_only=True):
    """A number that no voucher has, the `tries`th since one was used.

    No voucher is looked up before `until`, microseconds of UTC; 0: the next one may be.
    """

    kind: ClassVar[str] = "voucher.refused"
    tries: int
    until: int = 0


class VouchersKeyed(Event, frozen=True, kw_only=True):
    """From here on vouchers are made and known by the key with this fingerprint.

    What was made by an earlier one is known no more. `reason` is why somebody began another; empty
    where a start found it.
    """

    kind: ClassVar[str] = "vouchers.keyed"
    key: str
    reason: str = ""


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
    VoucherRefused,
    VouchersKeyed,
    VoucherCopied,
    DepositMoved,
)
