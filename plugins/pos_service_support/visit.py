"""One consent, carried out: its process, whoever comes in, his commands, and the recording."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress

from msgspec import DecodeError

from pos_service_support import lines, recording, wire
from pos_service_support.commands import standing_in
from pos_service_support.performed import Performed
from pos_service_support.recording import Recording
from pos_service_support.settings import SupportSettings
from pos_service_support.wire import (
    Admitted,
    Begin,
    Done,
    Enter,
    Finish,
    Left,
    Linked,
    Run,
    Said,
    Shown,
    Stop,
    Trouble,
    Typed,
    Words,
)
from pos_terminal.agent.hookspecs import SupportCommand
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import END_SESSION, SESSION, SUPPORT_TROUBLE
from pos_terminal.channel.support import Consent, SessionAsked, SessionEnding, SupportTrouble
from pos_terminal.domain import faults
from pos_terminal.domain.language import say
from pos_terminal.storage.worker import Worker

PROGRAM = (sys.executable, "-m", "pos_service_support.ssh_child")

DYING = 1.0
"""Seconds that the process has to say good-bye; then it is killed."""

AGAIN = 1.0
"""Seconds until a till that was away is told again what was recorded."""

PATIENCE = 25.0
"""Seconds that a session, and what was recorded of it, outlasts a till that is being started anew:
it waits a little longer.
"""

HELD = 4
"""Commands at once, one for each screen."""


class Visit:
    """`grant` is empty until somebody is in."""

    def __init__(
        self, agent: Agent, settings: SupportSettings, store: Worker, consent: Consent,
        keys: tuple[str, str], *, program: Sequence[str] = PROGRAM,
    ) -> None:  # fmt: skip
        self.number = consent.number
        self.grant = ""
        self._agent = agent
        self._settings = settings
        self._store = store
        self._consent = consent
        self._keys = keys
        self._program = program
        self._commands: Mapping[str, SupportCommand] = {
            each.name: each for each in (*standing_in(), *agent.commands())
        }
        self._began = agent.clock.utc()
        self._recording = Recording(self._began, f"{agent.given.store} {agent.given.terminal}")
        self.linked = asyncio.Event()  # with the relay, so that somebody can come
        self._over = asyncio.Event()
        self._why = ""
        self._left = asyncio.Event()
        self._lost = False
        self._runs: dict[int, Performed] = {}
        self._to_child: asyncio.StreamWriter | None = None

    def end(self, why: str) -> None:
        """It is over: what the process shows goes at once."""
        if not self._over.is_set():
            self._why = why
            self._over.set()
            self._tell(Finish(why))

    def say(self, said: str) -> None:
        """What the shop says, for whoever is in."""
        words = {"yes": say("OUI"), "no": say("NON")}
        self._tell(Said(f"*** {words.get(said, said)} ***"))

    async def run(self) -> None:
        """Until it is over, whoever ends it."""
        child = await asyncio.create_subprocess_exec(
            *self._program, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, limit=4 * wire.LONGEST, start_new_session=True,
            env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert child.stdin and child.stdout
        self._to_child = child.stdin
        self._tell(self._beginning())
        timer = asyncio.get_running_loop().call_later(
            self._consent.seconds, self.end, say("le temps est écoulé")
        )
        try:
            async with asyncio.TaskGroup() as group:
                hearing = group.create_task(self._hear(child.stdout, group))
                await self._over.wait()
                with suppress(TimeoutError):
                    async with asyncio.timeout(DYING):
                        await self._left.wait()
                hearing.cancel()
                undone = ", ".join(each.line for each in self._runs.values())[:200]
                for run in self._runs.values():
                    run.stop()
            # His line is closed: the record says so before the process is gone, too.
            ending = await self._kept(undone) if self.grant else None
            told = ending is None or await self._told(ending)
        finally:
            timer.cancel()
            await _gone(child)
        if ending and not told:
            await self._tell_again(ending)

    def _beginning(self) -> Begin:
        given, settings = self._agent.given, self._settings
        known = {each.name: [*each.completes()] for each in self._commands.values()}
        return Begin(
            relay=settings.relay, port=settings.relay_port, user=settings.relay_user,
            relay_key=settings.relay_key, key=self._keys[0], host_key=self._keys[1],
            ca=settings.ca, listen=settings.listen, name=f"pos-{given.store}-{given.terminal}",
            greeting=say(
                "{shop}, caisse {terminal} ; enregistré ; {level} ; fin {until} ; «help»",
                shop=given.shop, terminal=given.terminal, level=self._consent.level,
                until=self._consent.until[11:16],
            ),
            words=_words(),
            commands={**known, "help": sorted(known), "exit": []},
        )  # fmt: skip

    async def _hear(self, stdout: asyncio.StreamReader, group: asyncio.TaskGroup) -> None:
        """Do what the process asks for, until it ends; what it says is not trusted."""
        try:
            while line := await stdout.readline():
                await self._take(wire.FROM_CHILD.decode(line), group)
        except (ValueError, DecodeError) as error:
            self.end(f"SSH: {error}")
        self._left.set()
        if not self._over.is_set() and not self.grant:
            await self._trouble(faults.RELAY_SILENT.code)
        self.end(say("le programme de liaison s'est arrêté"))

    async def _take(self, told: wire.FromChild, group: asyncio.TaskGroup) -> None:
        match told:
            case Enter():
                await self._enter(told)
            case Run():
                self._start(told, group)
            case Stop(run):
                if run in self._runs:
                    self._runs[run].stop()
            case Shown(at, text, width, height) if not self._left.is_set():
                self._recording.shown(at, text, width, height)
                if self._recording.full:
                    self.end(say("l'enregistrement est plein"))
            case Typed(at, text) if not self._left.is_set():
                self._recording.typed(at, self._agent.redacted(text))
            case Trouble(code):
                await self._trouble(code)
            case Left(why, lost):
                self._lost = lost
                self._left.set()
                self.end(why)
            case Shown() | Typed():  # too late for the recording, whose hash is told
                pass
            case Linked():
                self.linked.set()

    async def _trouble(self, code: str) -> None:
        """Have the counter say why nobody comes."""
        with suppress(ChannelError):  # a till that is away says nothing either
            await self._agent.till.call(SUPPORT_TROUBLE, SupportTrouble(self.number, code))

    async def _enter(self, asks: Enter) -> None:
        """The till says who may come in."""
        asked = SessionAsked(self.number, asks.principal, asks.who, asks.key)
        try:
            granted = await self._agent.till.call(SESSION, asked)
        except ChannelError as error:
            self._tell(Admitted(asks.visitor, False, f"{error.fault} {error.detail}"))
            return
        self.grant = granted.grant
        self._tell(Admitted(asks.visitor, True, ""))

    def _start(self, asks: Run, group: asyncio.TaskGroup) -> None:
        if self._over.is_set() or not self.grant or len(self._runs) >= HELD:
            self._tell(Done(asks.run, 1))
            return
        run = Performed(self._agent, self._commands, self.grant, asks, self._tell)
        self._runs[asks.run] = run
        run.start(group, lambda: self._runs.pop(asks.run, None))

    def _tell(self, message: wire.ToChild) -> None:
        writer = self._to_child
        if writer is not None and not writer.is_closing():
            writer.write(wire.line(message))

    async def _kept(self, undone: str) -> SessionEnding:
        """Keep the recording; what the till is to put into the journal for good."""
        await recording.keep(self._store, self.number, self._began, self._recording)
        return SessionEnding(
            self.grant, self._recording.sha256, undone or None, self._lost or None
        )

    async def _told(self, ending: SessionEnding) -> bool:
        """Tell the till; False where it is away, as one that is being started anew."""
        try:
            await self._agent.till.call(END_SESSION, ending)
        except ChannelError as error:
            return error.fault in (faults.NOT_GRANTED, faults.BAD_REQUEST)
        return True

    async def _tell_again(self, ending: SessionEnding) -> None:
        with suppress(TimeoutError):  # then it has its own account without it
            async with asyncio.timeout(PATIENCE):
                while not await self._told(ending):  # noqa: ASYNC110  bounded
                    await asyncio.sleep(AGAIN)


def _words() -> Words:
    return Words(
        busy=say("quelqu'un d'autre est déjà là"),
        expired=say("le certificat a expiré"),
        lost=say("la liaison est rompue"),
        left=say("l'assistance est partie"),
        too_long=say("plus de {most} caractères", most=lines.LONGEST),
        screens=say("trop d'écrans à la fois"),
    )


async def _gone(child: asyncio.subprocess.Process) -> None:
    """Have the process end, and wait until it has."""
    assert child.stdin and child.stdout
    child.stdin.close()
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(DYING):
                await child.wait()
    finally:  # also where the agent is ending, and waits for nobody
        if child.returncode is None:
            child.kill()
        # Unheard: a pipe that is full of what it said last would never be closed.
        while await child.stdout.read(wire.LONGEST):
            pass
        await child.wait()
