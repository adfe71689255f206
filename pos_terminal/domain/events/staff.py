"""Events of clerks: who left, who was refused, who allowed what, and sales that wait for them."""

from typing import ClassVar

from msgspec import Struct

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import ClerkChange, Right, SignOnMeans


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


class ClerkChanged(Event, frozen=True, kw_only=True):
    """A clerk is named, changed or no more. Rights, badge and training are those from here on.

    `by` says who had it done, and `clerks` is the SHA-256 of the clerks' file that says so.
    """

    kind: ClassVar[str] = "clerk.changed"
    operator: int
    change: ClerkChange
    rights: tuple[Right, ...]
    badge: bool
    training: bool
    by: str
    clerks: str


class ClerkFound(Struct, frozen=True):
    """A clerk as the file has him."""

    operator: int
    rights: tuple[Right, ...]
    badge: bool
    training: bool


class ClerksFound(Event, frozen=True, kw_only=True):
    """The clerks' file is not the one of the last record: what it says is in force from here on.

    `clerks` is its SHA-256, empty where it is gone.
    """

    kind: ClassVar[str] = "clerks.found"
    clerks: str
    found: tuple[ClerkFound, ...]


STAFF_EVENTS: tuple[type[Event], ...] = (
    OperatorSignedOff,
    OperatorRefused,
    OperatorLocked,
    AuthorityGiven,
    OperatorSignedOn,
    ClerkChanged,
    ClerksFound,
)
