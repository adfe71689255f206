"""What the till and the service «support» tell each other: who is let in, what he does, the end."""

from msgspec import Struct

from pos_terminal.domain.events.values import GrantLevel


class ConsentsAsked(Struct, frozen=True):
    """Whoever follows stands for the shop's support: once he is gone, a consent is over.

    `host_key` is the fingerprint by which a supporter knows this terminal («SHA256:...»); `grant`
    is a consent's that he still holds, after a restart of the till.
    """

    host_key: str
    grant: str | None = None


class Consent(Struct, frozen=True):
    """A consent that stands: the grant's number and level, until when, and the seconds left."""

    number: int
    level: GrantLevel
    until: str
    seconds: int


class ConsentNews(Struct, frozen=True):
    """The consent that stands, or none. `said` is what the shop said just now: yes or no."""

    consent: Consent | None = None
    said: str | None = None


class SessionAsked(Struct, frozen=True):
    """Somebody is there with a certificate: its principal (domain/staff/support), id and
    fingerprint.
    """

    consent: int
    principal: str
    who: str
    key: str


class CommandAsked(Struct, frozen=True):
    """What the supporter wants to have done, before it is: his line, and what that is in the shop's
    words.
    """

    grant: str
    line: str
    words: str
    level: GrantLevel


class SessionEnding(Struct, frozen=True):
    """A session is over: the SHA-256 of its recording, and what did not come to its end. `lost`:
    its line was.
    """

    grant: str
    recording: str
    undone: str | None = None
    lost: bool | None = None


class SupportTrouble(Struct, frozen=True):
    """Why nobody comes, for the display: the code of a fault (B-161 to B-163), while a consent
    stands.
    """

    consent: int
    code: str
