"""What a service may use: everything that it knows of the till, the box and the agent."""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pos_terminal.agent import outbox, progress, settings
from pos_terminal.agent.clock import Clock
from pos_terminal.agent.incidents import IncidentBook
from pos_terminal.agent.outbox import Outbox
from pos_terminal.agent.progress import Cursor
from pos_terminal.agent.stores import Stores, checked
from pos_terminal.agent.till import OtherJournal, TillClient
from pos_terminal.channel.interface import Record, Settings
from pos_terminal.process.translation import translator
from pos_terminal.storage.worker import Worker

log = logging.getLogger(__name__)

T = TypeVar("T")


class Agent:
    """The world of one service plug-in, `name`. Nothing of it is another plug-in's.

    `till`       the till: its state, calls, answers that follow
    `incidents`  what is wrong: report it, hear what is told of it
    `clock`      what time it is, and whether to believe it
    `checks`     every health check of every plug-in (for whoever looks after them)
    `commands`   every command of every plug-in for a supporter (for the service «support»)
    `pages`      every page of every plug-in for the owner (for the service «console»)
    `given`      the shop, the terminal and the language that the till is configured for
    """

    def __init__(
        self,
        name: str,
        *,
        till: TillClient,
        incidents: IncidentBook,
        clock: Clock,
        stores: Stores,
        given: Settings,
        checks: Callable[[], Iterable[Any]],
        commands: Callable[[], Iterable[Any]] = tuple,
        pages: Callable[[], Iterable[Any]] = tuple,
    ) -> None:
        self.name = checked(name)
        self.till = till
        self.incidents = incidents
        self.clock = clock
        self.given = given
        self.checks = checks
        self.commands = commands
        self.pages = pages
        self._stores = stores

    async def records(self, cursor: Cursor) -> AsyncIterator[Record]:
        """Every record behind the cursor, for ever. Move it once a record's work is done.

        A journal that is not the cursor's, as after the restoring of a backup, is read from its
        start.
        """
        while True:
            try:
                async for record in self.till.records(cursor.at):
                    yield record
            except OtherJournal as error:
                log.warning("%s starts again with the journal's first record: %s", self.name, error)
                await cursor.rewind()

    async def cursor(self, name: str) -> Cursor:
        """A place in the journal that outlasts the agent; the journal's start the first time."""
        return await Cursor.open(self._own, name)

    def store(self, name: str, schema: str) -> Worker:
        """A SQLite file of this plug-in's own, with the tables that `schema` makes when it is new.

        It holds at most 64 MiB; then writing fails, here alone. It may be lost: what must not be
        is made of the journal again.
        """
        return self._stores.worker(f"{self.name}.{checked(name)}", schema)

    def folder(self, name: str) -> Path:
        """A folder for files that are too large for a store; what is in it may be lost, too."""
        return self._stores.folder(checked(name))

    @cached_property
    def outbox(self) -> Outbox:
        """What this plug-in has to tell the world outside."""
        return Outbox(self._own, self.clock)

    @property
    def has_outbox(self) -> bool:
        """Whether it has asked for its outbox."""
        return "outbox" in vars(self)

    def settings(self, to: type[T]) -> T:
        """The table `[service.NAME]` of the till's configuration as a `to`: a frozen Struct
        (forbid_unknown_fields finds slips). BadSettings, a ValueError, where it is none.
        """
        return settings.table_of(self.given, self.name, to)

    def secret(self, name: str) -> str:
        """A secret from the agent's unit, `LoadCredential=NAME:FILE`; BadSettings without it."""
        return settings.secret(name)

    def redacted(self, text: str) -> str:
        """A line that may leave the box: without the agent's own secrets, and what else is nobody's
        business (domain/redaction).
        """
        return settings.without_secrets(text)

    def words(self, language: str) -> Callable[[str], str]:
        """What turns the French of the code into that language: a message may have several."""
        return translator(language)

    @property
    def _own(self) -> Worker:
        return self._stores.worker(self.name, progress.SCHEMA + outbox.SCHEMA)
