"""Events of clerks: who left, who was refused, who allowed what, and sales that wait for them."""

from dataclasses import dataclass
from typing import ClassVar

from pos_terminal.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSignedOff(Event):
    """From here on nobody is signed on; the open sale waits until its operator is back."""

    kind: ClassVar[str] = "operator.signed_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorRefused(Event):
    """A wrong PIN for this operator, the `tries`th since the last right one."""

    kind: ClassVar[str] = "operator.refused"
    operator: int
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorLocked(Event):
    """Too many wrong PINs: none is taken for this operator before `until`, microseconds of UTC."""

    kind: ClassVar[str] = "operator.locked"
    operator: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityGiven(Event):
    """`authority` allowed by PIN what the operator may not do: the events with it, or the next.

    `right` is void, cancel, override, return, refund, discount, no-sale, cash, close or training.
    """

    kind: ClassVar[str] = "authority.given"
    authority: int
    right: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleHeld(Event):
    """An open sale waits, and the next customer is served."""

    kind: ClassVar[str] = "sale.held"
    sale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRecalled(Event):
    """A sale that waited goes on, under whoever recalled it."""

    kind: ClassVar[str] = "sale.recalled"
    sale: int


CLERK_EVENTS: tuple[type[Event], ...] = (
    OperatorSignedOff,
    OperatorRefused,
    OperatorLocked,
    AuthorityGiven,
    SaleHeld,
    SaleRecalled,
)
