"""What may be read of the running day from elsewhere on the box: an X, which leaves its record."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.domain import faults
from pos_terminal.domain.events.period import PeriodReported
from pos_terminal.domain.events.system import CommandGiven
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.journal.errors import JournalError
from pos_terminal.journal.record import Record

PERIOD_READ = "period.read"


class Reading(Protocol):
    """The till that serves, by what is asked of it (runtime/till.py)."""

    async def read_by_command(self, command: CommandGiven) -> Record:
        """Read the running day, on record; its record."""


class ReadPeriod(Asked, frozen=True, kw_only=True):
    """The running day."""


class PeriodRead(Struct, frozen=True):
    """The running day so far, and the record's moment."""

    moment: Moment
    reported: PeriodReported


def reading_acts(till: Callable[[], Reading | None]) -> Acts:
    """The acts over the till that serves."""

    async def read(asked: ReadPeriod, actor: Actor) -> PeriodRead:
        reading = till()
        if reading is None:
            raise ChannelError(faults.JOURNAL_FAILED, say("la caisse est hors service"))
        try:
            record = await reading.read_by_command(given("period read", asked, actor))
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
        if not isinstance(record.event, PeriodReported):
            raise TypeError(f"record {record.seq} is no reading")
        return PeriodRead(record.moment, record.event)

    return {PERIOD_READ: Act(ReadPeriod, read)}
