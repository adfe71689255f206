"""Who is signed in, and who waits for digits to be typed. In memory: a restart signs everybody out.

A cookie is worth what its grant is: ended at the counter, by its time or with the till's own word,
it opens nothing any more.
"""

import secrets
from hashlib import sha256

from msgspec import Struct

from pos_terminal.agent.clock import Clock
from pos_terminal.agent.console_pages import Visitor
from pos_terminal.agent.till import Contact, TillClient
from pos_terminal.domain.events.values import ConsoleRole

SESSION, WAITING = "__Host-console", "__Host-waiting"
"""Cookies of this host alone, for TLS alone (RFC 6265bis, section 4.1.3.2)."""

SECONDS = 12 * 3600

SETTLING = 20.0
"""Seconds until the till's status must have named a grant that it has just made."""

A_CODE = 2
"""Codes that one address may be shown at once."""


class Session(Struct):
    """Somebody signed in. `token` is in all her forms; `seen` once the status named the grant."""

    visitor: Visitor
    number: int
    until: str
    token: str
    began: float
    seen: bool = False


class Waiting(Struct):
    """A browser that shows a code. `session` is there once it was typed, `failed` where not."""

    address: str
    role: ConsoleRole
    code: str = ""
    session: str = ""
    failed: str = ""


class Sessions:
    """All of them, by the digests of their cookies."""

    def __init__(self, till: TillClient, clock: Clock) -> None:
        self._till = till
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self.waiting: dict[str, Waiting] = {}

    def wait(self, address: str, role: ConsoleRole) -> tuple[str, Waiting] | None:
        """A browser begins to wait: its cookie. None where its address has enough that do."""
        if sum(each.address == address for each in self.waiting.values()) >= A_CODE:
            return None
        cookie = secrets.token_urlsafe(32)
        self.waiting[_digest(cookie)] = found = Waiting(address, role)
        return cookie, found

    def waits(self, cookie: str) -> Waiting | None:
        """Who waits with that cookie."""
        return self.waiting.get(_digest(cookie))

    def done(self, waits: Waiting) -> None:
        """It waits no more."""
        for key in [key for key, each in self.waiting.items() if each is waits]:
            del self.waiting[key]

    def begin(self, role: ConsoleRole, number: int, grant: str, until: str, by: int) -> str:
        """Somebody is let in: her cookie."""
        cookie, now = secrets.token_urlsafe(32), self._clock.monotonic()
        visitor = Visitor(role, by, grant, _digest(cookie))
        self._sessions[visitor.key] = Session(
            visitor, number, until, secrets.token_urlsafe(24), now
        )
        return cookie

    def of(self, cookie: str) -> Session | None:
        """Who has that cookie, if her grant still stands."""
        found = self._sessions.get(_digest(cookie)) if cookie else None
        if found and not self._stands(found):
            self.end(found)
            return None
        return found

    def end(self, session: Session) -> None:
        """It opens nothing from here on."""
        self._sessions.pop(session.visitor.key, None)

    def _stands(self, session: Session) -> bool:
        age = self._clock.monotonic() - session.began
        if age > SECONDS:
            return False
        status = self._till.last
        named = status is not None and any(
            each.number == session.number for each in status.grants
        )
        session.seen = session.seen or named
        if named or self._till.link.contact is not Contact.THERE:
            return True  # a till that is away changes nothing either: it looks itself
        return not session.seen and age < SETTLING


def _digest(cookie: str) -> str:
    return sha256(cookie.encode()).hexdigest()


