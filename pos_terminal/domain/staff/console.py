"""Signing in to the owner's console, turned round: what is asked for, and by which digits. Pure.

A browser shows the digits, a person types them at the counter with a PIN. So no page ever asks for
a secret, and nobody on the network can try one.
"""

from msgspec import Struct

from pos_terminal.domain.events.values import ConsoleRole, GrantLevel

PURPOSE = "console"
"""Of the grants by which somebody is signed in."""

CODE_LENGTH = 6
"""Digits of a code, the first of which is no 0; more than any grant's number has."""

CODE_SECONDS = 180
"""For how long a code may be typed."""

AT_ONCE = 8
"""Codes that may be shown at once: whoever guesses at the counter has one chance in 100,000."""

SECONDS = 12 * 3600
"""For how long somebody is signed in: a working day."""


LEVELS = {ConsoleRole.MANAGER: GrantLevel.CONTROL, ConsoleRole.TECHNICIAN: GrantLevel.DIAGNOSE}
"""What each is granted. A manager tests devices, too."""

CLERK_ACTS = (
    "clerk.list", "clerk.enrol", "clerk.renew", "clerk.rights", "clerk.badge-print", "clerk.remove",
)  # fmt: skip
"""Of the acts on clerks those that need no secret from a page: a PIN is typed at the counter, and a
badge is made and printed by the till."""

SETTING_ACTS = ("settings.check-own", "settings.try-own", "settings.keep", "settings.return")
"""Of the acts on settings those on the owner's own, and the end of a trial, as at the counter."""

SCOPES: dict[ConsoleRole, tuple[str, ...]] = {
    ConsoleRole.MANAGER: (
        "catalog", "ticket", "period", "token", "export", "customer", *CLERK_ACTS,
        *SETTING_ACTS,
    ),
    ConsoleRole.TECHNICIAN: (),
}
"""The acts of each, by the first word of their names."""


class PinAsked(Struct, frozen=True):
    """A clerk's new PIN is to be typed at the counter, by whoever knows these digits of a page."""

    code: str
    clerk: int
