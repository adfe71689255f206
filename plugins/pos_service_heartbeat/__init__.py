"""Says every few minutes that the box lives, so that its silence is noticed elsewhere.

With the secret `heartbeat-token` it is a POST of JSON with a counter that only grows; without, the
bare call of a URL, as services of the kind of Healthchecks have them.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NoReturn
from zoneinfo import ZoneInfo

import apsw
import msgspec
from msgspec import Struct

from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.hookspecs import Service, hookimpl
from pos_terminal.agent.https import BadTarget, target
from pos_terminal.agent.till import Contact
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Settings, Status
from pos_terminal.domain import faults
from pos_terminal.domain.health.opening import next_open, next_opening, openings
from pos_terminal.domain.language import say

SUBJECT = "heartbeat"
SECRET = "heartbeat-token"
AGAIN = 30.0
"""Seconds until one that failed is tried again: what it says is out of date by then, so there is
no queue."""

MISSED = 3
"""Failures in a row before they are said: a line that is reset each night is no incident."""

SCHEMA = "CREATE TABLE beat (place INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL) STRICT;"


class HeartbeatSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to, and every how many seconds. `plain`: the URL alone, without token and facts.

    `hosts` are names that may be in the shop's own network; `ca` is a file with the one authority
    that is taken, the system's where there is none.
    """

    url: str
    every: int = 300
    plain: bool = False
    hosts: tuple[str, ...] = ()
    ca: str = ""

    def __post_init__(self) -> None:
        target(self.url)
        if self.every < 10:
            raise ValueError(say("every : 10 secondes ou plus"))


class Beat(Struct, frozen=True, kw_only=True):
    """What is sent: how the box fares, and no figure of the shop's. `selling` is None where the
    till does not answer; `utc` is in µs. `closed` and `opens` say when to expect it
    (domain/health/silence).
    """

    store: str
    terminal: str
    counter: int
    utc: int
    trusted: bool
    selling: bool | None
    version: str
    incidents: list[str]
    last_closure: str
    last_backup: str
    exposed: int | None
    closed: bool = False
    opens: int | None = None


class Heartbeat:
    """Sends it."""

    def __init__(self, agent: Agent, settings: HeartbeatSettings) -> None:
        self._agent = agent
        self._settings = settings
        self._server = CalledServer(
            agent, SUBJECT, settings.url, ca=settings.ca, hosts=settings.hosts
        )
        self._store = agent.store("beats", SCHEMA)
        self._failures = 0

    async def run(self) -> NoReturn:
        """Send one after the other."""
        while True:
            sent = await self.beat()
            await asyncio.sleep(self._settings.every if sent else AGAIN)

    async def beat(self) -> bool:
        """Send one; whether it has arrived."""
        headers, body = {}, b""
        if not self._settings.plain:
            headers = {"Authorization": f"Bearer {self._agent.secret(SECRET)}"}
            body = msgspec.json.encode(self._beat(await self._counter()))
        try:
            answer = await self._server.call(body, headers)
        except (OSError, BadTarget) as error:
            return self._missed(str(error))
        if not 200 <= answer.status < 300:
            return self._missed(f"HTTP {answer.status}")
        self._failures = 0
        self._agent.incidents.recover(SUBJECT, faults.BEAT_REFUSED)
        return True

    def _missed(self, why: str) -> bool:
        self._failures += 1
        if self._failures >= MISSED:
            self._agent.incidents.report(SUBJECT, faults.BEAT_REFUSED, why[:200])
        return False

    async def _counter(self) -> int:
        """A number larger than any before, also over restarts and a clock that is set back."""
        now = self._agent.clock.utc()

        def next_number(db: apsw.Connection) -> int:
            db.execute("INSERT INTO beat (at) VALUES (?)", (now,))
            place = db.last_insert_rowid()
            db.execute("DELETE FROM beat WHERE place < ?", (place,))
            return place

        return await self._store.do(next_number)

    def _beat(self, counter: int) -> Beat:
        link, last, given = self._agent.till.link, self._agent.till.last, self._agent.given
        there = link.status if link.contact is Contact.THERE else None
        closure = last.last_closure.label if last and last.last_closure else ""
        now, closed = self._agent.clock.utc(), is_closed(last)
        return Beat(
            store=given.store, terminal=given.terminal, counter=counter,
            utc=now, trusted=self._agent.clock.trusted(),
            selling=there.selling if there else None, version=last.version if last else "",
            incidents=sorted({row.code for row in self._agent.incidents if not row.cause}),
            last_closure=closure, last_backup=(last.last_backup or "") if last else "",
            exposed=last.head.exposed if last and last.head else None,
            closed=closed, opens=opens(given, now, closed=closed),
        )  # fmt: skip


def is_closed(last: Status | None) -> bool:
    """Whether the till last told of a Z behind which nothing was sold."""
    if last is None or last.last_closure is None or last.open_sales:
        return False
    return last.last_ticket is None or last.last_ticket.at <= last.last_closure.at


def opens(given: Settings, now: int, *, closed: bool) -> int | None:
    """When the shop is open next (µs UTC), or not later than now while it is; None without hours.

    One that has closed its day opens with its next hours, also where these are not over.
    """
    at = datetime.fromtimestamp(now / 1e6, UTC).astimezone(ZoneInfo(given.zone))
    hours = openings(given.hours)
    found = next_opening(hours, at) if closed else next_open(hours, at)
    return None if found is None else round(found.timestamp() * 1e6)


@hookimpl
def pos_settings() -> type[HeartbeatSettings]:
    """What `[service.heartbeat]` is held to."""
    return HeartbeatSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """The one beat."""
    yield Service("beat", Heartbeat(agent, agent.settings(HeartbeatSettings)).run)
