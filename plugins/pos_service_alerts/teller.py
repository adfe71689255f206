"""Tells each change of the table of incidents to whom it concerns, once.

Killed anywhere in it, it goes on with the same change: what was decided is remembered, ids are made
of the change, and an outbox takes no id twice.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from msgspec.structs import replace

from pos_service_alerts.book import AlertBook, Summary
from pos_service_alerts.overview import of_summary
from pos_service_alerts.page import of_change
from pos_service_alerts.post import Mail, Post
from pos_service_alerts.routing import wants
from pos_service_alerts.settings import AlertsSettings
from pos_service_alerts.situation import Situation
from pos_service_alerts.words import mark, subject_of, tag_of
from pos_terminal.agent.incidents import Numbered
from pos_terminal.agent.world import Agent
from pos_terminal.domain.health.incidents import Incident, Told

ROUND = 30.0
"""Seconds between two looks at whether there is room for what was held back."""


Known = Callable[[Incident | None], Situation]
"""What is known now: about an incident, or at all."""


class Teller:
    """Tells all recipients."""

    def __init__(
        self, agent: Agent, settings: AlertsSettings, book: AlertBook, post: Post, known: Known
    ) -> None:
        self._agent = agent
        self._settings = settings
        self._book = book
        self._post = post
        self._known = known

    async def run(self) -> NoReturn:
        """Tell for ever, from where it was left."""
        place = await self._book.place(self._agent.incidents.place)
        async for numbered in self._agent.incidents.changes(place):
            await self._tell(numbered)
            await self._book.move(numbered.place)
        raise AssertionError("changes have no end")

    async def _tell(self, numbered: Numbered) -> None:
        change, row = numbered.change, numbered.change.incident
        name = f"{numbered.place}.{change.at}"
        root = await self._book.thread(
            row.subject, row.code, await self._post.id(name), anew=change.what is Told.OPENED
        )
        known = self._known(row)
        say = self._post.say
        tag = f"{tag_of(change, say)} {row.code}"
        about = subject_of(row.subject, known.kind, say) + mark(change.what, say)
        clean = replace(row, detail=self._agent.redacted(row.detail))
        page = partial(of_change, replace(change, incident=clean), known)
        mail = Mail(name=name, tag=tag, about=about, page=page, known=known, root=root)
        muted = self._agent.incidents.muted_until(row.subject)
        for recipient in self._settings.recipients:
            to = recipient.address
            if not wants(recipient, row) or muted:
                continue
            if await self._book.may_go(f"{name}.{to}", to, change, self._settings.an_hour):
                await self._post.put(mail, to)

    async def sum_up(self) -> NoReturn:
        """Tell what was held back, each time there is room, in one mail."""
        while True:
            for recipient in self._settings.recipients:
                to = recipient.address
                summary = await self._book.summary(to, self._settings.an_hour)
                if summary:
                    await self._post.put(self._summary(summary), to)
                    await self._book.summed_up(summary, to)
            await asyncio.sleep(ROUND)

    def _summary(self, summary: Summary) -> Mail:
        known, count = self._known(None), len(summary.changes) + summary.more
        say = self._post.say
        return Mail(
            name=summary.id, tag=str(count), about=say("alertes retenues"), known=known,
            page=partial(of_summary, summary.changes, summary.more, known),
        )  # fmt: skip
