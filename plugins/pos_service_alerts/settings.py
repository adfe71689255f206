"""What the shop's technician says of the mails: `[service.alerts]`."""

import re
from enum import StrEnum

from msgspec import Struct

from pos_terminal.agent.https import target
from pos_terminal.domain.language import say

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""What HTML's <input type=email> takes: no quotes, comments or blanks, and nothing that a header
would be broken by."""

_HOUR = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")

MOST = 8
"""Recipients: each is a task, and a connection of its own."""


class Security(StrEnum):
    """How the connection to the mail server is encrypted. One that is not is not offered."""

    TLS = "tls"
    STARTTLS = "starttls"


class Login(StrEnum):
    """How the terminal shows who it is: with the secret `alerts-password`, or an access token that
    others renew (`alerts-token`), or the terminal itself (`token_url`).
    """

    PASSWORD = "password"
    XOAUTH2 = "xoauth2"
    NONE = "none"


class Severity(StrEnum):
    """From which severity on somebody is told: of everything, or of what stops the sale."""

    WARNING = "warning"
    ALARM = "alarm"


class Recipient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is mailed. `subjects` are patterns of what about: a device's name, «till», «disk*»."""

    address: str
    severity: Severity = Severity.WARNING
    subjects: tuple[str, ...] = ("*",)

    def __post_init__(self) -> None:
        _must_be_address(self.address)


class AlertsSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The mail server, who is told, and how often.

    `user` signs on there, `sender` is who writes; `ca` is a file with the one authority whose
    certificates are taken, the system's where there is none. `an_hour` is how many mails one
    recipient gets in an hour; `digest` is the local time of the daily one, empty for none.
    `token_url` is where the provider renews access tokens, for `client_id` and, where it wants one,
    `scope`; `token_hosts` and `token_ca` say whom it may be, as for the webhook.
    """

    server: str
    port: int = 465
    security: Security = Security.TLS
    login: Login = Login.PASSWORD
    user: str = ""
    sender: str
    ca: str = ""
    recipients: tuple[Recipient, ...]
    an_hour: int = 10
    digest: str = "07:00"
    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    token_hosts: tuple[str, ...] = ()
    token_ca: str = ""

    def __post_init__(self) -> None:
        _must_be_address(self.sender)
        if not 1 <= len(self.recipients) <= MOST:
            raise ValueError(say("recipients : de 1 à {most}", most=MOST))
        if len({each.address for each in self.recipients}) < len(self.recipients):
            raise ValueError(say("recipients : une adresse y est deux fois"))
        if self.login is not Login.NONE and not self.user:
            raise ValueError(say('user : qui s\'identifie y a un nom ; sans, login = "none"'))
        if self.token_url:
            target(self.token_url)
            if self.login is not Login.XOAUTH2 or not self.client_id:
                raise ValueError(say('token_url : avec login = "xoauth2" et un client_id'))
        if self.an_hour < 1:
            raise ValueError(say("an_hour : 1 ou plus"))
        if self.digest and not _HOUR.fullmatch(self.digest):
            raise ValueError(say("digest : une heure comme «07:00», ou rien"))

    @property
    def domain(self) -> str:
        """The sender's: it stands in the ids of mails, and greets the server."""
        return self.sender.rpartition("@")[2]


def topic(address: str) -> str:
    """What a recipient's mails are put into the outbox under."""
    return f"to:{address}"


def address_of(topic: str) -> str:
    """The other way round."""
    return topic.removeprefix("to:")


def _must_be_address(text: str) -> None:
    if len(text) > 254 or not ADDRESS.fullmatch(text):  # RFC 5321, 4.5.3.1.3
        raise ValueError(say("{text!r} n'est pas une adresse de courriel", text=text))
