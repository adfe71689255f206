"""Follows the till's consents, and has each carried out by a process of its own."""

import asyncio
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import NoReturn

from pos_service_support.recording import SCHEMA, STORE, forget
from pos_service_support.settings import HOST_KEY, KEY, SupportSettings
from pos_service_support.visit import PATIENCE, Visit
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import CONSENTS
from pos_terminal.channel.support import Consent, ConsentNews, ConsentsAsked
from pos_terminal.domain.language import say
from pos_terminal.tasks.groups import first

AGAIN = 1.0
"""Seconds until a till that does not answer is followed anew."""

MAGIC = b"openssh-key-v1\0"

DAY_US = 86_400_000_000


class SupportService:
    """One terminal's; `visit` is the consent that stands, which is one at most."""

    def __init__(self, agent: Agent, settings: SupportSettings) -> None:
        self._agent = agent
        self._settings = settings
        self._store = agent.store(STORE, SCHEMA)
        self._key, self._host_key = agent.secret(KEY), agent.secret(HOST_KEY)
        self._host_print = fingerprint(self._host_key)
        self.visit: Visit | None = None
        self._wanted: Consent | None = None  # the newest, and never one that is over
        self._heard = asyncio.Event()
        self._away: float | None = None  # since when the till does not answer

    async def run(self) -> NoReturn:
        """For ever."""
        await first(self._follow(), self._carry_out())
        raise AssertionError("both run for ever")

    async def _follow(self) -> None:
        while True:
            try:
                grant = self.visit.grant if self.visit else ""
                asked = ConsentsAsked(self._host_print, grant or None)
                async for news in self._agent.till.follow(CONSENTS, asked):
                    self._hear(news)
            except ChannelError:
                self._till_is_gone()
            await asyncio.sleep(AGAIN)

    def _hear(self, news: ConsentNews) -> None:
        self._away = None
        visit, consent = self.visit, news.consent
        if visit and (consent is None or consent.number != visit.number):
            visit.end(say("le commerce y a mis fin"))
        self._wanted = consent
        self._heard.set()
        if visit and news.said:
            visit.say(news.said)

    def _till_is_gone(self) -> None:
        """A session outlasts its restart; a consent that nobody has used yet does not."""
        self._wanted, now = None, asyncio.get_running_loop().time()
        if self._away is None:  # not when it said something last: it has no news for minutes
            self._away = now
        if self.visit and (not self.visit.grant or now - self._away > PATIENCE):
            self.visit.end(say("la caisse ne répond plus"))

    async def _carry_out(self) -> None:
        used = 0  # the consent that somebody came in by
        while True:
            await forget(self._store, self._agent.clock.utc() - self._settings.keep_days * DAY_US)
            while (consent := self._wanted) is None or consent.number == used:
                self._heard.clear()
                await self._heard.wait()
            self.visit = Visit(
                self._agent, self._settings, self._store, consent, (self._key, self._host_key)
            )
            try:
                await self.visit.run()
            finally:
                grant, self.visit = self.visit.grant, None
            if grant:
                used = consent.number
            else:
                await asyncio.sleep(AGAIN)  # its process has failed, and is not to fail on and on


def fingerprint(private: str) -> str:
    """Of a private key's public half, as OpenSSH writes it («SHA256:...»). ValueError for no key.

    The text is that of <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>,
    which has the public key before what may be encrypted.
    """
    data = b64decode("".join(private.strip().splitlines()[1:-1]))
    at = len(MAGIC)
    if data[:at] != MAGIC:
        raise ValueError("no private key of OpenSSH's")
    for _ in range(3):  # the cipher, and how a passphrase becomes its key
        at += 4 + int.from_bytes(data[at : at + 4], "big")
    at += 4  # how many keys there are: one
    size = int.from_bytes(data[at : at + 4], "big")
    digest = sha256(data[at + 4 : at + 4 + size]).digest()
    return f"SHA256:{b64encode(digest).decode().rstrip('=')}"
