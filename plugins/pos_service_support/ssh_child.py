"""The SSH side, in a process that lives as long as one consent: `python -m` this module.

It dials a relay, has that listen, and serves SSH inside the connection: no port of this box is
open. It knows the shop's code as little as its hash: it passes on what the support's authority has
signed, and the till says who may stay. Of what is typed it understands Tab and Ctrl-C; the agent
does the rest. There is no shell, no file transfer and no forwarding in here to be reached.
"""

import asyncio
import resource
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, cast

import asyncssh

from pos_service_support import wire
from pos_service_support.cable import pulled
from pos_service_support.lines import LONGEST, completed
from pos_service_support.wire import (
    Admitted,
    Begin,
    Done,
    Enter,
    Finish,
    Left,
    Linked,
    Output,
    Run,
    Said,
    Shown,
    Stop,
    Trouble,
    Typed,
)
from pos_terminal.tasks.groups import first

DIALLING = 20.0
"""Seconds that a relay may take: one that hangs is left, and dialled anew."""

PAUSES = (1.0, 2.0, 5.0, 10.0)
"""Seconds before the next dialling, the last one again and again."""

ALIVE, MISSED = 2, 3
"""Every how many seconds the far end is asked whether it lives, and how often in vain: a lost line
is known within 8 s, and one that nothing comes through for 3 s, as of a radio, is none
(docs/plugins/support.md).
"""

VISITORS = 20
"""Connections that are let in to show a certificate, during one consent."""

LOGIN = 20
"""Seconds to show one."""

SCREENS = 4
"""Of one supporter at once: a mirror beside a prompt."""

LOOK, SLEWED = 1.0, 5.0
"""Every how many seconds the certificate of whoever is in is held against the clock, and how many
that gains or loses in a session without being set: at most 0.5 s in 1000 (adjtimex(2)).
"""

BLOCKED = 30.0
"""Seconds that a supporter's screen may take nothing: then he is gone."""

HEAP = 128 << 20
"""Bytes of memory, of which asyncssh and its cryptography take a third. SSH lets a peer have more
kept than that, relay and supporter alike; then this process ends, and not the agent with it, whose
unit has 256 MB for both.
"""

RELAY_SILENT, RELAY_KEY, CLOCK = "B-161", "B-162", "B-163"
"""The till's faults for who does not come."""


class Agent:
    """The agent, at the far end of standard input and output."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def hear(self) -> wire.ToChild:
        """Its next message; EOFError once it has gone."""
        line = await self._reader.readline()
        if not line:
            raise EOFError("the agent has gone")
        return wire.TO_CHILD.decode(line)

    def tell(self, message: wire.FromChild) -> None:
        """Tell it; what it does not read in time blocks this process alone."""
        with suppress(BrokenPipeError):  # it has gone, which `hear` says
            sys.stdout.buffer.write(wire.line(message))
            sys.stdout.buffer.flush()


class Certificate(NamedTuple):
    """What the authority has signed of a visitor; it holds between those seconds of UTC."""

    principal: str
    who: str
    key: str
    since: int
    until: int

    def holds(self, utc: float) -> bool:
        """Whether it does then."""
        return self.since <= utc < self.until


class OneTill(asyncssh.SSHAuthorizedKeys):
    """Believes certificates of one authority for one terminal, and notes what they say.

    A certificate's principals are what the authority has signed: for which terminal and code; and
    `who=`, `key=`, `since=`, `until=`, as `pos-terminal support sign` writes them.
    """

    def __init__(self, visit: "Visit") -> None:
        super().__init__()
        self._ca = asyncssh.import_public_key(visit.begin.ca)
        self._name = visit.begin.name
        self._visit = visit
        self.found: Certificate | None = None

    def validate(
        self, key: asyncssh.SSHKey, client_host: str, client_addr: str,
        cert_principals: Sequence[str] | None = None, ca: bool = False,
    ) -> dict[str, object] | None:  # fmt: skip
        """asyncssh's question: whether that key may sign, for those principals."""
        principals = list(cert_principals or ())
        mine = [each for each in principals if each.startswith(f"{self._name}:")]
        facts = dict(each.split("=", 1) for each in principals if "=" in each)
        if not ca or key != self._ca or len(mine) != 1 or not {"who", "key", "until"} <= set(facts):
            return None
        try:
            since, until = int(facts.get("since", "0")), int(facts["until"])
        except ValueError:
            return None
        found = Certificate(mine[0], facts["who"], facts["key"], since, until)
        if not found.holds(self._visit.utc()):
            self._visit.trouble(CLOCK, f"{since} - {until}")
            return None
        self.found = found
        return {"principals": principals}


class Visit:
    """All that goes on during one consent."""

    def __init__(
        self, agent: Agent, begin: Begin, *, dialling: float = DIALLING,
        utc: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self.agent = agent
        self.utc = utc
        self.begin = begin
        self._dialling = dialling
        self.inside: asyncssh.SSHServerConnection | None = None
        self.outputs: dict[int, asyncio.Queue[Output | Done]] = {}
        self.visitors = 0
        self.over = asyncio.Event()
        self.why = ""
        self._runs = 0
        self._asked = 0
        self.doors: dict[asyncssh.SSHServerConnection, Door] = {}
        self._answers: dict[int, asyncio.Future[Admitted]] = {}
        self._screens: set[asyncssh.SSHServerProcess[str]] = set()
        self._began = time.monotonic()

    # The relay.

    async def dial(self) -> None:
        """Be linked, again and again until somebody has come in; then a lost line is the end."""
        failures = 0
        while not self.over.is_set():
            try:
                await self._linked()
                failures = 0
            except asyncssh.HostKeyNotVerifiable as error:
                self.trouble(RELAY_KEY, str(error))
            except (OSError, asyncssh.Error, TimeoutError) as error:
                self.trouble(RELAY_SILENT, str(error) or "no answer")
            if self.inside:
                self.end(self.begin.words.lost, lost=True)
                return
            await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    async def _linked(self) -> None:
        begin = self.begin
        async with asyncio.timeout(self._dialling):
            relay = await asyncssh.connect(
                begin.relay, begin.port, username=begin.user, config=None, agent_path=None,
                client_keys=[asyncssh.import_private_key(begin.key)],
                known_hosts=([asyncssh.import_public_key(begin.relay_key)], [], []),
                keepalive_interval=ALIVE, keepalive_count_max=MISSED, login_timeout=self._dialling,
                preferred_auth="publickey", compression_algs=None,
            )  # fmt: skip
        async with relay:
            async with asyncio.timeout(self._dialling):
                served = await relay.listen_ssh(
                    "127.0.0.1", begin.listen, server_factory=lambda: Door(self), config=None,
                    server_host_keys=[asyncssh.import_private_key(begin.host_key)],
                    process_factory=self.talk, sftp_factory=None, allow_scp=False,
                    agent_forwarding=False, x11_forwarding=False, host_based_auth=False,
                    password_auth=False, kbdint_auth=False, gss_auth=False, login_timeout=LOGIN,
                    keepalive_interval=ALIVE, keepalive_count_max=MISSED,
                    line_editor=True, line_history=100, max_line_length=LONGEST, errors="replace",
                    compression_algs=None,
                )  # fmt: skip
            self.agent.tell(Linked())
            async with served:
                await first(relay.wait_closed(), pulled(relay.get_extra_info("sockname")[0]))
                relay.abort()  # a cable that is out takes no farewell along

    # Who comes.

    def trouble(self, code: str, detail: str) -> None:
        """Why nobody comes."""
        self.agent.tell(Trouble(code, detail[:200]))

    async def admit(
        self, connection: asyncssh.SSHServerConnection, shown: Certificate | None
    ) -> str:
        """Ask the till; empty where he may stay, else why not."""
        if self.inside or shown is None:
            return self.begin.words.busy
        self._asked += 1
        visitor = self._asked
        answer: asyncio.Future[Admitted] = asyncio.get_running_loop().create_future()
        self._answers[visitor] = answer
        self.agent.tell(Enter(visitor, shown.principal, shown.who, shown.key))
        admitted = await answer
        if not admitted.may or self.inside or self.over.is_set():
            return admitted.text or self.begin.words.busy
        if connection not in self.doors:  # he has gone meanwhile, and the code with him
            self.end(self.begin.words.left, lost=True)
            return self.begin.words.left
        self.inside = connection
        self._began = time.monotonic()
        self._show_out(shown, self._began + shown.until - self.utc())
        return ""

    def _show_out(self, shown: Certificate, due: float) -> None:
        """What ends with a certificate is the right to come in: whoever is in has to be shown out,
        when it is due by the clock that nobody sets, or when the box's own has been put to where
        it does not hold.
        """
        if self.over.is_set():
            return
        left, utc = due - time.monotonic(), self.utc()
        if left > 0 and shown.holds(utc):
            wait = min(left, LOOK)
            asyncio.get_running_loop().call_later(wait, self._show_out, shown, due)
            return
        # A clock that is only slewed is seconds off at most when the end is near.
        if left > SLEWED or utc < shown.since:
            self.trouble(CLOCK, f"{shown.since} - {shown.until}")
        self.end(self.begin.words.expired)

    def gone(self, connection: asyncssh.SSHServerConnection, error: Exception | None) -> None:
        """A visitor's connection is: he has ended it, or it broke."""
        self.doors.pop(connection, None)
        if connection is self.inside:
            self.end(self.begin.words.left, lost=error is not None)

    # What is typed.

    async def talk(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        """One command, or one after the other."""
        door = self.doors.get(cast(asyncssh.SSHServerConnection, process.channel.get_connection()))
        refusal = await asyncio.shield(door.refusal) if door else self.begin.words.lost
        if refusal or len(self._screens) >= SCREENS:
            process.stderr.write(f"{refusal or self.begin.words.screens}\n")
            process.exit(1)
            return
        self._screens.add(process)
        try:
            if process.command is not None:
                process.exit(await self._run(process, process.command))
                return
            await self._converse(process)
            process.exit(0)
        except (asyncssh.ConnectionLost, asyncssh.BreakReceived, BrokenPipeError):
            process.exit(1)
        finally:
            self._screens.discard(process)

    async def _converse(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        if process.term_type:
            editor = cast(asyncssh.SSHLineEditorChannel, process.channel)
            editor.register_key("\t", self._complete(process))
        await self._show(process, f"{self.begin.greeting}\n")
        while True:
            await self._show(process, "> ")
            try:
                line = await process.stdin.readline()
            except (asyncssh.BreakReceived, asyncssh.SignalReceived, asyncssh.TerminalSizeChanged):
                continue
            if not line or line.strip() in ("exit", "quit"):
                return
            if line.strip():
                # His own terminal has shown it: in the recording it would be missing.
                self.agent.tell(Typed(self._at, line.strip()[: LONGEST + 1]))
                await self._run(process, line.strip())

    def _complete(
        self, process: "asyncssh.SSHServerProcess[str]"
    ) -> Callable[[str, int], tuple[str, int] | bool]:
        def pressed(line: str, pos: int) -> tuple[str, int] | bool:
            done, choices = completed(line[:pos], self.begin.commands)
            if choices and done == line[:pos]:
                process.stdout.write("  ".join(choices) + "\n")
            return (done + line[pos:], len(done)) if done != line[:pos] or choices else False

        return pressed

    async def _run(self, process: "asyncssh.SSHServerProcess[str]", line: str) -> int:
        """Have a command done by the agent, and show what comes of it; Ctrl-C stops it."""
        if len(line) > LONGEST:
            await self._show(process, f"{self.begin.words.too_long}\n")
            return 2
        self._runs += 1
        number, queue = self._runs, asyncio.Queue[Output | Done]()
        self.outputs[number] = queue
        self.agent.tell(Run(number, line))
        try:
            async with asyncio.TaskGroup() as group:
                watching = [
                    group.create_task(self._stopped(process, number)),
                    group.create_task(self._shut(process, number)),
                ]
                while True:
                    said = await queue.get()
                    if isinstance(said, Done):
                        for each in watching:
                            each.cancel()
                        return said.status
                    await self._show(process, said.text)
        finally:
            del self.outputs[number]

    async def _stopped(self, process: "asyncssh.SSHServerProcess[str]", number: int) -> None:
        """Tell the agent of Ctrl-C; what else is typed meanwhile is dropped, and bounded."""
        while True:
            try:
                if not await process.stdin.readline():
                    if process.command is None:
                        self.agent.tell(Stop(number))
                    return
            except asyncssh.TerminalSizeChanged:
                continue
            except (asyncssh.BreakReceived, asyncssh.SignalReceived):
                self.agent.tell(Stop(number))

    async def _shut(self, process: "asyncssh.SSHServerProcess[str]", number: int) -> None:
        """Tell the agent that his screen is shut: what follows something would hold its place."""
        await process.wait_closed()
        self.agent.tell(Stop(number))

    @property
    def _at(self) -> float:
        """Seconds since he came in."""
        return time.monotonic() - self._began

    async def _show(self, process: "asyncssh.SSHServerProcess[str]", text: str) -> None:
        """On his screen, and in the recording; one that takes nothing for long is gone."""
        width, height, *_ = process.term_size if process.term_type else (80, 24, 0, 0)
        self.agent.tell(Shown(self._at, text.replace("\n", "\r\n"), width or 80, height or 24))
        process.stdout.write(text)
        try:
            async with asyncio.timeout(BLOCKED):
                await process.stdout.drain()
        except TimeoutError:
            self.end(self.begin.words.lost, lost=True)

    # The agent.

    async def listen(self) -> None:
        """Do what the agent says, until it says that it is over."""
        while True:
            try:
                told = await self.agent.hear()
            except EOFError:
                self.end(self.begin.words.lost)
                return
            match told:
                case Admitted(visitor):
                    answer = self._answers.pop(visitor, None)
                    if answer and not answer.done():
                        answer.set_result(told)
                case Output(run) | Done(run):
                    if run in self.outputs:
                        self.outputs[run].put_nowait(told)
                case Said(text):
                    for process in self._screens:
                        process.stdout.write(f"\n{text}\n")
                case Finish(why):
                    self.end(why)
                    return

    def end(self, why: str, *, lost: bool = False) -> None:
        """Everything is over, at once."""
        if self.over.is_set():
            return
        self.why = why
        self.over.set()
        for process in self._screens:
            with suppress(OSError):
                process.stdout.write(f"\n*** {why} ***\n")
        if self.inside:
            self.inside.disconnect(asyncssh.DISC_BY_APPLICATION, why)
        self.agent.tell(Left(why, lost))


class Door(asyncssh.SSHServer):
    """Lets in whoever has a certificate, and nothing but a terminal session behind it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._keys = OneTill(visit)
        self.refusal: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Somebody has connected: through the relay, since there is no other way."""
        self._connection = conn
        self._visit.doors[conn] = self
        self._visit.visitors += 1
        if self._visit.visitors > VISITORS:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """He has gone."""
        self._visit.gone(self._connection, exc)

    def begin_auth(self, username: str) -> bool:
        """Whatever he calls himself, a certificate says who he is."""
        self._connection.set_authorized_keys(self._keys)
        return True

    def public_key_auth_supported(self) -> bool:
        """By certificate alone."""
        return True

    async def auth_completed(self) -> None:
        """His key is the certificate's: now the till says whether he may stay."""
        refusal = await self._visit.admit(self._connection, self._keys.found)
        if not self.refusal.done():
            self.refusal.set_result(refusal)
        if refusal:
            # Late enough for his session to tell him why.
            asyncio.get_running_loop().call_later(1.0, self._connection.disconnect,
                                                  asyncssh.DISC_BY_APPLICATION, refusal)


async def main() -> None:
    """Begin as the agent says, and end when it says so, or is gone."""
    resource.setrlimit(resource.RLIMIT_DATA, (HEAP, HEAP))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=4 * wire.LONGEST)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    agent = Agent(reader)
    begin = await agent.hear()
    if not isinstance(begin, Begin):
        raise TypeError(f"{begin!r} is no beginning")
    visit = Visit(agent, begin)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(visit.dial()), group.create_task(visit.listen())]
        await visit.over.wait()
        # The farewell and the disconnection leave with this turn of the loop.
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
