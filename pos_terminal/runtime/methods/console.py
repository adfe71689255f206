"""SignIn, Console, Catalog: what the owner's pages need of the till, and what it lets them have.

A browser is let in by whoever types its digits and a PIN at the counter. A code that nobody types
is forgotten: it reached no display, made no sound, and counts as no wrong PIN.
"""

import asyncio
import re
import zlib
from collections.abc import AsyncGenerator, Callable
from functools import partial

import msgspec

from pos_terminal.channel.console import (
    CatalogAsked,
    CatalogText,
    ConsoleAsked,
    SignedIn,
    SignInAsked,
)
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.interface import Nothing
from pos_terminal.channel.service import Peer
from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import PrintConsole
from pos_terminal.domain.language import say
from pos_terminal.domain.printing.console import console_paper
from pos_terminal.domain.receipt import PrinterRole
from pos_terminal.domain.staff.console import (
    AT_ONCE,
    CODE_LENGTH,
    CODE_SECONDS,
    LEVELS,
    PURPOSE,
    SCOPES,
    SECONDS,
)
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.catalogue import Catalogue
from pos_terminal.runtime.entropy import random_below
from pos_terminal.runtime.methods.grants import GrantMethods
from pos_terminal.runtime.methods.terminal import Terminal
from pos_terminal.runtime.spool import Paper
from pos_terminal.tasks.groups import to_the_end

SERVICE = "console"
"""The plug-in whose table of the settings names the console's addresses."""

LARGEST = 704 << 10
"""Bytes of a deflated catalogue: in base64 they fit into one message (channel/varlink.py)."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"https://\[?([^][/@?#]+?)\]?(?::\d{1,5})?/")
"""With its host's name, or its address without brackets, as the settings have it."""
_LEAST = 10 ** (CODE_LENGTH - 1)


class _Names(msgspec.Struct, frozen=True):
    """What of the service's settings the till looks at."""

    names: tuple[str, ...] = ()


class ConsoleMethods:
    """Answers them; `catalogue` is the shop's."""

    def __init__(
        self, terminal: Terminal, grants: GrantMethods, catalogue: Callable[[], Catalogue]
    ) -> None:
        self._terminal = terminal
        self._grants = grants
        self._catalogue = catalogue
        self._place: ConsoleAsked | None = None

    async def sign_in(self, peer: Peer, asks: SignInAsked) -> AsyncGenerator[SignedIn, None]:
        """A code, and then the grant, once somebody has typed it at the counter with a PIN.

        ChannelError where nobody does, or too many ask.
        """
        taken = {asked.code for asked in self._grants.coded}
        if len(taken) >= AT_ONCE:
            raise ChannelError(faults.BAD_REQUEST, say("trop de personnes se connectent"))
        code = str(_LEAST + random_below(9 * _LEAST))
        while code in taken:
            code = str(_LEAST + random_below(9 * _LEAST))
        with self._grants.coded_asking(
            PURPOSE, LEVELS[asks.role], SCOPES[asks.role], SECONDS, code
        ) as agreed:
            yield SignedIn(code=code)
            try:
                async with asyncio.timeout(CODE_SECONDS):
                    made = await agreed
            except TimeoutError as error:
                raise ChannelError(
                    faults.NOT_GRANTED, say("personne n'a tapé ce code à la caisse")
                ) from error
        by = self._grants.giver(made.number)
        yield SignedIn(number=made.number, grant=made.grant, until=made.until, by=by)

    def console(self, peer: Peer, asks: ConsoleAsked) -> Nothing:
        """Where the pages are: by a name of the till's own settings, never by the asker's."""
        url = _ADDRESS.fullmatch(asks.address)
        table = self._terminal.settings.service_tables.get(SERVICE, {})
        names = msgspec.convert(table, _Names).names
        if not url or url[1] not in names:
            detail = say("{address} n'est pas dans [service.console]", address=asks.address[:60])
            raise ChannelError(faults.CONSOLE_DOWN, detail)
        if not _SHA256.fullmatch(asks.fingerprint):
            raise ChannelError(faults.BAD_REQUEST, say("pas un SHA-256"))
        self._place = asks
        return Nothing()

    async def print_place(self, _: PrintConsole) -> None:
        """Print it for whoever stands at the counter."""
        place = self._place
        if place is None:
            raise ChannelError(faults.CONSOLE_DOWN)
        now = self._terminal.clock.now()
        paper = console_paper(self._terminal.identity, place.address, place.fingerprint, now)
        lane = self._terminal.equipment.outputs.prints(PrinterRole.REPORT)
        lane.print(Paper(None, paper))

    async def catalog(self, peer: Peer, asks: CatalogAsked) -> CatalogText:
        """A catalogue's text: the one in force, or an earlier one that the shop itself had."""
        try:
            sha256, source = await to_the_end(partial(self._catalogue().text, asks.sha256 or ""))
        except KeyError as error:
            detail = say("pas un catalogue de cette caisse")
            raise ChannelError(faults.BAD_REQUEST, detail) from error
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
        deflated = await to_the_end(partial(zlib.compress, source))
        if len(deflated) > LARGEST:
            detail = say("le catalogue est trop grand pour la console")
            raise ChannelError(faults.BAD_REQUEST, detail)
        return CatalogText(sha256, deflated)
