"""Exports for the owner: made one at a time by the very commands, in a process of its own each.

So years of records cost the till neither memory nor a pause; what they make lies in a folder of the
till's own for an hour, or on the stick of the settings, and is recorded by the command.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.channel.acts import Act, Actor, Acts
from pos_terminal.channel.errors import ChannelError
from pos_terminal.channel.exports import (
    PART,
    ExportFile,
    ExportKind,
    ExportPart,
    ExportPartAsked,
    ExportState,
    ExportTold,
)
from pos_terminal.domain import faults
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.file_errors import about
from pos_terminal.domain.language import say
from pos_terminal.domain.moment import Moment
from pos_terminal.journal.database import NAME
from pos_terminal.journal.errors import JournalError
from pos_terminal.runtime.child_command import CommandFailed, run_command
from pos_terminal.runtime.inspections import SIREN, files_in, is_stick
from pos_terminal.tasks.groups import to_the_end

log = logging.getLogger(__name__)

EXPORT_MAKE = "export.make"
FOLDER = "exports"

KEPT = 3600.0
"""Seconds that one is kept, to be fetched by whoever had it made."""

ROOM = 256 << 20
"""Bytes that stay free on the till's disk: sales are written there."""

Year = Annotated[int, msgspec.Meta(ge=2000, le=9999)]


class MakeExport(Asked, frozen=True, kw_only=True):
    """That, of the fiscal year that begins in `year`; of all there is where none is named.

    `stick`: onto the stick of the settings.
    """

    what: ExportKind
    year: Year | None = None
    stick: bool = False


class ExportStarted(Struct, frozen=True):
    """The number of the export that is being made."""

    number: int


class Exports:
    """Makes them. `siret` is the seller's; `year_begins` the first month of the fiscal year;
    `stick` the folder that is one, empty for none.
    """

    def __init__(
        self, state: Path, siret: str, year_begins: int, stick: str, now: Callable[[], Moment]
    ) -> None:
        self._state = state
        self._siren = siret.replace(" ", "")[:SIREN]
        self._year_begins = year_begins
        self._stick = stick
        self._now = now
        self._asked: asyncio.Queue[MakeExport] = asyncio.Queue()
        self.told = ExportTold(ExportState.NONE)

    @property
    def folder(self) -> Path:
        """Where what is to be fetched lies."""
        return self._state / FOLDER

    def acts(self, record: Callable[[Sequence[Event]], Awaitable[Any]]) -> Acts:
        """The act by which one is made."""
        return {EXPORT_MAKE: Act(MakeExport, partial(self._make, record))}

    async def _make(
        self, record: Callable[[Sequence[Event]], Awaitable[Any]], asked: MakeExport, actor: Actor
    ) -> ExportStarted:
        """Have it made; ChannelError where it cannot be begun."""
        if self.told.state is ExportState.MAKING:
            raise ChannelError(faults.BAD_REQUEST, say("un export se fait déjà"))
        if asked.what is ExportKind.FEC and not (self._siren and asked.year):
            why = say("FEC : un exercice, et [seller] siret, sont nécessaires")
            raise ChannelError(faults.EXPORT_FAILED, why)
        if asked.stick and not self._stick:
            raise ChannelError(faults.NO_STICK_SET)
        if asked.stick and not is_stick(Path(self._stick), self._state):
            raise ChannelError(faults.NO_STICK, self._stick)
        if not asked.stick and not await to_the_end(self._has_room):
            raise ChannelError(faults.EXPORT_FAILED, say("trop peu de place au boîtier"))
        words = " ".join(filter(None, (asked.what.value, str(asked.year or ""))))
        try:
            await record([given(f"export make {words}", asked, actor)])
        except JournalError as error:
            raise ChannelError(error.fault, error.detail) from error
        number = self.told.number + 1
        self.told = ExportTold(ExportState.MAKING, number, words, asked.stick)
        self._asked.put_nowait(asked)
        return ExportStarted(number)

    async def run(self) -> NoReturn:
        """Make what is asked for, for ever; throw away what was kept for long enough."""
        while True:
            await to_the_end(self._clear)
            if self.told.state is not ExportState.MAKING:
                self.told = ExportTold(ExportState.NONE, self.told.number)
            with suppress(TimeoutError):
                while True:
                    async with asyncio.timeout(KEPT):
                        asked = await self._asked.get()
                    await self._write(asked)

    async def _write(self, asked: MakeExport) -> None:
        before = self.told
        folder = self.folder / str(before.number)
        if asked.stick:
            folder = Path(self._stick) / f"comptes-{self._now().local:%Y%m%dT%H%M%S}"
        try:
            await to_the_end(partial(self._emptied, folder))
            await run_command("journal", *self._words(asked, folder), "--state", str(self._state))
            files = await asyncio.to_thread(files_in, folder)
        except (CommandFailed, OSError) as error:
            why = about(error) if isinstance(error, OSError) else str(error)
            log.error("an export failed: %s", why)
            self.told = msgspec.structs.replace(before, state=ExportState.FAILED, why=why)
            return
        told = [ExportFile(each.name, each.size, each.sha256) for each in files]
        self.told = msgspec.structs.replace(before, state=ExportState.READY, files=told)

    def _emptied(self, folder: Path) -> None:
        """An earlier one goes: its files are large, and one is enough to be fetched."""
        self._clear()
        folder.mkdir(parents=True, mode=0o700)

    def _clear(self) -> None:
        for each in self.folder.glob("*"):
            for file in each.iterdir():
                file.unlink()
            each.rmdir()

    def _words(self, asked: MakeExport, folder: Path) -> tuple[str, ...]:
        """The command's."""
        span: tuple[str, ...] = ()
        if asked.year:
            span = ("--year", str(asked.year), "--year-begins", str(self._year_begins))
        match asked.what:
            case ExportKind.ARCHIVE:
                return ("archive", "--out", str(folder / "archive.zip"))
            case ExportKind.FEC:
                book = ("--siren", self._siren, "--out", str(folder))
                return ("export", "fec", *book, *span)
            case ExportKind.CSV:
                return ("export", "csv", "--out", str(folder / "tables.zip"), *span)
            case ExportKind.FACTURX:
                return ("export", "facturx", "--out", str(folder / "factures.zip"), *span)
            case ExportKind.EREPORTING:
                return ("export", "ereporting", "--out", str(folder), *span)

    def _has_room(self) -> bool:
        """An archive is no larger than its journal, and is written twice on its way."""
        needed = 2 * (self._state / NAME).stat().st_size + ROOM
        disk = os.statvfs(self._state)
        return disk.f_bavail * disk.f_frsize > needed

    async def part(self, asked: ExportPartAsked) -> ExportPart:
        """Bytes of one that is ready; ChannelError where it is here no more."""
        told = self.told
        named = {each.name for each in told.files}
        there = told.state is ExportState.READY and not told.stick and told.number == asked.number
        if not there or asked.name not in named or asked.offset < 0:
            raise ChannelError(faults.EXPORT_GONE)
        path = self.folder / str(told.number) / asked.name
        try:
            return ExportPart(await to_the_end(partial(_read, path, asked.offset)))
        except OSError as error:
            raise ChannelError(faults.EXPORT_GONE, about(error)) from error


def _read(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(PART)
