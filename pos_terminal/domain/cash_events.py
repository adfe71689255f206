"""Events of money beside the lines of a sale: intents, vouchers, deposits, the drawer's cash.

Amounts are integer cents; what leaves the shop is negative.
"""

from typing import ClassVar

from pos_terminal.domain.events import Event


class PaymentIntended(Event, frozen=True, kw_only=True):
    """A payment terminal is about to be asked; recorded before a byte leaves. `ref` is unique."""

    kind: ClassVar[str] = "payment.intended"
    sale: int
    ref: str
    tender: str
    amount: int


class PaymentSettled(Event, frozen=True, kw_only=True):
    """What became of an intent: paid, refused or unknown; `amount` is what was paid."""

    kind: ClassVar[str] = "payment.settled"
    ref: str
    outcome: str
    amount: int
    detail: str = ""


class PaymentChanged(Event, frozen=True, kw_only=True):
    """A closed ticket was paid otherwise than recorded: `amount` moves between two tenders."""

    kind: ClassVar[str] = "payment.changed"
    series: str
    number: int
    from_tender: str
    to_tender: str
    amount: int
    reason: str
    authority: int
    drawer: int = 1


class DrawerOpened(Event, frozen=True, kw_only=True):
    """A drawer was opened without a sale."""

    kind: ClassVar[str] = "drawer.opened"
    reason: str
    authority: int
    drawer: int = 1


class CashMoved(Event, frozen=True, kw_only=True):
    """Cash that is no sale: `movement` is float, in, out, drop (to the safe) or bank."""

    kind: ClassVar[str] = "cash.moved"
    movement: str
    amount: int
    reason: str = ""
    authority: int = 0
    drawer: int = 1


class CashCounted(Event, frozen=True, kw_only=True):
    """A drawer as counted, before its content was known: `expected` is what it should hold.

    `pieces` are the notes and coins of each denomination, from 500 euros down to 1 cent.
    """

    kind: ClassVar[str] = "cash.counted"
    counted: int
    expected: int
    pieces: tuple[int, ...] = ()
    drawer: int = 1


class VoucherMoved(Event, frozen=True, kw_only=True):
    """A gift voucher or credit note issued (positive), or used or expired (negative).

    `purpose` is single (VAT due at its sale) or multi (VAT due at its use), `series` and `number`
    the ticket it was moved by; 0 where there is none. `plu` is the article as which it was sold,
    empty for a credit note; `vat` the rate of a single one; `expires` its last day, if it has one.
    """

    kind: ClassVar[str] = "voucher.moved"
    voucher: str
    purpose: str
    amount: int
    series: str = ""
    number: int = 0
    plu: str = ""
    vat: int = 0
    expires: str = ""


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
    """Money held for an order: taken (positive), settled or given back (negative).

    `nature` is acompte (VAT due at receipt, at `vat` basis points) or arrhes (none until delivery).
    """

    kind: ClassVar[str] = "deposit.moved"
    order: str
    nature: str
    amount: int
    vat: int = 0
    series: str = ""
    number: int = 0


CASH_EVENTS: tuple[type[Event], ...] = (
    PaymentIntended,
    PaymentSettled,
    PaymentChanged,
    DrawerOpened,
    CashMoved,
    CashCounted,
    VoucherMoved,
    VoucherCopied,
    DepositMoved,
)
