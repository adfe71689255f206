"""Events of a breakdown: sales were written by hand, and are entered once the till works again."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event


class OutageStarted(Event, frozen=True, kw_only=True):
    """The till was down since that local time, ISO 8601: what was sold meanwhile is entered now.

    `reason` is the shop's words for why; `authority` is who allowed it; 0: nobody had to.
    """

    kind: ClassVar[str] = "outage.started"
    since: str
    reason: str
    authority: int = 0


class OutageEnded(Event, frozen=True, kw_only=True):
    """All that was sold while the till was down is entered: so many tickets, and their totals.

    `authority` is who allowed what the operator may not do; 0: nobody had to.
    """

    kind: ClassVar[str] = "outage.ended"
    since: str
    tickets: int
    total: int
    authority: int = 0


OUTAGE_EVENTS: tuple[type[Event], ...] = (OutageStarted, OutageEnded)
