"""Events of grants: who let another program on the box do what, what it did, when that was over."""

from typing import ClassVar

from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.values import Answer, GrantEnd, GrantLevel


class GrantGiven(Event, frozen=True, kw_only=True):
    """Rights for one purpose, for whoever shows the secret whose SHA-256 is `digest`.

    `scope` has acts, or the first word of acts. It ends after `seconds`, at `until` microseconds of
    UTC at the latest. `by` is the clerk whose PIN gave it; 0: someone at the box itself, as its
    user or root. A `token` of the local API has the name that the shop gave it, and allows the acts
    of its scope alone.
    """

    kind: ClassVar[str] = "grant.given"
    grant: int
    purpose: str
    level: GrantLevel
    scope: tuple[str, ...]
    seconds: int
    until: int
    digest: str
    by: int = 0
    token: str = ""


class GrantUsed(Event, frozen=True, kw_only=True):
    """What follows was done by this grant; 0: by someone at the box itself. `act` says what."""

    kind: ClassVar[str] = "grant.used"
    grant: int
    act: str


class GrantEnded(Event, frozen=True, kw_only=True):
    """A grant is over. `by` is the clerk who ended it; 0: its holder, the clock, or someone at the
    box itself.
    """

    kind: ClassVar[str] = "grant.ended"
    grant: int
    why: GrantEnd
    by: int = 0


class SupportOpened(Event, frozen=True, kw_only=True):
    """A supporter who knew the consent's code is in, by that grant. `who` and `key` are the id and
    the fingerprint of his certificate, as the agent tells.
    """

    kind: ClassVar[str] = "support.opened"
    grant: int
    who: str
    key: str


class SupportRefused(Event, frozen=True, kw_only=True):
    """Somebody came with a wrong code for that grant, for the so many times; `who` as his
    certificate says.
    """

    kind: ClassVar[str] = "support.refused"
    grant: int
    times: int
    who: str


class SupportCommanded(Event, frozen=True, kw_only=True):
    """A supporter's command before it is done: his line, and what it is in the shop's words.

    `refused`: it is above what was granted, or the counter said no, so nothing is done.
    """

    kind: ClassVar[str] = "support.commanded"
    grant: int
    line: str
    words: str
    refused: bool = False


class SupportAnswered(Event, frozen=True, kw_only=True):
    """What the shop said to its supporter: to a question, or by itself where `asked` is empty."""

    kind: ClassVar[str] = "support.answered"
    grant: int
    asked: str
    answer: Answer
    by: int = 0


class SupportClosed(Event, frozen=True, kw_only=True):
    """A session is over. `recording` is the SHA-256 of what was shown in it, in hexadecimal; empty
    where there is none, as after a power cut. `undone` is what did not come to its end.
    """

    kind: ClassVar[str] = "support.closed"
    grant: int
    recording: str
    undone: str = ""


SUPPORT_EVENTS = (SupportOpened, SupportRefused, SupportCommanded, SupportAnswered, SupportClosed)

GRANT_EVENTS: tuple[type[Event], ...] = (GrantGiven, GrantUsed, GrantEnded, *SUPPORT_EVENTS)
