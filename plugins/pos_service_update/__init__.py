"""Fetches releases for a flashed box, and says what became of them: it installs nothing.

The newest manifest, its signature and, where it is of another version, the bundle are put into the
agent's own folder. Root's unit looks there, believes nothing that is not signed, and leaves word of
how it stands, which is reported here as the box's incidents.
"""

import asyncio
import errno
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from pos_terminal.agent.called import CalledServer
from pos_terminal.agent.hookspecs import Call, Check, Service, SupportCommand, hookimpl
from pos_terminal.agent.https import BadTarget, target
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import GRANT, GrantAsked
from pos_terminal.domain import faults
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.faults import Failure, Fault, by_code
from pos_terminal.domain.language import say
from pos_terminal.update import book, release
from pos_terminal.update.book import News
from pos_terminal.update.counter import SCOPE
from pos_terminal.update.release import ENDING, MANIFEST, SIGNATURE, Manifest

log = logging.getLogger(__name__)

SUBJECT = "update"
FOLDER = "update"
NEWS = Path("/run/pos-terminal-update")

LARGEST = 1 << 30
"""Bytes of a bundle: more than both images of a slot have room for."""

ROOM = 3
"""As many bundles have to find room: this one, root's own copy, and as much is left to the till,
whose journal lies on the same disk."""

AGAIN = 6 * 3600.0
"""Seconds after which a bundle that root found broken is fetched again: whoever spoilt it may have
mended it, and who has not must not wear the card out."""

AGREED = 3600
"""Seconds for which an agreement at the counter holds: RAUC writes for minutes."""

ANSWERED = 60
"""Seconds that somebody at the counter has to say yes."""


class UpdateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The manifest's URL, and every how many seconds it is asked for. `hosts` and `ca` as for the
    webhook.
    """

    url: str
    every: int = 3600
    hosts: tuple[str, ...] = ()
    ca: str = ""

    def __post_init__(self) -> None:
        target(self.url)
        if self.every < 60:
            raise ValueError(say("every : 60 secondes ou plus"))


class Fetching:
    """Keeps the folder as new as the server is."""

    def __init__(self, agent: Agent, settings: UpdateSettings, news: Path = NEWS) -> None:
        self._news = news
        self._every = settings.every
        self._clock = agent.clock
        self._fetched = float("-inf")
        self._server = CalledServer(
            agent, SUBJECT, settings.url, ca=settings.ca, hosts=settings.hosts
        )
        self._folder = agent.folder(FOLDER)

    async def run(self) -> NoReturn:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except (OSError, BadTarget, Failure) as error:
                # No incident: whether a month passes like this is looked at by itself.
                log.warning("no news of releases: %s", error)
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Fetch what is new. The manifest comes last, and in one step: root's unit waits for it.

        OSError, BadTarget, Failure where it cannot be had or is none.
        """
        await self._get(MANIFEST, f"{MANIFEST}.part", release.LARGEST)
        await self._get(SIGNATURE, f"{SIGNATURE}.part", release.LARGEST)
        new = self._folder / f"{MANIFEST}.part"
        offered = release.parse(new.read_bytes())
        news = book.told(self._news)
        if news is None or news.version != offered.version:
            await self._bundle(offered, news)
        # A server that had one of the two already, and not yet the other, has both the next time.
        if all(_same(self._folder / name) for name in (MANIFEST, SIGNATURE)):
            return
        for name in (SIGNATURE, MANIFEST):
            (self._folder / f"{name}.part").replace(self._folder / name)

    async def _bundle(self, offered: Manifest, news: News | None) -> None:
        place = self._folder / offered.bundle
        whole = place.exists() and place.stat().st_size == offered.size
        now = self._clock.monotonic()
        if whole and not (_came_broken(news) and now - self._fetched > AGAIN):
            return
        self._fetched = now
        for old in self._folder.glob(f"*{ENDING}*"):
            old.unlink()
        if shutil.disk_usage(self._folder).free < ROOM * offered.size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), offered.bundle)
        await self._get(offered.bundle, f"{offered.bundle}.part", min(offered.size, LARGEST))
        (self._folder / f"{offered.bundle}.part").replace(place)

    async def _get(self, name: str, to: str, most: int) -> None:
        part = self._folder / to
        try:
            with part.open("wb") as file:
                answer = await self._server.fetch(name, file, most)
            if answer.status != 200:
                raise OSError(f"{name}: HTTP {answer.status}")
        except (OSError, BadTarget):
            part.unlink(missing_ok=True)
            raise


def _came_broken(news: News | None) -> bool:
    """Whether root found, the last time, that a bundle was not what was signed."""
    refused = news.book.refused if news else None
    return refused is not None and refused.code == faults.UPDATE_DAMAGED.code


def _same(file: Path) -> bool:
    """Whether what has just come is what is there."""
    new = file.with_name(f"{file.name}.part")
    return file.exists() and file.read_bytes() == new.read_bytes()


def wrong(agent: Agent, folder: Path) -> Iterator[tuple[Fault, str]]:
    """What root's unit has left word of: a version that came back, an offer that was refused, and
    no signed news for a month. Nothing on a box without slots.
    """
    news = book.told(folder)
    if news is None:
        return
    last = news.book.attempt
    if last and last.code:
        yield by_code(last.code), f"{last.version}: {last.reason}"
    if news.book.refused:
        yield by_code(news.book.refused.code), news.book.refused.reason
    now = datetime.fromtimestamp(agent.clock.utc() / 1e6, UTC)
    if agent.clock.trusted() and release.stale(news.book.newest, now):
        yield faults.UPDATE_UNHEARD, news.book.newest[:10]


class Agreement:
    """The supporter's command `update`: somebody at the counter lets the box be updated now."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def ask(self, call: Call) -> None:
        """Ask at the counter; root's unit finds the grant with the till itself."""
        if call.words:
            raise ValueError(say("sans rien derrière"))
        news = book.told(NEWS)
        if news is None:
            raise ChannelError(faults.UPDATE_NO_SLOTS)
        asked = GrantAsked(
            say("mettre à jour, et redémarrer"), GrantLevel.CONTROL, AGREED, [SCOPE], ANSWERED
        )
        async for granted in self._agent.till.follow(GRANT, asked):
            await call.out(say("accordé jusqu'à {until}", until=granted.until) + "\n")
            return


@hookimpl
def pos_settings() -> type[UpdateSettings]:
    """What `[service.update]` is held to."""
    return UpdateSettings


@hookimpl
def pos_services(agent: Agent) -> Iterable[Service]:
    """The one that fetches."""
    yield Service("fetch", Fetching(agent, agent.settings(UpdateSettings)).run)


@hookimpl
def pos_health_checks(agent: Agent) -> Iterable[Check]:
    """What became of what was fetched."""
    yield Check(SUBJECT, 60.0, partial(wrong, agent, NEWS))


@hookimpl
def pos_support_commands(agent: Agent) -> Iterable[SupportCommand]:
    """The counter itself is asked, so the command needs no right of its own beyond looking."""
    yield SupportCommand(
        "update", GrantLevel.OBSERVE, "demande une mise à jour",
        "mettre à jour maintenant, si la caisse dit oui", Agreement(agent).ask,
    )  # fmt: skip
