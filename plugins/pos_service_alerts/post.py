"""Makes mails of pages, and puts them into the outbox, where each is taken once by its id."""

import asyncio
import logging
from collections.abc import Callable

from msgspec import Struct

from pos_service_alerts.book import AlertBook
from pos_service_alerts.letter import Envelope, letter
from pos_service_alerts.page import Page
from pos_service_alerts.settings import AlertsSettings, topic
from pos_service_alerts.situation import Situation
from pos_service_alerts.words import Say
from pos_terminal.agent.outbox import OutboxFull
from pos_terminal.agent.world import Agent
from pos_terminal.domain import faults

log = logging.getLogger(__name__)

LANGUAGES = ("fr", "en")
"""Of each letter: the shop's people read the one, whoever is called the other."""

FULL = 60.0
"""Seconds until an outbox that is full is tried again."""

SUBJECT = "mail"


class Mail(Struct, frozen=True, kw_only=True):
    """Something to be told. `name` is what it is about, the same at every repetition; `tag` and
    `about` stand in its subject around whose till it is; `root` is the id that began its thread.
    """

    name: str
    tag: str
    about: str
    page: Callable[[Say], Page]
    known: Situation
    root: str = ""


class Post:
    """The way out of every mail."""

    def __init__(self, agent: Agent, settings: AlertsSettings, book: AlertBook) -> None:
        self._agent = agent
        self._settings = settings
        self._book = book

    @property
    def say(self) -> Say:
        """The words of the shop's own language: a mail has one subject."""
        return self._agent.words(self._agent.given.language)

    async def id(self, name: str) -> str:
        """The Message-ID of the mail with that name: at every attempt and for everybody."""
        return f"<{name}.{await self._book.box()}@{self._settings.domain}>"

    async def put(self, mail: Mail, to: str) -> None:
        """Have it delivered. Waits while the outbox is full, which the till's status says."""
        known, say = mail.known, self.say
        till = f" / {say('caisse')} {known.terminal}" if known.terminal else ""
        envelope = Envelope(
            sender=self._settings.sender, to=to,
            subject=f"[{mail.tag}] {known.shop}{till} / {mail.about}",
            at=known.local(known.now), id=await self.id(mail.name), root=mail.root,
        )  # fmt: skip
        pages = [mail.page(self._agent.words(each)) for each in LANGUAGES]
        id, body = f"{mail.name}.{to}", letter(envelope, pages)
        while True:
            try:
                await self._agent.outbox.put(id, topic(to), body)
            except OutboxFull as error:
                self._agent.incidents.report(SUBJECT, faults.MAIL_FULL, str(error))
                await asyncio.sleep(FULL)
            else:
                self._agent.incidents.recover(SUBJECT, faults.MAIL_FULL)
                return
