"""Events of grants: who let another program on the box do what, what it did, when that was over."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import GrantEnd, GrantLevel


class GrantGiven(Event, frozen=True, kw_only=True):
    """Rights for one purpose, for whoever shows the secret whose SHA-256 is `digest`.

    `scope` has acts, or the first word of acts. It ends after `seconds`, at `until` microseconds of
    UTC at the latest. `by` is the clerk whose PIN gave it; 0: someone at the box itself, as its
    user or root.
    """

    kind: ClassVar[str] = "grant.given"
    grant: int
    purpose: str
    level: GrantLevel
    scope: tuple[str, ...]
    seconds: int
    until: int
    digest: str
    by: int = 0


class GrantUsed(Event, frozen=True, kw_only=True):
    """What follows was done by this grant; 0: by someone at the box itself. `act` says what."""

    kind: ClassVar[str] = "grant.used"
    grant: int
    act: str


class GrantEnded(Event, frozen=True, kw_only=True):
    """A grant is over. `by` is the clerk who ended it; 0: its holder, the clock, or someone at the
    box itself.
    """

    kind: ClassVar[str] = "grant.ended"
    grant: int
    why: GrantEnd
    by: int = 0


GRANT_EVENTS: tuple[type[Event], ...] = (GrantGiven, GrantUsed, GrantEnded)
