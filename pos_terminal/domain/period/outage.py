"""A breakdown that is being made up for: since when the till was down, what was entered. Pure."""

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain.events.event import TRAINING_SERIES, Event
from pos_terminal.domain.events.outage import OutageEnded, OutageStarted
from pos_terminal.domain.events.sale import SaleClosed


class Outage(Struct, frozen=True):
    """`since` is a local time, ISO 8601, empty where there is none; `tickets` were entered since.

    `total` is what these tickets came to, in cents.
    """

    since: str = ""
    tickets: int = 0
    total: int = 0

    def after(self, event: Event) -> "Outage":
        """Once that is recorded; the same object where it changes nothing."""
        match event:
            case OutageStarted():
                return Outage(event.since)
            case OutageEnded():
                return NO_OUTAGE
            case SaleClosed() if self.since and event.taken_at and event.series != TRAINING_SERIES:
                return replace(self, tickets=self.tickets + 1, total=self.total + event.total)
            case _:
                return self


NO_OUTAGE = Outage()
