"""What is done with the journal itself, and recorded in it: keys, archives, exports, copies."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Struct

from pos_terminal.acts.asked import Asked, given
from pos_terminal.acts.keeper import Keeper
from pos_terminal.channel.acts import Actor
from pos_terminal.domain import faults
from pos_terminal.domain.audit import jet
from pos_terminal.domain.events.period import Archived
from pos_terminal.domain.events.system import TechnicalEvent
from pos_terminal.domain.language import say
from pos_terminal.journal import last_backup
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import JournalError
from pos_terminal.persons.clerks_file import Sha256

Year = Annotated[str, msgspec.Meta(pattern=r"^\d{4}$")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class RotateKey(Asked, frozen=True, kw_only=True):
    """New keys are to take over."""


class KeyTold(Struct, frozen=True):
    """The id of the key that signs from here on."""

    key: str


class RecordArchive(Asked, frozen=True, kw_only=True):
    """An archive that was made: its records, the file's SHA-256, the fiscal years in it."""

    first: int
    last: int
    sha256: Sha256
    years: tuple[Year, ...] = ()


class RecordExport(Asked, frozen=True, kw_only=True):
    """Data that were taken out: what, of which days, and the files' SHA-256."""

    what: Words
    sha256: Sha256


class RecordBackup(Asked, frozen=True, kw_only=True):
    """A copy that was made and read again: of so many records, and the file's SHA-256."""

    records: int
    sha256: Sha256


class RecordMade(Struct, frozen=True):
    """The record that says so."""

    seq: int


async def rotate_key(keeper: Keeper, asked: RotateKey, actor: Actor) -> KeyTold:
    """Have new keys take over, by a record that both sign."""
    await keeper.record([given("journal rotate-key", asked, actor)])
    return KeyTold(await keeper.rotate_keys())


async def archived(keeper: Keeper, asked: RecordArchive, actor: Actor) -> RecordMade:
    """Trace an archive (BOI-TVA-DECLA-30-10-30, § 220 to 250).

    JournalError (J-123) for one of records that are not there: who says so only hands in numbers.
    """
    last = await asyncio.to_thread(_last, keeper.state)
    if not 0 < asked.first <= asked.last <= last:
        said = say(
            "écritures {first} à {last} ; le journal finit par {end}",
            first=asked.first, last=asked.last, end=last,
        )  # fmt: skip
        raise JournalError(faults.ARCHIVE_REFUSED, said)
    made = Archived(
        first=asked.first, last=asked.last, sha256=asked.sha256, years=asked.years
    )
    records = await keeper.record([given("journal archive", asked, actor), made])
    return RecordMade(records[-1].seq)


def _last(state: Path) -> int:
    with reading(state / NAME) as reader:
        return reader.last()


async def exported(keeper: Keeper, asked: RecordExport, actor: Actor) -> RecordMade:
    """Trace an export of data: technical event 110."""
    said = f"{asked.what}, SHA-256 {asked.sha256}"
    made = TechnicalEvent(code=jet.EXPORT, detail=said)
    records = await keeper.record([given("journal export", asked, actor), made])
    return RecordMade(records[-1].seq)


async def backed_up(keeper: Keeper, asked: RecordBackup, actor: Actor) -> RecordMade:
    """Trace a backup, technical event 230, and keep when it was made."""
    made = last_backup.made(asked.records, asked.sha256)
    *_, record = await keeper.record([given("journal backup", asked, actor), made])
    await asyncio.to_thread(last_backup.note, keeper.state, record.seq)
    return RecordMade(record.seq)
