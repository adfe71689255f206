"""The till as the agent meets it: there, silent, or of another version; and the way to its records.

The agent outlives the till and may be started before it. So nothing here ends because the till did:
it is said once, tried again with growing pauses, and goes on where it was.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from enum import StrEnum
from typing import NoReturn, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.agent.clock import Clock
from pos_terminal.agent.progress import Position
from pos_terminal.channel import interface
from pos_terminal.channel.client import AsyncClient, CallLink
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    Method,
    Nothing,
    Record,
    RecordsAsked,
    Settings,
    Status,
    Watching,
)
from pos_terminal.domain import faults
from pos_terminal.domain.faults import Fault
from pos_terminal.tasks.groups import first
from pos_terminal.tasks.latest import Latest

log = logging.getLogger(__name__)

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)

ROUND = 10.0
"""Seconds between two questions to a till that answers: one that is frozen is noticed by this."""

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before the next question to one that does not; the last one repeats."""

PATIENCE = 10.0
"""Seconds that it may take to answer: its slowest card syncs in less."""


class Contact(StrEnum):
    """How the agent stands with the till."""

    NONE_YET = "not met yet"
    THERE = "there"
    SILENT = "silent"
    OTHER_VERSION = "of another version"
    REFUSED = "refuses the agent"


_CONTACT = {faults.OTHER_VERSION: Contact.OTHER_VERSION, faults.NOT_GRANTED: Contact.REFUSED}


class TillLink(Struct, frozen=True):
    """How it stands with the till, since when (µs UTC). `fault` says why it is not there.

    `settings` are those that it was started with.
    """

    contact: Contact
    since: int
    fault: Fault | None = None
    detail: str = ""
    version: str = ""
    status: Status | None = None
    settings: Settings | None = None


class OtherJournal(Exception):
    """The till's journal does not hold the record behind which it was to be read."""


class TillClient:
    """Calls the till. `link` is how it stands; `links` has the newest for whoever waits; `last` is
    the last status that it told, also once it is silent. `pauses`: see PAUSES.
    """

    def __init__(
        self, client: AsyncClient, clock: Clock, *, pauses: Sequence[float] = PAUSES
    ) -> None:
        self._pauses = pauses
        self._client = client
        self._clock = clock
        self.link = TillLink(Contact.NONE_YET, clock.utc())
        self.links: Latest[TillLink] = Latest()
        self.last: Status | None = None

    async def call(self, method: Method[P, R], asks: P) -> R:
        """The till's answer; ChannelError where it has none, with a fault that says why."""
        return await self._client.call(method, asks)

    def at_the_till(self) -> AbstractAsyncContextManager[CallLink]:
        """A connection for one call that is still to come; ChannelError where there is no till."""
        return self._client.at_the_till()

    def follow(self, method: Method[P, R], asks: P) -> AsyncGenerator[R, None]:
        """Its answers as they come; ChannelError where they end."""
        return self._client.follow(method, asks)

    async def records(self, after: Position) -> AsyncIterator[Record]:
        """Every record behind that position, for ever, over restarts of the till.

        What was purged meanwhile is passed over. OtherJournal where that position is not in it.
        """
        at, failures = after, 0
        while True:
            try:
                # The record at the position comes once more: its hash says whose journal this is.
                asks = RecordsAsked(max(at.seq - 1, 0))
                async for batch in self._client.follow(interface.RECORDS, asks):
                    failures = 0
                    if batch.last < at.seq:
                        raise OtherJournal(f"the journal ends at {batch.last}, before {at.seq}")
                    for record in batch.records:
                        if record.seq > at.seq:
                            yield record
                            at = Position(record.seq, record.hash)
                        elif record.hash != at.hash:
                            raise OtherJournal(f"record {at.seq} is another than it was")
            except ChannelError as error:
                if error.fault is faults.BAD_REQUEST:
                    raise OtherJournal(error.detail) from error
                log.debug("no records: %s", error)
                await asyncio.sleep(self._pause(failures))
                failures += 1

    async def watch(self) -> NoReturn:
        """Keep up with the till, for ever."""
        failures = 0
        while True:
            try:
                self._become(await self._met())
                failures = 0
                await first(self._follow(), self._ping())
            except ChannelError as error:
                contact = _CONTACT.get(error.fault, Contact.SILENT)
                # One that was there is asked again before anything is said: it may be back.
                if self.link.contact is not Contact.THERE or failures:
                    self._become(TillLink(contact, self._clock.utc(), error.fault, error.detail))
            await asyncio.sleep(self._pause(failures))
            failures += 1

    async def _follow(self) -> None:
        """Take over each new status. Ends, or raises, with the connection: the till has gone."""
        async for seen in self.follow(interface.WATCH, Watching()):
            if seen.status:
                self._become(replace(self.link, status=seen.status))

    async def _ping(self) -> None:
        """Raises once the till does not answer: one that is frozen keeps its connections."""
        while True:
            await asyncio.sleep(ROUND)
            await self.call(interface.STATUS, Nothing())

    async def _met(self) -> TillLink:
        """The till's answers; its settings are asked for when it was started anew."""
        status, known = await self.call(interface.STATUS, Nothing()), self.link
        version, settings = known.version, known.settings
        if settings is None or known.status is None or known.status.since != status.since:
            version = (await self.call(interface.GET_INFO, Nothing())).version
            settings = await self.call(interface.SETTINGS, Nothing())
        now = self._clock.utc()
        return TillLink(Contact.THERE, now, version=version, status=status, settings=settings)

    def _become(self, link: TillLink) -> None:
        """Take it over; say it where it is news."""
        if link.contact is self.link.contact:
            link = replace(link, since=self.link.since)
        elif link.fault:
            log.warning("the till is %s: %s %s", link.contact, link.fault, link.detail)
            log.warning("%s", link.fault.remedy)
        else:
            log.info("the till is there, version %s", link.version)
        self.link = link
        self.last = link.status or self.last
        self.links.put(link)

    def _pause(self, failures: int) -> float:
        return self._pauses[min(failures, len(self._pauses) - 1)]
