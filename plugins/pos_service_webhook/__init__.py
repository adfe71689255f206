"""Tells a program, by a signed call, what the table of incidents tells people.

Each change is one POST of JSON, signed as Standard Webhooks has it (<https://www.standardwebhooks.com>):
`webhook-id` is the same at every attempt, so that a repetition is known by it.
"""

import asyncio
from collections.abc import Iterable
from functools import partial

import msgspec
from msgspec import Struct

from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.delivery import DeliveryRules, Message
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.https import BadTarget, target
from pos_terminal.agent.outbox import NotDelivered, OutboxFull, Rejected
from pos_terminal.agent.signed_call import NEVER, signed
from pos_terminal.agent.world import Agent
from pos_terminal.domain import faults
from pos_terminal.domain.health.incidents import Change

TOPIC, SUBJECT, PLACE = "changes", "webhook", "place"
SECRET = "webhook-secret"
FULL = 60.0
"""Seconds until an outbox that is full is tried again."""

SCHEMA = "CREATE TABLE known (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"


class WebhookSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to. `hosts` are names that may be in the shop's own network; `ca` is a file with the
    one authority that is taken, the system's where there is none.
    """

    url: str
    hosts: tuple[str, ...] = ()
    ca: str = ""

    def __post_init__(self) -> None:
        target(self.url)


class Told(Struct, frozen=True):
    """What is sent. Moments are µs UTC; `what` is opened, repeated, flapping or recovered."""

    store: str
    terminal: str
    at: int
    what: str
    subject: str
    code: str
    text: str
    since: int
    detail: str


class Webhook:
    """Puts changes into the outbox, and calls."""

    def __init__(self, agent: Agent, settings: WebhookSettings) -> None:
        self._agent = agent
        self._settings = settings
        self._server = CalledServer(
            agent, SUBJECT, settings.url, ca=settings.ca, hosts=settings.hosts
        )
        self._store = agent.store("told", SCHEMA)

    async def collect(self) -> None:
        """Put each change into the outbox, from where it was left."""
        newest = self._agent.incidents.place
        sql = "SELECT value FROM known WHERE name = ?"
        kept = await self._store.do(lambda db: db.execute(sql, (PLACE,)).get)
        after = newest if kept is None else min(int(str(kept)), newest)
        async for place, change in self._agent.incidents.changes(after):
            if not self._agent.incidents.muted_until(change.incident.subject):
                await self._put(f"{place}.{change.at}", self._told(change))
            await self._move(place)

    async def _move(self, place: int) -> None:
        sql = "INSERT OR REPLACE INTO known VALUES (?, ?)"
        await self._store.do(lambda db: db.execute(sql, (PLACE, place)).fetchall())

    async def _put(self, id: str, body: bytes) -> None:
        while True:
            try:
                await self._agent.outbox.put(id, TOPIC, body)
            except OutboxFull as error:
                self._agent.incidents.report(SUBJECT, faults.CALL_REFUSED, str(error))
                await asyncio.sleep(FULL)
            else:
                return

    def _told(self, change: Change) -> bytes:
        row, given = change.incident, self._agent.given
        told = Told(
            given.store, given.terminal, change.at, change.what.value, row.subject, row.code,
            row.fault.text, row.since, self._agent.redacted(row.detail),
        )  # fmt: skip
        return msgspec.json.encode(told)

    async def send(self, message: Message) -> None:
        """Call once. NotDelivered: later; Rejected: never again."""
        headers = signed(message, self._agent.secret(SECRET), self._agent.clock.utc())
        try:
            answer = await self._server.call(message.body, headers)
        except (OSError, BadTarget) as error:
            self._agent.incidents.report(SUBJECT, faults.CALL_REFUSED, str(error)[:200])
            raise NotDelivered(str(error)) from error
        status = answer.status
        if not 200 <= status < 300:
            self._agent.incidents.report(SUBJECT, faults.CALL_REFUSED, f"HTTP {status}")
            if status in NEVER:
                raise Rejected(f"HTTP {status}")
            raise NotDelivered(f"HTTP {status}")
        self._agent.incidents.recover(SUBJECT, faults.CALL_REFUSED)


@hookimpl
def pos_settings() -> type[WebhookSettings]:
    """What `[service.webhook]` is held to."""
    return WebhookSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """What collects, and what calls."""
    webhook = Webhook(agent, agent.settings(WebhookSettings))
    yield Service("changes", webhook.collect)
    rules = DeliveryRules(patience=120)
    deliver = partial(agent.outbox.deliver, TOPIC, webhook.send, rules)
    yield Service("calls", deliver, silence=3 * rules.patience)
