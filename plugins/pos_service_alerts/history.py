"""What changed at the till since it worked: by its records, and by what its devices are called.

Of a record only its kind is kept, and what an allow-list names of it: no person, no figure.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import NoReturn

import msgspec
from msgspec import Struct

from pos_service_alerts.book import AlertBook
from pos_service_alerts.changed import DEVICE, Changed
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Device, Record
from pos_terminal.domain.audit.changes import CHANGES

KEPT = 50
"""Changes that are known: a week's, and more than a mail shows."""

STEP = 500
"""Records after which the cursor is moved where nothing changed: a card is worn out by writing,
and so many are read again within a second."""

FACTS: Mapping[str, tuple[str, ...]] = {
    "version.changed": ("before", "after"),
    "command.given": ("command",),
}
"""What of a record may be mailed."""


class _Glance(Struct, frozen=True):
    """As little of a record as it takes. A clerk's name would stand in its body."""

    at: str
    body: dict[str, object]


_GLANCE = msgspec.json.Decoder(_Glance)


class History:
    """The last changes, over restarts of the agent and the till's end."""

    def __init__(self, agent: Agent, book: AlertBook) -> None:
        self._agent = agent
        self._book = book
        self._last: deque[Changed] = deque(maxlen=KEPT)

    def since(self, at: str) -> tuple[Changed, ...]:
        """What changed from that local time on, the oldest first."""
        return tuple(each for each in self._last if each.at >= at)

    async def run(self) -> NoReturn:
        """Follow the journal and the devices, for ever."""
        self._last.extend(await self._book.changes(KEPT))
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read())
            group.create_task(self._look())
        raise AssertionError("neither has an end")

    async def _read(self) -> NoReturn:
        """From the journal's end on, the first time: what was before is no news."""
        cursor = await self._agent.cursor("changes")
        if not cursor.at.seq:
            await cursor.move(await self._end())
        async for record in self._agent.records(cursor):
            if record.kind in CHANGES:
                await self._note(str(record.seq), changed(record))
            if record.kind in CHANGES or record.seq - cursor.at.seq >= STEP:
                await cursor.move(record)
        raise AssertionError("records have no end")

    async def _end(self) -> Record:
        """The journal's last record, as far as a cursor needs it."""
        version = -1
        while True:
            link, version = await self._agent.till.links.newer(version)
            if link.status and link.status.head:
                head = link.status.head
                return Record(head.seq, "", b"", bytes.fromhex(head.hash))

    async def _look(self) -> NoReturn:
        """Notice a device that is another than it was. One that is gone has no name: it may be
        back, and then is the same.
        """
        version = -1
        while True:
            link, version = await self._agent.till.links.newer(version)
            for device in link.status.devices if link.status else ():
                if link.status and device.identity:
                    await self._compare(device, link.status.now)

    async def _compare(self, device: Device, now: str) -> None:
        name = f"identity {device.name}"
        before = await self._book.noted(name)
        if before == device.identity:
            return
        await self._book.note(name, device.identity)
        if before:
            facts = {"name": device.name, "identity": device.identity}
            await self._note(f"{device.name} {now}", Changed(now, DEVICE, facts))

    async def _note(self, id: str, change: Changed) -> None:
        if await self._book.changed(id, change, KEPT):
            self._last.append(change)


def changed(record: Record) -> Changed:
    """What may be told of that record."""
    glance = _GLANCE.decode(record.rec)
    facts = {name: str(glance.body.get(name, "?")) for name in FACTS.get(record.kind, ())}
    return Changed(glance.at[:19], record.kind, facts)
