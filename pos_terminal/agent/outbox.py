"""What a plug-in has to tell the world outside, kept until it was told: at least once.

A message has an id of its plug-in's choice, made of what it is about: (terminal, seq) of a record,
say. Whoever puts it in twice has it sent once, also after it was delivered; whoever receives it can
tell a repetition by the id. An attempt is on the disk before its first byte is sent, so that one
that kills the agent does not stand before all others for ever.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, NoReturn

import apsw

from pos_terminal.agent.clock import Clock
from pos_terminal.agent.delivery import (
    HOUR,
    ORDINARY,
    UNKNOWN,
    DeliveryRules,
    Limits,
    Message,
    failed,
    has_room,
    is_due,
    waits,
)
from pos_terminal.storage.worker import Worker

log = logging.getLogger(__name__)

SCHEMA = """
CREATE TABLE message (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, body BLOB NOT NULL,
    made INTEGER NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL, error TEXT NOT NULL
) STRICT;
CREATE TABLE delivered (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, at INTEGER NOT NULL,
    rejected TEXT NOT NULL
) STRICT;
"""

REMEMBERED = 10_000
"""Ids that are known to be delivered. A cursor that goes back further repeats what it sent."""

ROUND = 10.0
"""Seconds between two looks at the clock: it may be set, and then more is due."""

_COLUMNS = "id, topic, body, made, due, attempts, error"


class OutboxFull(RuntimeError):
    """There is no room: nothing was put in. Keep the cursor where it is, and come again."""


class NotDelivered(Exception):
    """An attempt failed, and another may succeed."""


class Rejected(Exception):
    """The other side will never take this message: it is given up, and kept by id with why."""


class Waiting(NamedTuple):
    """What waits in an outbox: how many, since when (µs UTC), and what its last attempt said."""

    messages: int
    oldest: int
    error: str


Send = Callable[[Message], Awaitable[object]]
"""Delivers a message: on return it has arrived. OSError, TimeoutError, NotDelivered: try again;
Rejected: never again. Anything else is the service's own failure, and ends it."""


class Outbox:
    """The outbox of one plug-in, in the file of that worker."""

    def __init__(self, worker: Worker, clock: Clock, limits: Limits | None = None) -> None:
        self._worker = worker
        self._clock = clock
        self._limits = limits or Limits()
        self._put = asyncio.Event()

    async def put(self, id: str, topic: str, body: bytes) -> bool:
        """Have it delivered; durable on return. False where it is, or was, in here already.

        OutboxFull where there is no room.
        """
        now, limits = self._clock.utc(), self._limits

        def put(db: apsw.Connection) -> bool:
            for table in ("message", "delivered"):
                if db.execute(f"SELECT 1 FROM {table} WHERE id = ?", (id,)).get:
                    return False
            sums = "SELECT count(*), coalesce(sum(length(body)), 0) FROM message"
            ((count, size),) = db.execute(sums)
            if count >= limits.messages or size + len(body) > limits.bytes:
                raise OutboxFull(f"{count} messages of {size} bytes wait")
            db.execute(
                f"INSERT INTO message ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0, '')",
                (id, topic, body, now, now),
            )
            return True

        new = await self._worker.do(put)
        self._put.set()
        return new

    def look(self) -> None:
        """Look at once at what is due: the clock was set, say."""
        self._put.set()

    async def waiting(self, topic: str | None = None) -> Waiting:
        """What waits for its delivery, under that topic or at all."""
        sql = """
            SELECT count(*), coalesce(min(made), 0),
                coalesce((SELECT error FROM message WHERE ?1 IN (topic, '') AND error != ''
                    ORDER BY place LIMIT 1), '')
            FROM message WHERE ?1 IN (topic, '')
        """

        def count(db: apsw.Connection) -> Waiting:
            ((messages, oldest, error),) = db.execute(sql, (topic or "",))
            return Waiting(messages, oldest, error)

        return await self._worker.do(count)

    async def deliver(self, topic: str, send: Send, rules: DeliveryRules = ORDINARY) -> NoReturn:
        """Send what is put under that topic, in order, for ever.

        What cannot be delivered is waited for by what was put behind it: a recovery is not told
        before its failure. An attempt that ended the agent, or the service, is not: it is the only
        one passed over. So whatever must not wait for one another has a topic of its own.
        """
        task = asyncio.current_task()
        while True:
            # Python 3.11's wait_for, in whatever sends, loses one that comes with an answer.
            if task and task.cancelling():
                raise asyncio.CancelledError
            self._put.clear()
            message, pause = await self._begun(topic, rules)
            if message is None:
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(pause, ROUND)):
                        await self._put.wait()
                continue
            try:
                async with asyncio.timeout(rules.patience):
                    await send(message)
            except Rejected as error:
                log.error("%s %s is given up: %s", topic, message.id, error)
                await self._settle(message, str(error) or "rejected")
            except (OSError, NotDelivered) as error:  # a TimeoutError is an OSError
                log.warning("%s %s was not delivered: %s", topic, message.id, error or "no answer")
                await self._note(message, str(error) or "no answer in time")
            else:
                await self._settle(message, "")

    async def _begun(self, topic: str, rules: DeliveryRules) -> tuple[Message | None, float]:
        """The message to try now, its attempt on the disk; or None, and the seconds to wait."""
        now = self._clock.utc()

        def begin(db: apsw.Connection) -> tuple[Message | None, float]:
            recent = "SELECT at FROM delivered WHERE topic = ? AND at > ? AND rejected = ''"
            delivered = (at for (at,) in db.execute(recent, (topic, now - HOUR)))
            if not has_room(delivered, rules, now):
                return None, ROUND
            sql = "SELECT id, due, error FROM message WHERE topic = ? ORDER BY place"
            soonest = ROUND
            for id, due, error in db.execute(sql, (topic,)):
                waiting = Message(id=id, topic=topic, body=b"", made=0, due=due)
                if is_due(waiting, rules, now):
                    return _marked(db, id, rules, now), 0.0
                soonest = min(soonest, waits(waiting, rules, now))
                if error != UNKNOWN:
                    break
            return None, soonest

        return await self._worker.do(begin)

    async def _note(self, message: Message, error: str) -> None:
        def note(db: apsw.Connection) -> None:
            db.execute("UPDATE message SET error = ? WHERE id = ?", (error, message.id))

        await self._worker.do(note)

    async def _settle(self, message: Message, rejected: str) -> None:
        """Delivered, or given up: in either case never again."""
        now = self._clock.utc()

        def settle(db: apsw.Connection) -> None:
            db.execute("DELETE FROM message WHERE id = ?", (message.id,))
            db.execute(
                "INSERT OR IGNORE INTO delivered (id, topic, at, rejected) VALUES (?, ?, ?, ?)",
                (message.id, message.topic, now, rejected),
            )
            db.execute(
                "DELETE FROM delivered WHERE place <= (SELECT max(place) FROM delivered) - ?",
                (REMEMBERED,),
            )

        await self._worker.do(settle)


def _marked(db: apsw.Connection, id: str, rules: DeliveryRules, now: int) -> Message:
    """The message, with its attempt noted as one of which nobody knows the end."""
    (row,) = db.execute(f"SELECT {_COLUMNS} FROM message WHERE id = ?", (id,))
    message = Message(**dict(zip(_COLUMNS.split(", "), row, strict=True)))
    marked = failed(message, UNKNOWN, rules, now)
    db.execute(
        "UPDATE message SET due = ?, attempts = ?, error = ? WHERE id = ?",
        (marked.due, marked.attempts, marked.error, id),
    )
    return marked
