"""The shop's support from afar, as the till sees it: let in, watched, asked about, shown out.

Nothing of SSH is here. The service «support» of the agent follows `Consents`; what it may do it may
by the grant that a person at the counter gave, and it gets that grant's secret only for a supporter
who knows the code that was printed. What he is about to do is on record before it is done.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn

from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Granted, Nothing
from pos_terminal.channel.service import Peer
from pos_terminal.channel.support import (
    CommandAsked,
    Consent,
    ConsentNews,
    ConsentsAsked,
    SessionAsked,
    SessionEnding,
    SupportTrouble,
)
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import AdmitSupport, AnswerSupport, Input, Trouble
from pos_terminal.domain.events.grants import (
    GrantGiven,
    SupportAnswered,
    SupportClosed,
    SupportCommanded,
    SupportOpened,
    SupportRefused,
)
from pos_terminal.domain.events.values import Answer, GrantEnd, GrantLevel
from pos_terminal.domain.language import say
from pos_terminal.domain.printing import support as printing
from pos_terminal.domain.printing.support import Told
from pos_terminal.domain.receipt import PrinterRole, Receipt
from pos_terminal.domain.staff.grants import covers, seconds_left
from pos_terminal.domain.staff.support import (
    CODE_ALPHABET,
    CODE_LENGTH,
    CODE_SECONDS,
    PURPOSE,
    SCOPE,
    TRIES,
    UNATTENDED,
    Support,
    principal,
)
from pos_terminal.runtime.entropy import random_below
from pos_terminal.runtime.methods.grants import GrantMethods, digest_of
from pos_terminal.runtime.methods.support_story import read_story, read_unaccounted
from pos_terminal.runtime.methods.support_visit import Visit, fitting, shown_key
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.methods.unattended import now_in
from pos_terminal.runtime.spool import Paper
from pos_terminal.tasks.groups import to_the_end

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at what is over, and between two showings of a question."""

ANSWER = 60.0
"""Seconds that the counter has to say yes: whoever serves is not kept by it."""

GONE = 2.0
"""Seconds that a follower may be away: a connection that broke is made anew in less."""

AGAIN = 30.0
"""Seconds that the agent has to come back to a till that was started anew in a session."""

REPORTED = 30.0
"""Seconds that it has to tell of a recording once the session is over, unless it is gone: a busy
box takes its time over a long recording, and its hash comes into the journal now or never."""

ASKED_AT_DEED = ("kick", "apply")
"""Commands whose deed, which is the till's, needs a yes each time: it asks then, and not twice."""

ASKED_ALWAYS = ("update",)
"""Commands whose deed is not the till's, and that need a yes each time."""

SLEWED = 5.0
"""Seconds that the box's clock is off by at most at a consent's end without having been set."""

_SHA256 = re.compile("[0-9a-f]{64}")

TROUBLES = {
    each.code: each
    for each in (faults.RELAY_SILENT, faults.RELAY_KEY, faults.CERTIFICATE_CLOCK)
}
"""What may be said on the display of a supporter who does not come."""


class SupportMethods:
    """Keeps at most one consent."""

    def __init__(
        self, terminal: Terminal, grants: GrantMethods, put: Callable[[Input], None]
    ) -> None:
        self._terminal = terminal
        self._grants = grants
        self._put = put
        self._rules = terminal.identity.support
        self._visit: Visit | None = None
        self._last: Visit | None = None  # the session that ended last, whose hash is told yet
        self._follower: asyncio.Queue[ConsentNews] | None = None
        self._left = 0.0  # when its follower went
        self._host_key = ""
        self._questions = 0
        self._night = ""  # the day whose unattended hours were used
        self._endings: asyncio.Queue[Visit] = asyncio.Queue()
        self._taking = asyncio.Lock()
        self._looked = False  # for what an earlier till left without an account
        grants.ended.add(self._ended)

    # What the counter decides.

    async def admit(self, decided: AdmitSupport) -> None:
        """Let the support in, and print its code; ChannelError where nobody could come."""
        code = "".join(CODE_ALPHABET[random_below(len(CODE_ALPHABET))] for _ in range(CODE_LENGTH))
        seconds = self._rules.minutes * 60
        visit = await self._begin(code, decided.level, seconds, CODE_SECONDS, decided.by)
        now, key = self._terminal.clock.now(), self._host_key[:8]
        paper = printing.code_paper(
            self._terminal.identity, code, decided.level, now, until=visit.until, key=key
        )
        # On no disk, and the mirror has its title alone.
        self._print(paper, secret=True)

    async def answer(self, decided: AnswerSupport) -> None:
        """What the shop says to its support, asked or not."""
        visit = self._visit
        if visit is None:
            return
        if decided.asked and decided.asked == visit.asked:
            if visit.answered and not visit.answered.done():
                visit.answered.set_result(decided)
            return
        said = Answer.YES if decided.yes else Answer.NO
        await self._grants.record(
            SupportAnswered(grant=visit.given.grant, asked="", answer=said, by=decided.by)
        )
        self._tell_follower(said.value)

    # What the agent asks.

    async def consents(
        self, peer: Peer, asks: ConsentsAsked
    ) -> AsyncGenerator[ConsentNews, None]:
        """The consent that stands, and each change. The newest follower is the only one."""
        follower: asyncio.Queue[ConsentNews] = asyncio.Queue()
        self._follower, self._host_key = follower, shown_key(asks.host_key)
        await self._take_up()
        if self._terminal.journal() is None:  # then it is not known whether one stands
            raise ChannelError(faults.JOURNAL_FAILED, say("pas de journal"))
        self._known(asks.grant or "")
        if (last := self._last) and not last.secret:
            last.due = 0.0  # this is another: nobody has its recording any more
        if (visit := self._visit) and not visit.secret:
            visit.due = 0.0
            await self._finish(visit, GrantEnd.LOST)
        try:
            yield self._news()
            while self._follower is follower:
                yield await follower.get()
        finally:
            if self._follower is follower:
                # Not ended here: so does a till that stops, and a session outlives that.
                self._follower, self._left = None, _now()

    async def session(self, peer: Peer, asks: SessionAsked) -> Granted:
        """The grant's secret, for a supporter who knows the code: once."""
        visit = self._visit
        if visit is None or visit.given.grant != asks.consent or not visit.secret:
            raise ChannelError(faults.NOT_GRANTED, say("aucun accord en cours"))
        if visit.who:
            raise ChannelError(faults.NOT_GRANTED, say("{who} est déjà là", who=visit.who))
        who = fitting(asks.who)
        right = hmac.compare_digest(asks.principal.encode(), visit.principal.encode())
        if not right or _now() > visit.code_over:
            visit.wrong += 1
            await self._grants.record(
                SupportRefused(grant=visit.given.grant, times=visit.wrong, who=who)
            )
            if visit.wrong >= TRIES:
                await self._finish(visit, GrantEnd.TRIES)
            raise ChannelError(faults.CODE_WRONG, say("{times} fois", times=visit.wrong))
        visit.who = who  # before anything is awaited: two supporters may come at once
        opened = SupportOpened(grant=visit.given.grant, who=who, key=fitting(asks.key))
        await self._grants.record(opened)
        now = self._terminal.clock.now()
        self._print(printing.opened_paper(self._terminal.identity, opened, visit.given, now))
        self._tell_counter()
        return Granted(visit.given.grant, visit.secret, visit.until)

    async def command(self, peer: Peer, asks: CommandAsked) -> Nothing:
        """Record what a supporter is about to do; ChannelError where he may not."""
        visit = self._of(asks.grant)
        line, words = fitting(asks.line), fitting(asks.words)
        level = asks.level
        may = covers(visit.given, level)
        done = SupportCommanded(grant=visit.given.grant, line=line, words=words, refused=not may)
        await self._grants.record(done)
        visit.doing = words
        self._tell_counter()
        if not may:
            detail = say("{what} : il faudrait le droit {level}", what=line, level=level)
            raise ChannelError(faults.NOT_GRANTED, detail)
        if level is GrantLevel.CONTROL and self._asks_first(line.split(" ")[0]):
            await self.agreed(visit.given.grant, words)
        return Nothing()

    def _asks_first(self, name: str) -> bool:
        return name in ASKED_ALWAYS or (self._rules.ask and name not in ASKED_AT_DEED)

    async def agreed(self, grant: int, question: str) -> None:
        """Return once the counter said yes to that, where the grant is the support's.

        ChannelError where it said no, or nothing in time. Between two sales it is shown again and
        again; meanwhile selling goes on.
        """
        visit = self._visit
        if visit is None or visit.given.grant != grant:
            return
        if visit.asked:
            raise ChannelError(faults.SUPPORT_SAID_NO, say("une autre question attend"))
        self._questions += 1
        visit.asked, visit.question = self._questions, question
        visit.answered = asyncio.get_running_loop().create_future()
        self._tell_counter()
        answer, by = Answer.NONE, 0
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER):
                    if given := await visit.answered:
                        answer, by = (Answer.YES if given.yes else Answer.NO), given.by
        finally:
            visit.asked, visit.question, visit.answered = 0, "", None
            self._tell_counter()
        await self._grants.record(
            SupportAnswered(grant=grant, asked=question, answer=answer, by=by)
        )
        if answer is not Answer.YES or visit.over:
            raise ChannelError(faults.SUPPORT_SAID_NO, question)

    async def end_session(self, peer: Peer, asks: SessionEnding) -> Nothing:
        """A session is over: what was recorded of it; the grant with it, if that stands still."""
        await self._take_up()
        visit = self._of(asks.grant, over=True)
        if visit.closing or not visit.who:
            raise ChannelError(faults.BAD_REQUEST, say("cette séance est déjà close"))
        if asks.recording and not _SHA256.fullmatch(asks.recording):
            raise ChannelError(faults.BAD_REQUEST, say("pas un SHA-256"))
        undone = fitting(asks.undone) if asks.undone else ""
        await self._close(visit, asks.recording, undone)
        if not visit.over:
            await self._finish(visit, GrantEnd.LOST if asks.lost else GrantEnd.RETURNED)
        return Nothing()

    async def _close(self, visit: Visit, recording: str, undone: str) -> None:
        visit.closing = True
        closed = SupportClosed(grant=visit.given.grant, recording=recording, undone=undone)
        try:
            await self._grants.record(closed)
            visit.closed = True  # not before: its account is read from the journal
        finally:
            visit.closing = visit.closed  # else it may be told again

    def trouble(self, peer: Peer, asks: SupportTrouble) -> Nothing:
        """Say at the counter why nobody comes, each reason once a consent."""
        visit, fault = self._visit, TROUBLES.get(asks.code)
        if visit is None or visit.given.grant != asks.consent or fault is None:
            raise ChannelError(faults.BAD_REQUEST, say("aucun accord en cours"))
        self._say(visit, fault)
        return Nothing()

    def _say(self, visit: Visit, fault: faults.Fault) -> None:
        if fault.code not in visit.told:
            visit.told.add(fault.code)
            self._put(Trouble(fault))

    # What goes on by itself.

    async def run(self) -> NoReturn:
        """Look after consents that an earlier till gave, questions, and unattended hours."""
        while True:
            try:
                await self._take_up()
                visit = self._visit
                if visit and self._is_alone(visit):
                    await self._finish(visit, GrantEnd.LOST)
                elif visit and not visit.who and self._late(visit):
                    await self._finish(visit, GrantEnd.EXPIRED)
                elif visit is None:
                    await self._admit_unattended()
            except ChannelError as error:
                log.warning("support: %s", error)
            if self._visit and self._visit.asked:
                self._grants.tell_again()
            await asyncio.sleep(LOOK)

    async def account_always(self) -> NoReturn:
        """Print the account of each session, for ever, once its recording is told or surely not."""
        while True:
            visit = await self._endings.get()
            with suppress(TimeoutError):
                async with asyncio.timeout(REPORTED):
                    while self._is_awaited(visit):  # noqa: ASYNC110  bounded
                        await asyncio.sleep(0.1)
            try:
                if not visit.closing:
                    await self._close(visit, "", "")
                told = await self._read(partial(read_story, grant=visit.given.grant))
            except ChannelError as error:
                log.error("the account of consent %d: %s", visit.given.grant, error)
                continue
            self._print(printing.account(self._terminal.identity, told), patient=True)

    def _is_awaited(self, visit: Visit) -> bool:
        """Whether its end is not on record yet, or somebody may still tell of its recording."""
        if any(each.grant == visit.given.grant for each in self._grants.kept()):
            return True
        if visit.closing:
            return not visit.closed
        if not visit.secret:  # of one from before a restart: whoever has it may yet come back
            return _now() <= visit.due
        return self._follower is not None or _now() <= self._left + GONE

    def _is_alone(self, visit: Visit) -> bool:
        """Whether nobody stands for the support any more, or nobody came back to it."""
        if not visit.secret:
            return _now() > visit.due
        return self._follower is None and _now() > self._left + GONE

    def _late(self, visit: Visit) -> bool:
        return _now() > visit.code_over

    async def _begin(
        self, code: str, level: GrantLevel, seconds: int, code_seconds: int, by: int
    ) -> Visit:
        if self._follower is None:
            raise ChannelError(faults.SUPPORT_DOWN, say("personne ne suit Consents"))
        if self._visit:
            await self._finish(self._visit, GrantEnd.ENDED, by=by)
        scope = SCOPE if level is GrantLevel.CONTROL else ()
        made = await self._grants.make(PURPOSE, level, scope, seconds, by=by)
        given = self._grants.shown(made.grant)
        if given is None:
            raise ChannelError(faults.NOT_GRANTED, say("aucun accord en cours"))
        identity, now = self._terminal.identity, _now()
        self._visit = Visit(
            given=given,
            secret=made.grant,
            principal=principal(identity.store, identity.terminal, code),
            code_over=now + code_seconds,
            until=made.until,
            due=now + seconds,
        )
        self._tell_follower()
        self._tell_counter()
        return self._visit

    async def _admit_unattended(self) -> None:
        """In the hours of a rule of the shop's: once a night, to look and to test, and no more."""
        hours, now = self._rules.unattended, self._terminal.clock.now()
        left = now_in(hours, now.local) if hours else None
        day = now.at[:10]
        if left is None or day == self._night or self._follower is None:
            return
        if self._terminal.journal() is None or self._terminal.selling_now:
            return
        self._night = day
        await self._begin(UNATTENDED, GrantLevel.DIAGNOSE, left, left, 0)

    async def _take_up(self) -> None:
        """A consent that the journal has and nobody here gave: the till was started anew.

        Its code is gone with the till that made it; a session goes on if the agent still holds it.
        One that is over meanwhile, but not accounted for, is waited for likewise.
        """
        async with self._taking:  # whoever follows must not find less than `run` is about to
            if self._visit or self._terminal.journal() is None:
                return
            looked, self._looked = self._looked, True
            for given in self._grants.kept():
                if given.purpose == PURPOSE and self._grants.holds(given.grant):
                    story = await self._read(partial(read_story, grant=given.grant))
                    self._visit = self._from_before(given, story)
                    self._tell_counter()
                    return
            story = [] if looked else await self._read(read_unaccounted)
            for given in [each.event for each in story if isinstance(each.event, GrantGiven)]:
                self._last = self._from_before(given, story, over=True)
                self._endings.put_nowait(self._last)

    def _from_before(self, given: GrantGiven, story: list[Told], *, over: bool = False) -> Visit:
        who = [each.event.who for each in story if isinstance(each.event, SupportOpened)]
        now = self._terminal.clock.now()
        left = timedelta(seconds=seconds_left(given, now.utc))
        return Visit(
            given=given, secret="", principal="", code_over=0.0,
            until=(now.local + left).isoformat(timespec="seconds"),
            due=_now() + AGAIN, who=who[-1] if who else "", over=over,
        )  # fmt: skip

    async def _read(self, read: Callable[[Path, str], list[Told]]) -> list[Told]:
        return await to_the_end(partial(read, self._terminal.state, self._terminal.vfs))

    async def _finish(self, visit: Visit, why: GrantEnd, *, by: int = 0) -> None:
        """End its grant, which ends it (`_ended`)."""
        try:
            await self._grants.finish(visit.given.grant, why, by=by)
        except ChannelError as error:
            # It is over all the same: nobody may do anything by it any more.
            log.warning("support: %s", error)
            self._ended((visit.given.grant, why))

    def _ended(self, ended: tuple[int, GrantEnd]) -> None:
        """A grant is over, whoever ended it: everybody hears of it before its record is durable."""
        visit = self._visit
        if visit is None or visit.given.grant != ended[0]:
            return
        visit.over, self._visit = True, None
        if visit.answered and not visit.answered.done():
            visit.answered.set_result(None)
        self._tell_follower()
        self._tell_counter()
        if visit.who:
            self._last = visit
            self._endings.put_nowait(visit)
            # Over by the box's clock, and not by the one that nobody sets: that clock was put on.
            early = visit.secret and visit.due - SLEWED > _now()
            if ended[1] is GrantEnd.EXPIRED and early:
                self._say(visit, faults.CERTIFICATE_CLOCK)

    def _of(self, secret: str, *, over: bool = False) -> Visit:
        """The visit that this is the secret of. ChannelError."""
        found = self._known(secret)
        if found is None or not (over or self._grants.holds(found.given.grant)):
            raise ChannelError(faults.NOT_GRANTED, say("aucun accord en cours"))
        return found

    def _known(self, secret: str) -> Visit | None:
        """The visit that this is the secret of; one from before a restart has it again by that."""
        for visit in filter(None, (self._visit, self._last)):
            if not hmac.compare_digest(visit.given.digest, digest_of(secret)):
                continue
            if not visit.secret:
                visit.secret = secret
                left = seconds_left(visit.given, self._terminal.clock.now().utc)
                visit.due = _now() + left
            return visit
        return None

    def _news(self, said: str | None = None) -> ConsentNews:
        visit = self._visit
        if visit is None:
            return ConsentNews(None, said)
        left = seconds_left(visit.given, self._terminal.clock.now().utc)
        return ConsentNews(
            Consent(visit.given.grant, visit.given.level, visit.until, max(0, round(left))), said
        )

    def _tell_follower(self, said: str | None = None) -> None:
        if self._follower is not None:
            self._follower.put_nowait(self._news(said))

    def _tell_counter(self) -> None:
        visit = self._visit
        self._grants.support = None
        if visit:
            self._grants.support = Support(
                visit.given.grant, visit.given.level, visit.until, visit.who, visit.doing,
                visit.asked, visit.question,
            )  # fmt: skip
        self._grants.tell()

    def _print(self, paper: Receipt, *, patient: bool = False, secret: bool = False) -> None:
        lane = self._terminal.equipment.outputs.prints(PrinterRole.REPORT)
        lane.print(Paper(None, paper, patient=patient, secret=secret))


def _now() -> float:
    return asyncio.get_running_loop().time()
