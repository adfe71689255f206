"""Webhooks: a program elsewhere is called with each record of the kinds that it is told of.

The address was typed in the console by whoever was signed in, and by nobody else: no token makes
one. Each stands as long as its grant does, so that it is listed and ended as a token is, at the
counter too. What waits for it then is given up.
"""

import asyncio
import base64
import secrets
from collections.abc import Mapping
from functools import partial
from typing import NoReturn

import apsw
import msgspec
from msgspec import Struct

from pos_service_console.api.reading import Event, told
from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.delivery import DeliveryRules, Message
from pos_terminal.agent.https import BadTarget, target
from pos_terminal.agent.outbox import NotDelivered, OutboxFull, Rejected
from pos_terminal.agent.signed_call import NEVER, signed
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import STATUS, Nothing, Record
from pos_terminal.domain import faults
from pos_terminal.storage.worker import Worker

SCHEMA = """
CREATE TABLE hook (
    number INTEGER PRIMARY KEY, url TEXT NOT NULL, near INTEGER NOT NULL, kinds TEXT NOT NULL,
    secret TEXT NOT NULL, since INTEGER NOT NULL
) STRICT;
"""

KINDS = {
    "tickets": ("sale.closed",),
    "closures": ("period.closed",),
    "stock": ("stock.moved",),
    "orders": ("order.noted", "order.agreed", "order.ended", "deposit.moved"),
    "catalog": ("catalog.changed",),
}
"""What a program may be told of: kinds of records, by a word."""

SCOPE = "events.read"
"""Of the grant that a webhook stands by."""

RULES = DeliveryRules(pauses=(2, 30, 300, 900, 3600), patience=60)

LOOK = 2.0
"""Seconds between two looks at which there are."""

FULL = 60.0
"""Seconds until an outbox that is full is tried again."""

SELDOM = 200
"""Records between two times that the place in the journal is written down, where nobody is told."""


class Hook(Struct, frozen=True):
    """One: the number of its grant, its address, whether that may be in the shop's own network, the
    words of what it is told of, its secret, and the record behind which it begins.
    """

    number: int
    url: str
    near: bool
    kinds: str
    secret: str
    since: int

    @property
    def topic(self) -> str:
        """Its own in the outbox: none waits for another."""
        return f"hook.{self.number}"

    def wants(self, record: Record) -> bool:
        """Whether it is told of it."""
        wanted = (kind for word in self.kinds.split() for kind in KINDS[word])
        return record.seq > self.since and record.kind in wanted


class Called(Struct, frozen=True):
    """What is sent: whose terminal, and the record."""

    store: str
    terminal: str
    event: Event


class Hooks:
    """All of them, by their store."""

    def __init__(self, store: Worker) -> None:
        self._store = store

    async def all(self) -> list[Hook]:
        """They, oldest first."""
        columns = Hook.__struct_fields__
        sql = f"SELECT {', '.join(columns)} FROM hook ORDER BY number"
        rows = await self._store.do(lambda db: db.execute(sql).fetchall())
        # SQLite has no truth of its own, but 0 and 1: not strict.
        return [
            msgspec.convert(dict(zip(columns, row, strict=True)), Hook, strict=False)
            for row in rows
        ]

    async def add(self, hook: Hook) -> None:
        """Keep it."""
        values = msgspec.structs.astuple(hook)

        def add(db: apsw.Connection) -> None:
            db.execute("INSERT INTO hook VALUES (?, ?, ?, ?, ?, ?)", values)

        await self._store.do(add)

    async def forget(self, number: int) -> None:
        """It is over."""

        def forget(db: apsw.Connection) -> None:
            db.execute("DELETE FROM hook WHERE number = ?", (number,))

        await self._store.do(forget)


def new_secret() -> str:
    """A secret as Standard Webhooks writes them."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


class HookService:
    """Puts records into the outbox, and calls. `ca` is a file with the one authority that is taken;
    the system's where there is none.
    """

    def __init__(self, agent: Agent, hooks: Hooks, ca: str) -> None:
        self._agent = agent
        self._hooks = hooks
        self._ca = ca
        self._present: Mapping[int, Hook] = {}
        self._begun: set[int] = set()

    async def collect(self) -> NoReturn:
        """Put each record that somebody is told of into the outbox, from where it was left."""
        cursor = await self._agent.cursor("hooks")
        async for record in self._agent.records(cursor):
            wanted = [each for each in await self._hooks.all() if each.wants(record)]
            for hook in wanted:
                await self._put(hook, record)
            if wanted or record.seq % SELDOM == 0:
                await cursor.move(record)
        raise AssertionError("records end never")

    async def _put(self, hook: Hook, record: Record) -> None:
        given = self._agent.given
        body = msgspec.json.encode(Called(given.store, given.terminal, told(record)))
        while True:
            try:
                await self._agent.outbox.put(f"{hook.number}-{record.seq}", hook.topic, body)
            except OutboxFull as error:
                self._agent.incidents.report(hook.topic, faults.CALL_REFUSED, str(error))
                await asyncio.sleep(FULL)
            else:
                return

    async def call(self) -> NoReturn:
        """Call each, beside the others; one whose grant is over is called no more."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._present = {each.number: each for each in await self._hooks.all()}
                for hook in self._present.values():
                    if await self._is_over(hook.number):
                        await self._hooks.forget(hook.number)
                    elif hook.number not in self._begun:
                        self._begun.add(hook.number)
                        send = partial(self._send, self._server(hook))
                        group.create_task(self._agent.outbox.deliver(hook.topic, send, RULES))
                await asyncio.sleep(LOOK)

    async def _is_over(self, number: int) -> bool:
        """Whether its grant is over, as the till says now; one that is away ends nothing."""
        try:
            status = await self._agent.till.call(STATUS, Nothing())
        except ChannelError:
            return False
        return status.head is not None and number not in {each.number for each in status.grants}

    def _server(self, hook: Hook) -> CalledServer:
        near = (target(hook.url).host,) if hook.near else ()
        return CalledServer(self._agent, hook.topic, hook.url, ca=self._ca, hosts=near)

    async def _send(self, server: CalledServer, message: Message) -> None:
        """Call once. NotDelivered: later; Rejected: never again."""
        number = int(message.topic.removeprefix("hook."))
        hook = self._present.get(number)
        if hook is None or await self._is_over(number):
            raise Rejected("ended")
        headers = signed(message, hook.secret, self._agent.clock.utc())
        try:
            answer = await server.call(message.body, headers)
        except (OSError, BadTarget) as error:
            self._failed(hook, str(error))
            raise NotDelivered(str(error)) from error
        if 200 <= answer.status < 300:
            self._agent.incidents.recover(hook.topic, faults.CALL_REFUSED)
            return
        self._failed(hook, f"HTTP {answer.status}")
        failure = Rejected if answer.status in NEVER else NotDelivered
        raise failure(f"HTTP {answer.status}")

    def _failed(self, hook: Hook, why: str) -> None:
        self._agent.incidents.report(hook.topic, faults.CALL_REFUSED, why[:200])
