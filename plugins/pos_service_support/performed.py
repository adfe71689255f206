"""One command of a supporter's: told to the till first, then done, its output bounded and clean."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from pos_service_support import lines, wire
from pos_service_support.wire import Done, Output, Run
from pos_terminal.agent.hookspecs import SupportCommand
from pos_terminal.agent.world import Agent
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import COMMAND, Method
from pos_terminal.channel.support import CommandAsked
from pos_terminal.domain.health.advice import advice
from pos_terminal.domain.language import say
from pos_terminal.tasks.contain import contained

P = TypeVar("P", bound=Struct)
R = TypeVar("R", bound=Struct)

MOST = 256 << 10
"""Characters of output of one command that does not follow something."""

A_SECOND = 8 << 10
"""Characters a second: more is a flood, and waits; the line to the shop is the shop's."""

PAGE = 8 << 10
"""Characters of a message."""

LEAST = 2 << 10
"""Characters that a command counts for by itself: each is a record of the journal, so who has
a program type for him is kept to four a second."""

PATIENCE = 90.0
"""Seconds that a till may take with somebody at the counter to be asked."""


class TooMuch(Exception):
    """A command said more than may be shown of one."""


class Performed:
    """A call of a command: what the command sees of it, too.

    It says no more than `a_second` characters a second.
    """

    def __init__(
        self, agent: Agent, commands: Mapping[str, SupportCommand], grant: str, asks: Run,
        tell: Callable[[wire.ToChild], None], *, a_second: float = A_SECOND,
    ) -> None:  # fmt: skip
        self.line = asks.line
        self.grant = grant
        self.words: Sequence[str] = ()
        self._agent = agent
        self._commands = commands
        self._number = asks.run
        self._tell = tell
        self._a_second = a_second
        self._said = 0
        self._status = 1
        self._task: asyncio.Task[None] | None = None

    def start(self, group: asyncio.TaskGroup, done: Callable[[], object]) -> None:
        """Have it done in that group."""
        self._task = group.create_task(self._run())
        self._task.add_done_callback(lambda _: done())
        # Told here, and not by the task: one that is stopped before it began would tell nothing,
        # and his prompt would wait for it for ever.
        self._task.add_done_callback(lambda _: self._tell(Done(self._number, self._status)))

    def stop(self) -> None:
        """Leave it where it is."""
        if self._task:
            self._task.cancel()

    async def out(self, text: str) -> None:
        """Show him a text: cleaned line by line, in pages, and no faster than he can read."""
        # What a device or a scanned code put into a log must not steer his terminal.
        plain = "".join(x if x.isprintable() or x in "\n\t" else "?" for x in text)
        clean = "\n".join(map(self._agent.redacted, plain.split("\n")))
        self._said += len(clean)
        if self._said > MOST:
            raise TooMuch
        for at in range(0, len(clean), PAGE):
            page = clean[at : at + PAGE]
            self._tell(Output(self._number, page))
            await asyncio.sleep(len(page) / self._a_second if self._said > PAGE else 0)

    async def _run(self) -> None:
        failed: list[BaseException] = []
        with contained(failed.append):
            self._status = await self._do()
        if failed:
            await self._explain(failed[0])

    async def _do(self) -> int:
        name, *self.words = lines.words(self.line) or ["help"]
        if name == "help":
            await self.out(self._help())
            return 0
        command = self._commands.get(name)
        if command is None:
            await self.out(f"{name}: {say('pas une commande ; help les dit toutes')}\n")
            return 127
        await asked(
            self._agent, COMMAND,
            CommandAsked(self.grant, self.line, say(command.words), command.level),
        )  # fmt: skip
        await command.run(self)
        await asyncio.sleep(LEAST / self._a_second)
        return 0

    async def _explain(self, error: BaseException) -> None:
        with contained(lambda _: self._cut_off()):
            match error:
                case ChannelError():
                    await self.out(f"{advice(error)}\n")
                case TooMuch():
                    self._cut_off()
                case ValueError():
                    await self.out(f"{error}\n")
                case _:
                    await self.out(f"{type(error).__name__}\n")

    def _cut_off(self) -> None:
        self._tell(Output(self._number, "\n" + say("... le reste n'est pas montré") + "\n"))

    def _help(self) -> str:
        wanted = {*self.words} or {*self._commands}
        rows = [
            (f"{each.name} {each.usage}".rstrip(), each.level.value, say(each.help))
            for each in sorted(self._commands.values(), key=lambda each: each.name)
            if each.name in wanted
        ]
        return table((say("commande"), say("droit"), ""), rows)


async def asked(agent: Agent, method: Method[P, R], asks: P) -> R:
    """The till's answer, though somebody at its counter has to be asked first."""
    async with asyncio.timeout(PATIENCE):
        async for answer in agent.till.follow(method, asks):
            return answer
    raise AssertionError("a call ends with an answer or an error")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as columns, each as wide as its widest cell."""
    every = [head, *rows]
    widths = [max(len(row[at]) for row in every) for at in range(len(head))]
    lines_ = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in every)
    return "".join(f"{line}\n" for line in lines_)
