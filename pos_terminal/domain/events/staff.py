"""Events of clerks: who left, who was refused, who allowed what, and sales that wait for them."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import Right, SignOnMeans


class OperatorSignedOff(Event, frozen=True, kw_only=True):
    """From here on nobody is signed on; the open sale waits until its operator is back."""

    kind: ClassVar[str] = "operator.signed_off"


class OperatorRefused(Event, frozen=True, kw_only=True):
    """A wrong PIN for this operator, the `tries`th since the last right one."""

    kind: ClassVar[str] = "operator.refused"
    operator: int
    tries: int


class OperatorLocked(Event, frozen=True, kw_only=True):
    """Too many wrong PINs: none is taken for this operator before `until`, microseconds of UTC."""

    kind: ClassVar[str] = "operator.locked"
    operator: int
    until: int


class AuthorityGiven(Event, frozen=True, kw_only=True):
    """`authority` allowed by PIN what the operator may not do: the events with it, or the next.
    """

    kind: ClassVar[str] = "authority.given"
    authority: int
    right: Right


class OperatorSignedOn(Event, frozen=True, kw_only=True):
    """From here on the records' operator is this number.

    `by` is pin, badge, or empty where the settings name the till's one operator.
    """

    kind: ClassVar[str] = "operator.signed_on"
    operator: int
    by: SignOnMeans = SignOnMeans.SETTINGS


STAFF_EVENTS: tuple[type[Event], ...] = (
    OperatorSignedOff,
    OperatorRefused,
    OperatorLocked,
    AuthorityGiven,
    OperatorSignedOn,
)
