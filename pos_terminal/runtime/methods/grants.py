"""Who may do what on the channel: grants are made, checked, recorded and ended here, by the till.

What a web server or a mail program checks is worth what that program is worth. So a call that
changes something, tries a device or shows the mirror is allowed here: to the till's own user and to
root, who are the box's own technicians; to anybody else by the secret of a grant that stands. What
a grant does is recorded before it is done.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import NoReturn

from pos_terminal.channel.acts import Actor
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import (
    GrantAsked,
    Granted,
    GrantEnding,
    Nothing,
    StandingGrant,
)
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import AccessNews, EndAccess, GiveAccess, Input
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.grants import GrantEnded, GrantGiven, GrantUsed
from pos_terminal.domain.events.values import GrantEnd, GrantLevel
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.domain.staff import tokens
from pos_terminal.domain.staff.console import PinAsked
from pos_terminal.domain.staff.grants import (
    AT_ONCE,
    LONGEST,
    Access,
    AccessAsked,
    Grants,
    covers,
    seconds_left,
)
from pos_terminal.domain.staff.support import Support
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.tasks.observers import Observers

LOOK = 1.0
"""Seconds between two looks for grants that are over."""

SECRET = 32
"""Bytes of chance in a secret: nobody tries 2^256."""

LONGEST_WAIT = 600
"""Seconds that a person at the counter has to agree at most."""

LONGEST_TEXT = 60
"""Characters of a purpose, and of a word of its scope."""


class GrantMethods:
    """The till's grants, as its journal has them."""

    def __init__(self, terminal: Terminal, put: Callable[[Input], None]) -> None:
        self._terminal = terminal
        self._put = put
        self._asking: tuple[AccessAsked, asyncio.Future[Granted]] | None = None
        self._coded: dict[int, tuple[AccessAsked, asyncio.Future[Granted]]] = {}
        self._askings = 0
        self._told: tuple[object, AccessNews] = (None, AccessNews())
        self.support: Support | None = None  # the consent that stands (methods/support)
        self.trial = False  # whether settings are on trial (runtime/settings_acts)
        self.pins: tuple[PinAsked, ...] = ()  # which a page has asked for
        self.ended: Observers[tuple[int, GrantEnd]] = Observers()
        self._last = 0  # a number is used up before its record is durable
        # By the clock that nobody sets: when a grant that this process has seen is over.
        self._over: dict[int, float] = {}

    async def allowed(
        self, peer: Peer, secret: str | None, level: GrantLevel, what: str, act: str = ""
    ) -> Actor:
        """Who does this, once it is on record that he does; ChannelError where he may not.

        `act` is the act that `Do` is asked for: those of the box's own user are recorded by
        themselves.
        """
        actor = self.permitted(peer, secret, level, what, act)
        if actor.grant or not act:
            await self.record(GrantUsed(grant=actor.grant, act=what))
        return actor

    def permitted(
        self, peer: Peer, secret: str | None, level: GrantLevel, what: str, act: str = ""
    ) -> Actor:
        """Who asks, for what changes nothing and is not recorded; ChannelError where he may not."""
        grant = self.shown(secret) if secret else None
        if grant is None and owns(peer) and not secret:
            return Actor(peer.uid)
        if grant is None:
            raise ChannelError(faults.NOT_GRANTED, say("{what} : aucun accès en cours", what=what))
        if not covers(grant, level, act):
            detail = say(
                "{what} : l'accès {grant} est pour {level} {scope}",
                what=what,
                grant=grant.grant,
                level=grant.level,
                scope=" ".join(grant.scope),
            )
            raise ChannelError(faults.NOT_GRANTED, detail.rstrip())
        return Actor(peer.uid, grant.grant)

    def holds(self, number: int) -> bool:
        """Whether the grant of that number still stands; 0, the box's own user, always does."""
        return number == 0 or any(each.grant == number for each in self._standing())

    async def give(self, peer: Peer, asks: GrantAsked) -> Granted:
        """Make a grant: for whoever is at the box himself, or once a person at the counter agrees.

        One grant is asked for at a time, so that nobody agrees to another than was shown.
        """
        texts = (asks.purpose, *(asks.scope or ()))
        if not 0 < asks.seconds <= LONGEST or not all(map(_is_word, texts)):
            detail = say("{what} pour {seconds} s", what=texts, seconds=asks.seconds)
            raise ChannelError(faults.BAD_REQUEST, detail)
        if owns(peer):
            return await self.make(asks.purpose, asks.level, asks.scope or (), asks.seconds, by=0)
        if not asks.wait:
            raise ChannelError(
                faults.NOT_GRANTED, say("un accès se donne à la caisse, ou avec sudo")
            )
        if self._asking:
            raise ChannelError(faults.BAD_REQUEST, say("quelqu'un d'autre demande un accès"))
        self._askings += 1
        scope = tuple(asks.scope or ())
        asked = AccessAsked(self._askings, asks.purpose, asks.level, scope, asks.seconds)
        agreed: asyncio.Future[Granted] = asyncio.get_running_loop().create_future()
        self._asking = asked, agreed
        self.tell()
        try:
            async with asyncio.timeout(min(asks.wait, LONGEST_WAIT)):
                return await agreed
        except TimeoutError as error:
            raise ChannelError(
                faults.NOT_GRANTED, say("personne à la caisse n'a dit oui")
            ) from error
        finally:
            self._asking = None
            self.tell()

    async def agree(self, given: GiveAccess) -> None:
        """Give what a person agreed to; nothing, where the one who asked has gone meanwhile."""
        waiting = {each[0].number: each for each in self._waiting()}
        if given.asked not in waiting:
            raise ChannelError(faults.NO_ACCESS, say("personne ne le demande plus"))
        asked, agreed = waiting[given.asked]
        made = await self.make(asked.purpose, asked.level, asked.scope, asked.seconds, by=given.by)
        if agreed.done():
            await self.finish(made.number, GrantEnd.RETURNED)
        else:
            agreed.set_result(made)

    @property
    def coded(self) -> tuple[AccessAsked, ...]:
        """What is asked for by digits, oldest first."""
        return tuple(asked for asked, _ in self._coded.values())

    @contextmanager
    def coded_asking(
        self, purpose: str, level: GrantLevel, scope: Sequence[str], seconds: int, code: str
    ) -> Iterator[Awaitable[Granted]]:
        """While access is asked for by those digits: what is waited for is given at the counter."""
        self._askings += 1
        number = self._askings
        agreed: asyncio.Future[Granted] = asyncio.get_running_loop().create_future()
        asked = AccessAsked(number, purpose, level, tuple(scope), seconds, code)
        self._coded[number] = asked, agreed
        self.tell()
        try:
            yield agreed
        finally:
            del self._coded[number]
            agreed.cancel()
            self.tell()

    def _waiting(self) -> Iterator[tuple[AccessAsked, "asyncio.Future[Granted]"]]:
        yield from [self._asking] if self._asking else ()
        yield from self._coded.values()

    async def make(
        self, purpose: str, level: GrantLevel, scope: Sequence[str], seconds: int, *, by: int,
        token: str = "",
    ) -> Granted:  # fmt: skip
        """Make a grant, given by that clerk; durable on return."""
        grants, now = self._grants(), self._terminal.clock.now()
        most = tokens.AT_ONCE if token else AT_ONCE
        if sum(bool(each.token) == bool(token) for each in grants.standing) >= most:
            raise ChannelError(
                faults.BAD_REQUEST, say("{at_once} accès sont déjà en cours", at_once=most)
            )
        secret = os.urandom(SECRET).hex()
        self._last = max(self._last, grants.last) + 1
        given = GrantGiven(
            grant=self._last,
            purpose=purpose,
            level=level,
            scope=tuple(scope),
            seconds=seconds,
            until=now.utc + seconds * 1_000_000,
            digest=digest_of(secret),
            by=by,
            token=token,
        )
        await self.record(given)
        return Granted(given.grant, secret, until(given, now))

    async def end(self, peer: Peer, asks: GrantEnding) -> Nothing:
        """End a grant: its holder, or whoever is at the box himself; a token: who may make one."""
        if asks.grant and asks.number:
            what = f"EndGrant {asks.number}"
            if not any(each.grant == asks.number and each.token for each in self.kept()):
                raise ChannelError(faults.NOT_GRANTED, say("l'accès de quelqu'un d'autre"))
            actor = await self.allowed(peer, asks.grant, GrantLevel.CONTROL, what, tokens.END)
            await self.finish(asks.number, GrantEnd.ENDED, by=self.giver(actor.grant))
        elif asks.grant:
            shown = self.shown(asks.grant)
            if shown is None:
                raise ChannelError(faults.NOT_GRANTED, say("aucun accès en cours"))
            await self.finish(shown.grant, GrantEnd.RETURNED)
        elif not owns(peer):
            raise ChannelError(faults.NOT_GRANTED, say("l'accès de quelqu'un d'autre"))
        else:
            await self.finish(asks.number or 0, GrantEnd.ENDED)
        return Nothing()

    async def finish(self, number: int, why: GrantEnd, *, by: int = 0) -> None:
        """End the grant of that number, on record."""
        if not any(each.grant == number for each in self._grants().standing):
            raise ChannelError(
                faults.BAD_REQUEST, say("il n'y a pas d'accès {number}", number=number)
            )
        self._over[number] = 0.0  # from now on, whatever the disk does
        self.ended.tell((number, why))
        await self.record(GrantEnded(grant=number, why=why, by=by))

    def giver(self, number: int) -> int:
        """Whose PIN gave the grant of that number; 0 for the box's own user."""
        return next((each.by for each in self.kept() if each.grant == number), 0)

    async def end_decided(self, decided: EndAccess) -> None:
        """End what somebody at the counter ended."""
        await self.finish(decided.grant, GrantEnd.ENDED, by=decided.by)

    async def run(self) -> NoReturn:
        """End what is over, for ever."""
        while True:
            standing = {each.grant for each in self._standing()}
            for grant in self.kept():
                if grant.grant not in standing:
                    try:
                        await self.finish(grant.grant, GrantEnd.EXPIRED)
                    except ChannelError:
                        break  # the journal is out of order, and so is the till
            self.tell()
            await asyncio.sleep(LOOK)

    def listed(self) -> list[StandingGrant]:
        """The grants that stand, for the status."""
        now = self._terminal.clock.now()
        return [
            StandingGrant(
                each.grant, each.purpose, each.level, list(each.scope),
                until(each, now), each.by, each.token,
            )
            for each in self._standing()
        ]  # fmt: skip

    def tell(self) -> None:
        """Have the counter know what is asked for, and what stands; a new counter knows nothing."""
        till, now = self._terminal.till(), self._terminal.clock.now()
        if self._terminal.journal() is None:
            return
        standing = tuple(
            Access(each.grant, each.token or each.purpose, until(each, now))
            for each in self._standing()
        )
        asked = self._asking[0] if self._asking else None
        news = till, AccessNews(asked, standing, self.support, self.coded, self.trial, self.pins)
        if news != self._told:
            self._told = news
            self._put(news[1])

    def tell_again(self) -> None:
        """Have the counter know what it was told before: it may have had no time for it."""
        self._put(self._told[1])

    def kept(self) -> tuple[GrantGiven, ...]:
        """Those that the journal has, over or not."""
        journal = self._terminal.journal()
        return journal.running.grants.standing if journal else ()

    def _standing(self) -> Iterator[GrantGiven]:
        """Those that are not over, by whichever clock says so first."""
        utc, loop = self._terminal.clock.now().utc, asyncio.get_running_loop().time()
        for each in self.kept():
            left = seconds_left(each, utc)
            over = self._over.setdefault(each.grant, loop + left)
            if left > 0 and over > loop:
                yield each

    def shown(self, secret: str) -> GrantGiven | None:
        """The grant that stands and has that secret."""
        digest = digest_of(secret)
        return next((each for each in self._standing() if each.digest == digest), None)

    def _grants(self) -> Grants:
        journal = self._terminal.journal()
        if journal is None:
            raise ChannelError(
                self._terminal.trouble() or faults.JOURNAL_FAILED, say("pas de journal")
            )
        return journal.running.grants

    async def record(self, event: Event) -> None:
        """Make an event durable; ChannelError where it cannot be."""
        try:
            await self._terminal.record((event,))
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error


def owns(peer: Peer) -> bool:
    """Whether it is root or the till's own user: the box's own technician."""
    return peer.uid in (0, os.geteuid())


def digest_of(secret: str) -> str:
    """What the journal has of a grant's secret."""
    return sha256(secret.encode()).hexdigest()


def _is_word(text: str) -> bool:
    return 0 < len(text) <= LONGEST_TEXT and text.isprintable()


def until(grant: GrantGiven, now: Moment) -> str:
    """Its end, as local time."""
    left = timedelta(microseconds=grant.until - now.utc)
    return (now.local + left).isoformat(timespec="seconds")
