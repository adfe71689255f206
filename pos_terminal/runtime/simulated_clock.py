"""The clock of a replay: it stands at each ticket's date and time, in the shop's zone."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from pos_terminal.domain.moment import Moment, Trust
from pos_terminal.runtime.clock import BOOT_ID, moment

SECOND = 1_000_000


class ReplayClock:
    """Stands still until it is put elsewhere; its moments say that they are simulated, or what a
    scene wants of them.
    """

    def __init__(self, zone: ZoneInfo, utc: int, trust: Trust = Trust.SIMULATED) -> None:
        self._zone = zone
        self._utc = utc
        self._trust = trust
        self._boot = BOOT_ID.read_text().strip()

    def stand(self, utc: int) -> None:
        """Stand at this instant, microseconds since 1970."""
        self._utc = utc

    def now(self) -> Moment:
        """The moment at which it stands; `mono` is the machine's own."""
        return moment(self._utc, self._zone, boot=self._boot, trust=self._trust)


def instants(locals_: Iterable[datetime], zone: ZoneInfo) -> Iterator[int]:
    """The instants of these local times, in microseconds since 1970.

    In the hour that a DST fold repeats, a time that steps back, or would step back from the
    second pass to the first, is of the second pass. Elsewhere the instants follow the times, also
    backwards. A time that the clocks skip in spring is the hour after.
    """
    last: int | None = None
    for local in locals_:
        first, second = (_instant(local.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
        last = second if last is not None and first < last <= second else first
        yield last


def _instant(local: datetime) -> int:
    return int(local.timestamp()) * SECOND
