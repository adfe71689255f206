"""The daily digest: at its hour, once a day, also over restarts."""

import asyncio
from collections.abc import Callable
from datetime import datetime, time
from typing import NamedTuple, NoReturn

from pos_service_alerts.book import AlertBook
from pos_service_alerts.overview import Day
from pos_service_alerts.page import Page
from pos_service_alerts.post import Mail, Post
from pos_service_alerts.settings import AlertsSettings
from pos_service_alerts.situation import Situation
from pos_service_alerts.words import Say
from pos_terminal.agent.till import TillLink

ROUND = 60.0
"""Seconds between two looks at the clock."""

NOTED = "digest"


class Summed(NamedTuple):
    """A day: what is known at its end, how many incidents are open, and their page."""

    known: Situation
    open: int
    page: Callable[[Say], Page]


class Digest:
    """Sends it."""

    def __init__(
        self,
        settings: AlertsSettings,
        book: AlertBook,
        post: Post,
        day: Callable[[], Summed],
    ) -> None:
        self._settings = settings
        self._book = book
        self._post = post
        self._day = day

    async def run(self) -> NoReturn:
        """Send one each day."""
        while True:
            await self.look()
            await asyncio.sleep(ROUND)

    async def look(self) -> None:
        """Send today's if it is due and was not sent; the first comes on the day after set-up.

        A clock that nothing has verified may show any day: then it waits.
        """
        known, count, page = self._day()
        if not known.trusted:
            return
        now = datetime.fromisoformat(known.local(known.now))
        today, last = now.date().isoformat(), await self._book.noted(NOTED)
        if last == today or now.time() < time.fromisoformat(self._settings.digest):
            return
        if last:
            say = self._post.say
            mail = Mail(
                name=f"{NOTED}.{today}", tag=str(count), known=known, page=page,
                about=f"{say('le jour')} {now:%d/%m}",
            )  # fmt: skip
            for recipient in self._settings.recipients:
                await self._post.put(mail, recipient.address)
        await self._book.note(NOTED, today)


def day_of(link: TillLink) -> Day:
    """What the till last told of itself."""
    status = link.status
    if status is None:
        return Day()
    closure, head = status.last_closure, status.head
    return Day(
        last_closure=f"{closure.label} n° {closure.number}" if closure else "",
        last_backup=status.last_backup or "",
        records=head.seq if head else None,
        exposed=head.exposed if head else None,
        papers=sum(each.waiting for each in status.queues if each.name == "papers"),
    )
