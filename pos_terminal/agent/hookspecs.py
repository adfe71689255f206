"""The whole API of services, on one page.

A service plug-in is a module, named by an record point in the group `pos_terminal.services`, with
functions marked `@hookimpl` that have the names below. It runs in the agent once the till's
configuration lists it in `[agent] services`. What it may use is `Agent`, and nothing of the till's.
"""

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Protocol

import pluggy
from msgspec import Struct

from pos_terminal.agent.console_pages import ConsolePage
from pos_terminal.agent.world import Agent
from pos_terminal.domain.events.values import GrantLevel
from pos_terminal.domain.faults import Fault

PROJECT = "pos_terminal"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Service(Struct, frozen=True):
    """Something that runs for ever beside others, as tasks of one event loop.

    `run` is started again after 1, 5, 30, 300 s whenever it raises or returns. It must not block:
    one that holds the loop for 20 s ends the whole agent, and is held back for minutes then. With
    `silence` it counts as failed when it waits for one thing for longer than so many seconds.
    """

    name: str
    run: Callable[[], Coroutine[Any, Any, object]]
    silence: float | None = None


class Check(Struct, frozen=True):
    """A look at one subject, every so many seconds, in a thread of its own; it may block a little.

    `look` gives what is wrong, each with a detail for technicians. Every other fault that it found
    of that subject before is over then.
    """

    subject: str
    every: float
    look: Callable[[], Iterable[tuple[Fault, str]]]


class Call(Protocol):
    """A supporter's command while it is done."""

    @property
    def words(self) -> Sequence[str]:
        """What he typed behind its name."""

    @property
    def grant(self) -> str:
        """The consent's grant, for the till's methods."""

    async def out(self, text: str) -> None:
        """Show him a text; secrets are taken out of it, and too much of it ends the command."""


class SupportCommand(Struct, frozen=True):
    """Something that a supporter may have done from afar, once the shop has let him in.

    `words` say in French what it is, for whoever stands at the till: «relit le journal». `usage` is
    what may follow its name, `completes` gives the words that are known for that. `run` raises
    ChannelError where it cannot be done, ValueError where it was typed wrongly. A till is never
    asked beyond `level`: it looks itself. A command `update` that brings the program up to date is
    at `control`, and done once the counter has said yes.
    """

    name: str
    level: GrantLevel
    words: str
    help: str
    run: Callable[[Call], Coroutine[Any, Any, object]]
    usage: str = ""
    completes: Callable[[], Iterable[str]] = tuple


class ServiceHooks(Protocol):
    """One method per hook. Hooks are plain functions, called while the agent starts."""

    @hookspec
    def pos_settings(self) -> type[Any]:
        """The frozen `msgspec.Struct` that `[service.NAME]` is held to: the one that
        `Agent.settings` is asked for. The agent never calls it, `pos-terminal config check` no
        other: what is wrong is said before a till begins with it.
        """

    @hookspec
    def pos_services(self, agent: Agent) -> Iterable[Service]:
        """The services of this plug-in. `agent` is this plug-in's own."""

    @hookspec
    def pos_health_checks(self, agent: Agent) -> Iterable[Check]:
        """What the service «health» has to look at for this plug-in; found faults are incidents."""

    @hookspec
    def pos_support_commands(self, agent: Agent) -> Iterable[SupportCommand]:
        """What this plug-in can do for a supporter, through the service «support»."""

    @hookspec
    def pos_console_pages(self, agent: Agent) -> Iterable[ConsolePage]:
        """Pages of this plug-in's for the owner, in the service «console»."""
