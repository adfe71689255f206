"""What the till and the service «console» tell each other: who signs in, where the pages are."""

from msgspec import Struct

from pos_terminal.domain.events.values import ConsoleRole


class SignInAsked(Struct, frozen=True):
    """Somebody is at a browser, and wants to be let in as that."""

    role: ConsoleRole


class SignedIn(Struct, frozen=True):
    """First the digits to be typed at the counter; then the grant, and whose PIN gave it."""

    code: str | None = None
    number: int | None = None
    grant: str | None = None
    until: str | None = None
    by: int | None = None


class ConsoleAsked(Struct, frozen=True):
    """Where the pages are («https://caisse.local:8443/»), by a name of the till's own settings, and
    the SHA-256 of their certificate, in hexadecimal.
    """

    address: str
    fingerprint: str


class CatalogAsked(Struct, frozen=True):
    """A catalogue by its SHA-256, the one in force where none is named."""

    sha256: str | None = None


class CatalogText(Struct, frozen=True):
    """Its SHA-256, and the file's bytes, deflated (RFC 1950)."""

    sha256: str
    deflated: bytes
