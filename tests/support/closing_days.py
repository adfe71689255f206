"""A clock that a test sets, and what a journal says of closed days."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.period import PeriodClosed
from pos_terminal.domain.events.sale import SaleClosed
from pos_terminal.domain.moment import Moment, Trust
from tests.support.journaled import records
from tests.support.shop import Shop

PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Hand:
    """A clock that a test sets; its machine's own goes with it unless `slip` parts the two."""

    at: datetime
    boot: str = "b"
    trust: Trust = Trust.SYNCHRONISED
    slip: int = 0

    def now(self) -> Moment:
        utc = int(self.at.timestamp() * 1_000_000)
        at = self.at.isoformat(timespec="milliseconds")
        return Moment(at=at, utc=utc, mono=utc - self.slip, boot=self.boot, trust=self.trust)


async def sell(shop: Shop, count: int = 1) -> None:
    await shop.type("1 PLU CASH")
    await shop.journaled(SaleClosed, count)


def events(state: Path) -> list[Event]:
    return [record.event for record in records(state)]


def closures(state: Path) -> list[PeriodClosed]:
    return [event for event in events(state) if isinstance(event, PeriodClosed)]
