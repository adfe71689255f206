"""What the API lets read of the till: how it fares, its devices and incidents, its records."""

from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from pos_service_console.api.endpoint import Asked, Endpoint, Given
from pos_terminal.agent.world import Agent
from pos_terminal.channel import interface
from pos_terminal.channel.interface import RECORDS, STATUS, Record, RecordsAsked
from pos_terminal.domain.health.incidents import Incident
from pos_terminal.domain.language import say

LIMIT = 100
"""Of what is listed, in one answer."""

LARGEST = 1 << 53
"""Numbers that every language's JSON can hold."""

Seq = Annotated[int, msgspec.Meta(ge=0, lt=LARGEST)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=LIMIT)]


class Fault(Struct, frozen=True):
    """What is wrong: its code (docs/faults.md), in the till's language, and what to do."""

    code: str
    text: str
    remedy: str


class Status(Struct, frozen=True):
    """How the till fares. Not `selling`: then `faults` say why. Times are local, with offset."""

    version: str
    store: str
    terminal: str
    since: str
    now: str
    clock: str
    selling: bool
    open_sales: int
    records: int
    last_ticket: str | None
    last_closure: str | None
    faults: list[Fault]


class Device(Struct, frozen=True):
    """A device, its class and its state: `idle`, `closed` or `error`."""

    name: str
    kind: str
    state: str
    since: str
    fault: Fault | None


class Devices(Struct, frozen=True):
    """All that are configured."""

    devices: list[Device]


class OpenIncident(Struct, frozen=True):
    """Something that is wrong on the box."""

    subject: str
    code: str
    text: str
    cause: str
    remedy: str
    since: str
    detail: str


class OpenIncidents(Struct, frozen=True):
    """All that are open."""

    incidents: list[OpenIncident]


class Event(Struct, frozen=True):
    """A record of the journal: `record` as it stands there, `hash` its SHA-256 in hexadecimal."""

    seq: int
    kind: str
    hash: str
    record: dict[str, Any]


class Events(Struct, frozen=True):
    """Records in order. `last` is the journal's last, `purged` the last that is here no more."""

    events: list[Event]
    last: int
    purged: int


class Behind(Struct, frozen=True, forbid_unknown_fields=True):
    """Records behind number `after`, at most `limit`."""

    after: Seq = 0
    limit: Limit = LIMIT


class Reading:
    """Answers them."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    def endpoints(self) -> list[Endpoint]:
        """What it answers."""
        return [
            Endpoint(method="GET", path="/status", scope="status.read", gives=Status,
                     does="How the till fares", answer=self._status),
            Endpoint(method="GET", path="/devices", scope="status.read", gives=Devices,
                     does="Each device and its state", answer=self._devices),
            Endpoint(method="GET", path="/incidents", scope="status.read", gives=OpenIncidents,
                     does="What is wrong on the box, and what to do", answer=self._incidents),
            Endpoint(method="GET", path="/events", scope="events.read", gives=Events,
                     query=Behind, does="The journal's records, from any number on",
                     answer=self._events),
        ]  # fmt: skip

    async def _status(self, _: Asked) -> Given:
        told = await self._agent.till.call(STATUS, interface.Nothing())
        return Given(
            Status(
                told.version, told.store, told.terminal, told.since, told.now, told.trust,
                told.selling, told.open_sales, told.head.seq if told.head else 0,
                told.last_ticket.number if told.last_ticket else None,
                told.last_closure.label if told.last_closure else None,
                [_fault(each) for each in told.faults],
            )
        )  # fmt: skip

    async def _devices(self, _: Asked) -> Given:
        told = await self._agent.till.call(STATUS, interface.Nothing())
        return Given(Devices([
            Device(each.name, each.kind, each.state, each.since,
                   _fault(each.fault) if each.fault else None)
            for each in told.devices
        ]))  # fmt: skip

    async def _incidents(self, _: Asked) -> Given:
        return Given(OpenIncidents([self._incident(each) for each in self._agent.incidents]))

    def _incident(self, each: Incident) -> OpenIncident:
        since = datetime.fromtimestamp(each.opened[-1] / 1e6, UTC)
        local = since.astimezone(ZoneInfo(self._agent.given.zone))
        return OpenIncident(
            each.subject, each.code, say(each.fault.text), say(each.fault.cause),
            say(each.fault.remedy), local.isoformat(timespec="seconds"),
            self._agent.redacted(each.detail),
        )  # fmt: skip

    async def _events(self, asked: Asked) -> Given:
        query: Behind = asked.query
        found = await self._agent.till.call(RECORDS, RecordsAsked(query.after, query.limit))
        events = [told(each) for each in found.records]
        return Given(Events(events, found.last, found.purged))


def told(record: Record) -> Event:
    """A record as the API tells it; one that was purged has no text any more."""
    text = msgspec.json.decode(record.rec) if record.rec else {}
    return Event(record.seq, record.kind, record.hash.hex(), text)


def _fault(fault: interface.Fault) -> Fault:
    return Fault(fault.code, fault.text, fault.remedy)
