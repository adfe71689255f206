"""`org.posterminal.Agent`: what the agent answers to its own user and to root, over Varlink.

Moments are µs UTC: the agent may not know the shop's zone yet.
"""

from msgspec import Struct

from pos_terminal.channel.interface import Method, Nothing

INTERFACE = "org.posterminal.Agent"


class OpenIncident(Struct, frozen=True, kw_only=True):
    """An incident that is there. `cause` is the code of the one that silences it; `muted` is until
    when nobody is told of its subject, 0 for not at all.
    """

    subject: str
    code: str
    detail: str
    since: int
    reports: int
    flapping: bool
    cause: str
    muted: int


class Outgoing(Struct, frozen=True):
    """What waits in a plug-in's outbox: how many, since when, and what the last attempt said."""

    plugin: str
    messages: int
    oldest: int
    error: str


class Alerts(Struct, frozen=True):
    """What is wrong, and what has not gone out yet; `zone` is the shop's, empty where unknown."""

    now: int
    zone: str
    incidents: list[OpenIncident]
    outgoing: list[Outgoing]


class HistoryAsked(Struct, frozen=True):
    """The last `limit` changes, of one subject where one is named."""

    subject: str | None = None
    limit: int | None = None


class ToldChange(Struct, frozen=True):
    """A change of the table: opened, repeated, flapping, recovered."""

    at: int
    what: str
    subject: str
    code: str
    detail: str


class History(Struct, frozen=True):
    """Changes, the oldest first."""

    changes: list[ToldChange]


class MuteAsked(Struct, frozen=True):
    """Tell nobody of that subject for so many seconds; 0: tell again."""

    subject: str
    seconds: int


ALERTS = Method(f"{INTERFACE}.Alerts", Nothing, Alerts)
HISTORY = Method(f"{INTERFACE}.History", HistoryAsked, History)
MUTE = Method(f"{INTERFACE}.Mute", MuteAsked, Nothing)
TEST = Method(f"{INTERFACE}.Test", Nothing, Nothing)
METHODS = (ALERTS, HISTORY, MUTE, TEST)
