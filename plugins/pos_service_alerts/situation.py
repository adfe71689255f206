"""What is known at the moment in which something is told: of the shop, the till, the subject."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from pos_service_alerts.changed import Changed
from pos_service_alerts.history import History
from pos_terminal.agent.till import Contact
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Status
from pos_terminal.domain.health.incidents import Incident


class Consequence(NamedTuple):
    """An incident that follows from another: its code, what it is about, of which kind."""

    code: str
    subject: str
    kind: str = ""


class Situation(Struct, frozen=True, kw_only=True):
    """Facts for a letter. `selling` is None where nobody knows; `why` has the codes of why not.

    `phone` is whom the shop calls; `good` is when the subject last worked, local time; `kind` and
    `identity` are a device's; `consequences` are incidents that follow from this one; `changes` is
    what changed from `changes_since` (local time) on, None where nobody knows; `lines` are the
    till's last log lines, already rid of secrets.
    """

    shop: str
    store: str
    terminal: str
    zone: str
    version: str
    now: int
    trusted: bool
    selling: bool | None
    why: tuple[str, ...] = ()
    good: str = ""
    kind: str = ""
    identity: str = ""
    consequences: tuple[Consequence, ...] = ()
    phone: str = ""
    changes_since: str = ""
    changes: tuple[Changed, ...] | None = None
    lines: tuple[str, ...] = ()

    def local(self, at: int) -> str:
        """That moment (µs UTC) as a local time, ISO 8601."""
        moment = datetime.fromtimestamp(at / 1e6, UTC).astimezone(ZoneInfo(self.zone))
        return moment.isoformat(timespec="seconds")


def situation(agent: Agent, about: Incident | None, lines: tuple[str, ...] = ()) -> Situation:
    """What is known now; `about` is what the letter is about."""
    link, given, last = agent.till.link, agent.given, agent.till.last
    there = link.status if link.contact is Contact.THERE else None
    known = Situation(
        shop=given.shop, store=given.store, terminal=given.terminal, zone=given.zone,
        version=last.version if last else "", now=agent.clock.utc(),
        trusted=agent.clock.trusted(), selling=there.selling if there else None,
        why=tuple(each.code for each in there.faults) if there else (),
        phone=given.phone,
        lines=lines,
    )  # fmt: skip
    return _with_subject(known, agent, about, last) if about else known


def _with_subject(
    known: Situation, agent: Agent, about: Incident, last: Status | None
) -> Situation:
    """With what the till last told of the incident's subject, and what follows from it."""
    kinds = {device.name: device.kind for device in last.devices} if last else {}
    follow = tuple(
        Consequence(row.code, row.subject, kinds.get(row.subject, ""))
        for row in agent.incidents
        if row.cause == about.code
    )
    known = replace(known, consequences=follow)
    if last and about.subject == "till":
        return replace(known, good=last.now)
    for device in last.devices if last else ():
        if device.name == about.subject:
            good, identity = device.good or "", device.identity
            return replace(known, good=good, kind=device.kind, identity=identity)
    return known


BEFORE = timedelta(days=1)
"""How long before the last good moment a change may lie and still be why: what is wrong with a new
catalogue or a new cable shows the next time it is used."""


def with_changes(known: Situation, about: Incident, history: History) -> Situation:
    """With what changed since a day before it last worked, or before it began."""
    good = known.good or known.local(about.since)
    since = (datetime.fromisoformat(good) - BEFORE).isoformat()
    return replace(known, changes_since=since, changes=history.since(since))
