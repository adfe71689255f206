"""Writing for an inspector: the very commands, each in a process of its own, onto a stick.

So years of records cost the till neither memory nor a pause, and what is handed over at the counter
is what `journal archive` and `journal export` write. Each of them has itself recorded.
"""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import pos_terminal
from pos_terminal.domain import faults
from pos_terminal.domain.audit.inspection import EvidenceFile, EvidenceWritten
from pos_terminal.domain.counter.steps import WriteEvidence
from pos_terminal.domain.moment import Moment
from pos_terminal.runtime.child_command import CommandFailed, run_command

ARCHIVE, NOTICE = "archive.zip", "LISEZMOI.txt"
EXPLAINED = Path(pos_terminal.__file__).parent / "archive" / NOTICE
"""The notice that each archive has within; taken from here, so that the till opens no ZIP."""

SIREN = 9
"""Digits of a SIREN: the first of a SIRET."""


class NotWritten(Exception):
    """Why something is not on the stick."""


class Inspections:
    """Writes below `directory` whenever asked, and says with `put` how it ended.

    `siret` is the seller's, whose SIREN names the accounting file; `year_begins` is the first month
    of the fiscal year. Only onto another medium than the till's own: what lies beside the journal
    was handed to nobody.
    """

    def __init__(
        self,
        directory: Path,
        state: Path,
        siret: str,
        year_begins: int,
        put: Callable[[EvidenceWritten], None],
    ) -> None:
        self._directory = directory
        self._state = state
        self._siren = siret.replace(" ", "")[:SIREN]
        self._year_begins = year_begins
        self._put = put

    async def run(
        self, asked: "asyncio.Queue[WriteEvidence]", now: Callable[[], Moment]
    ) -> NoReturn:
        """Write whenever that is asked, for ever."""
        while True:
            await asked.get()
            self._put(await self.write(now()))

    async def write(self, moment: Moment) -> EvidenceWritten:
        """Archive, accounting file of the fiscal year, tables with the JET, and the notice."""
        folder = self._directory / f"controle-{moment.local:%Y%m%dT%H%M%S}"
        try:
            if not is_stick(self._directory, self._state):
                return EvidenceWritten(fault=faults.NO_STICK, detail=str(self._directory))
            folder.mkdir()
            await self._told("archive", "--out", str(folder / ARCHIVE))
            await asyncio.to_thread(_put_notice, folder)
            await self._told("export", "csv", "--out", str(folder))
            if not self._siren:
                raise NotWritten("FEC : [seller] siret manque")
            year = moment.day.year - (moment.day.month < self._year_begins)
            span = ("--year", str(year), "--year-begins", str(self._year_begins))
            await self._told("export", "fec", "--siren", self._siren, "--out", str(folder), *span)
            files = await asyncio.to_thread(files_in, folder)
        except (CommandFailed, NotWritten, OSError) as error:
            there = await asyncio.to_thread(files_in, folder) if folder.is_dir() else ()
            return EvidenceWritten(folder.name, there, faults.EVIDENCE_FAILED, str(error))
        return EvidenceWritten(folder.name, files)

    async def _told(self, *words: str) -> None:
        await run_command("journal", *words, "--state", str(self._state))


def _put_notice(folder: Path) -> None:
    """The French notice beside the archive that it explains: it is read first."""
    (folder / NOTICE).write_bytes(EXPLAINED.read_bytes())


def is_stick(directory: Path, state: Path) -> bool:
    """Whether the folder is there, and lies on another medium than the journal."""
    return directory.is_dir() and directory.stat().st_dev != state.stat().st_dev


def files_in(folder: Path) -> tuple[EvidenceFile, ...]:
    """The files as they are on the stick, read again: what is said of them is what is there."""
    return tuple(
        EvidenceFile(path.name, path.stat().st_size, _digest(path))
        for path in sorted(folder.iterdir())
        if path.is_file()
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
