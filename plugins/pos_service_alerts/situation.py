"""What is known at the moment in which something is told: of the shop, the till, the subject."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.agent.till import Contact
from pos_terminal.agent.world import Agent
from pos_terminal.channel.interface import Status
from pos_terminal.domain.health.incidents import Incident


class Situation(Struct, frozen=True, kw_only=True):
    """Facts for a letter. `selling` is None where nobody knows; `why` says why it does not.

    `good` is when the subject last worked, local time; `kind` and `identity` are a device's;
    `consequences` are incidents that follow from this one; `lines` are the till's last log lines,
    already rid of secrets.
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
    consequences: tuple[str, ...] = ()
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
        why=tuple(f"{each.code} {each.text}" for each in there.faults) if there else (),
        lines=lines,
    )  # fmt: skip
    return _with_subject(known, agent, about, last) if about else known


def _with_subject(
    known: Situation, agent: Agent, about: Incident, last: Status | None
) -> Situation:
    """With what the till last told of the incident's subject, and what follows from it."""
    follow = (row for row in agent.incidents if row.cause == about.code)
    known = replace(known, consequences=tuple(f"{row.code} {row.subject}" for row in follow))
    if last and about.subject == "till":
        return replace(known, good=last.now)
    for device in last.devices if last else ():
        if device.name == about.subject:
            good, identity = device.good or "", device.identity
            return replace(known, good=good, kind=device.kind, identity=identity)
    return known
