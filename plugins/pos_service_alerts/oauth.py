"""Access tokens for XOAUTH2, renewed by a refresh token (RFC 6749, 6) as mail providers want it.

The refresh token is the secret `alerts-refresh-token`; a provider that gives another with each
answer has the newest one kept in the agent's own directory, for as long as the secret is the same.
"""

import asyncio
from hashlib import sha256
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from pos_service_alerts.book import AlertBook
from pos_service_alerts.settings import AlertsSettings
from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.https import BadTarget
from pos_terminal.agent.outbox import NotDelivered
from pos_terminal.agent.world import Agent

SPARE = 60.0
"""Seconds before its end at which a token is renewed: a mail takes some to be sent."""

SHORT = 300
"""Seconds that a token is taken to be good for where its provider does not say (RFC 6749, 5.1 only
recommends it)."""

SUBJECT = "mail token"
NOTED = "refresh token"
FORM = "application/x-www-form-urlencoded"


class LoginRefused(Exception):
    """The provider gives no token for what it was shown: somebody has to consent anew."""


class _Given(Struct, frozen=True):
    """What of a provider's answer matters."""

    access_token: str
    expires_in: float = SHORT
    refresh_token: str = ""


class _Denied(Struct, frozen=True):
    """A provider's refusal: one of the standard's words. Its description is not told: it may say
    whose account it is.
    """

    error: str


class Tokens:
    """The access token to show, renewed where there is a `token_url`."""

    def __init__(self, agent: Agent, settings: AlertsSettings, book: AlertBook) -> None:
        self._agent = agent
        self._settings = settings
        self._book = book
        self._server: CalledServer | None = None
        if settings.token_url:
            self._server = CalledServer(
                agent, SUBJECT, settings.token_url,
                ca=settings.token_ca, hosts=settings.token_hosts,
            )  # fmt: skip
        self._access = ""
        self._until = 0.0
        # Of several recipients' connections one asks, and the others wait for what it is given.
        self._asking = asyncio.Lock()

    async def access(self) -> str:
        """A token that is good by now. LoginRefused, NotDelivered where none is given."""
        if self._server is None:
            return self._agent.secret("alerts-token")
        async with self._asking:
            if self._agent.clock.monotonic() >= self._until:
                await self._renew(self._server)
            return self._access

    def forget(self, token: str) -> None:
        """The mail server did not take it: the next attempt asks for another."""
        if token == self._access:
            self._until = 0.0

    def scrubbed(self, text: str) -> str:
        """Without the token: a server may repeat what it was sent."""
        return text.replace(self._access, "***") if self._access else text

    async def _renew(self, server: CalledServer) -> None:
        secret = self._agent.secret("alerts-refresh-token")
        shown = await self._newest(secret)
        given = await self._asked(server, shown)
        self._access = given.access_token
        self._until = self._agent.clock.monotonic() + max(0.0, given.expires_in - SPARE)
        if given.refresh_token and given.refresh_token != shown:
            await self._book.note(NOTED, f"{_mark(secret)} {given.refresh_token}")

    async def _newest(self, secret: str) -> str:
        """The refresh token that was given last for that secret; the secret itself the first time,
        and after somebody has put another there.
        """
        mark, _, kept = (await self._book.noted(NOTED)).partition(" ")
        return kept if kept and mark == _mark(secret) else secret

    async def _asked(self, server: CalledServer, refresh: str) -> _Given:
        form = {
            "grant_type": "refresh_token", "refresh_token": refresh,
            "client_id": self._settings.client_id, "scope": self._settings.scope,
            "client_secret": self._client_secret(),
        }  # fmt: skip
        body = urlencode({name: value for name, value in form.items() if value}).encode()
        try:
            answer = await server.call(body, {"Content-Type": FORM})
        except (OSError, BadTarget) as error:
            raise NotDelivered(f"token_url: {error}") from error
        if answer.status in (400, 401, 403):
            raise LoginRefused(f"token_url: {_word(answer.body)}")
        try:
            return msgspec.json.decode(answer.body, type=_Given)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise NotDelivered(f"token_url: HTTP {answer.status}, no token") from None

    def _client_secret(self) -> str:
        """Of a client that has one; those on other people's devices often have none."""
        try:
            return self._agent.secret("alerts-client-secret")
        except ValueError:  # BadSettings: the unit names no such secret
            return ""


def _mark(secret: str) -> str:
    """Tells whether a secret is still the one for which something was given."""
    return sha256(secret.encode()).hexdigest()[:16]


def _word(body: bytes) -> str:
    """The standard's word for why not: letters and underscores, whatever else was answered."""
    try:
        word = msgspec.json.decode(body, type=_Denied).error
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "refused"
    return word if word.isascii() and word.replace("_", "").isalpha() and len(word) < 40 else "?"
