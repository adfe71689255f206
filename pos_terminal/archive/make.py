"""Makes an archive: a ZIP that holds a span of the journal, and all that is needed to check it.

The same journal gives the same files, byte for byte, whatever the machine's clock, zone, language
and umask. Memory does not grow with the journal; beside the archive's final size it needs room for
its files uncompressed. docs/archive.md describes every file.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pos_terminal.archive.accounts import Accounts
from pos_terminal.archive.cells import Sheet, Style
from pos_terminal.archive.customers import FILE, Customers, line, nobody
from pos_terminal.archive.evidence import Evidence, as_line, as_page
from pos_terminal.archive.fec import FecFile
from pos_terminal.archive.postings import Bookkeeper, Grain
from pos_terminal.archive.source import ReadOnlySource, Span, opened
from pos_terminal.archive.tables import TABLES
from pos_terminal.archive.texts import Texts
from pos_terminal.archive.verifier import bundle
from pos_terminal.domain import faults
from pos_terminal.domain.events.period import Archived, Period, PeriodClosed
from pos_terminal.domain.language import say
from pos_terminal.journal import checkpoint
from pos_terminal.journal.chain import Row
from pos_terminal.journal.database import NAME, reading
from pos_terminal.journal.errors import Broken, JournalError
from pos_terminal.journal.record import Record
from pos_terminal.journal.verify import verify
from pos_terminal.storage.files import sync_directory

FORMAT, VERSION = "pos-terminal-archive", 1

Progress = Callable[[str, int, int], None]
"""Called now and then with the step (verify, copy or pack), how much is done, and how much is."""

Sign = Callable[[bytes], bytes]
"""Signs the manifest with the checkpoint key in force (Ed25519)."""

_HERE = Path(__file__).parent
_MODE = 0o100644


@dataclass(frozen=True, slots=True)
class ArchiveMade:
    """An archive that is whole and durable: its SHA-256, what it holds, and what is wrong in it.

    `years` are the fiscal years that are closed in it, by their labels, as far as it holds them
    whole, or together with the archives that hold all before it.
    """

    path: Path
    sha256: str
    size: int
    first: int
    last: int
    head: str
    broken: str
    years: tuple[str, ...] = ()


def make(
    directory: Path,
    out: Path,
    *,
    first: int | None = None,
    last: int | None = None,
    accounts: Accounts | None = None,
    customers: Customers = nobody,
    sign: Sign | None = None,
    even_if_broken: bool = False,
    progress: Progress | None = None,
) -> ArchiveMade:
    """Archive records `first` to `last` (all that are there) of the journal in `directory`.

    The whole journal is verified before: Broken where something in it is wrong, unless it is to
    be archived even so; then the manifest says what. FileExistsError where `out` is there already,
    another OSError where it cannot be written, JournalError where the journal cannot be read.
    """
    if out.exists():
        raise FileExistsError(f"{out} is there already")
    said = progress or (lambda step, done, whole: None)
    broken = _verified(directory, said, even_if_broken=even_if_broken)
    # Behind the verification: what grows meanwhile is not in the span.
    with opened(directory) as source, _beside(out) as folder:
        span = source.span(first, last)
        end = _copy(source, span, folder, accounts or Accounts(), customers, progress=said)
        (folder / "accounts.json").write_bytes(as_page((accounts or Accounts()).said()))
        missing = end.texts.copy(directory, folder)
        if missing and not even_if_broken:
            raise JournalError(faults.JOURNAL_DAMAGED, missing)
        broken = broken or missing
        evidence = Evidence(source, span)
        evidence.write(folder)
        manifest = _manifest(folder, span, end, evidence.opening(), broken)
        (folder / "manifest.json").write_bytes(manifest)
        if sign:
            # The manifest holds every file's hash: one signature vouches for all.
            (folder / "manifest.sig").write_text(f'"{sign(manifest).hex()}"\n')
        sha256, size = _pack(folder, out, end.at, said)
    years = _whole(end.years, span, 0 if broken else _archived(directory))
    return ArchiveMade(out, sha256, size, span.first, span.last, end.head, broken, years)


def _whole(closed: Sequence[PeriodClosed], span: Span, archived: int) -> tuple[str, ...]:
    """The years that archives hold now: for any other the till asks on (Setup.archive_due)."""
    follows = span.first <= archived + 1
    held = (year.label for year in closed if follows or span.first <= year.first)
    return tuple(dict.fromkeys(held))


def _archived(directory: Path) -> int:
    """The last record of those that archives hold by now, from the first on."""
    with reading(directory / NAME) as reader:
        seal = reader.seal()
        if seal is None:
            return 0
        setup = checkpoint.read(seal.body).state.setup
        for row in reader.of_kind(Archived.kind, seal.size):
            setup = setup.after(row.record().event)
    return setup.archived


def _verified(directory: Path, progress: Progress, *, even_if_broken: bool) -> str:
    """What is wrong in the journal; empty where nothing is."""
    try:
        verify(directory / NAME, lambda done, whole: progress("verify", done, whole))
    except Broken as error:
        if not even_if_broken:
            raise
        return error.detail
    return ""


@dataclass(slots=True)
class End:
    """What the last record copied says."""

    head: str = ""
    at: str = ""
    facts: dict[str, Any] | None = None
    years: list[PeriodClosed] = field(default_factory=list)
    texts: Texts = field(default_factory=Texts)

    def take(self, row: Row, record: Record) -> None:
        """One record more."""
        e = record.envelope
        self.texts.take(row.seq, record.event)
        if isinstance(record.event, PeriodClosed) and record.event.period is Period.YEAR:
            self.years.append(record.event)
        self.head, self.at = row.hash.hex(), e.at
        self.facts = {
            "store": e.store,
            "terminal": e.terminal,
            "sim": e.sim,
            "software": e.sw,
            "total": {"net": e.total.net, "abs": e.total.absolute},
            "tickets": e.counts.tickets,
            "at": e.at,
        }


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A folder for the archive's files, on the same medium; gone afterwards, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _copy(
    source: ReadOnlySource,
    span: Span,
    folder: Path,
    accounts: Accounts,
    customers: Customers,
    *,
    progress: Progress,
) -> End:
    """Write the records, their signatures, the tables, the FEC and the customers in one walk."""
    end = End()
    with ExitStack() as files:

        def text(name: str) -> Any:
            return files.enter_context((folder / name).open("w", encoding="utf-8", newline=""))

        records = files.enter_context((folder / "records.jsonl").open("wb"))
        signatures, sealed = text("signatures.jsonl"), text(FILE)
        sheets = [(table, Sheet(text(table.name), table.columns, Style.FRENCH)) for table in TABLES]
        fec = FecFile(text("fec.txt"))
        keeper = Bookkeeper(accounts, Grain.DAY, "0000", "9999")
        for row in source.rows(span, lambda done, whole: progress("copy", done, whole)):
            # One record a line: a damaged one with a line end would make two of it.
            if b"\n" in row.rec or not row.rec:
                detail = say(
                    "{path} : l'écriture {seq} n'est pas un texte ; garder le fichier lui-même",
                    path=source.path, seq=row.seq,
                )
                raise JournalError(faults.JOURNAL_DAMAGED, detail)
            records.write(row.rec + b"\n")
            sig = row.sig.hex() if row.sig else None
            signatures.write(as_line({"hash": row.hash.hex(), "seq": row.seq, "sig": sig}))
            try:
                record = row.record()
            except Broken:  # only in a journal that is archived although it is broken
                continue
            end.take(row, record)
            sealed.write(line(record, customers))
            for table, sheet in sheets:
                for cells in table.rows(record):
                    sheet.add(cells)
            for entry in keeper.take(record):
                fec.add(entry)
    if not end.at:
        detail = say("{path} : aucune écriture n'est lisible", path=source.path)
        raise JournalError(faults.JOURNAL_DAMAGED, detail)
    return end


def _manifest(
    folder: Path, span: Span, end: End, opening: dict[str, Any] | None, broken: str
) -> bytes:
    """What the archive holds, and each file's size and hash; puts the fixed files in, too."""
    (folder / "verify.py").write_text(bundle.source(), encoding="utf-8")
    shutil.copyfile(_HERE / "LISEZMOI.txt", folder / "LISEZMOI.txt")
    return as_page(
        {
            "format": FORMAT,
            "v": VERSION,
            **(end.facts or {}),
            "first": span.first,
            "last": span.last,
            "head": end.head,
            "opening": opening,
            "broken": broken,
            "files": [
                {"name": path.name, "size": path.stat().st_size, "sha256": _digest(path)}
                for path in sorted(folder.iterdir())
            ],
        }
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _pack(folder: Path, out: Path, at: str, progress: Progress) -> tuple[str, int]:
    """Put the files into the ZIP, durably and at once; its SHA-256 and size."""
    moment = datetime.fromisoformat(at)
    # Of the last record, not of today: the same span must give the same ZIP.
    year = min(max(moment.year, 1980), 2107)  # what a ZIP can say
    date = (year, *moment.timetuple()[1:6])
    paths = sorted(folder.iterdir())
    temporary = folder.with_name(folder.name + ".zip")
    try:
        with temporary.open("wb") as file:
            with ZipFile(file, "w") as archive:
                for done, path in enumerate(paths):
                    progress("pack", done, len(paths))
                    info = ZipInfo(path.name, date)
                    # 3 is Unix, on whatever system this runs: it stands in the file.
                    info.compress_type, info.create_system = ZIP_DEFLATED, 3
                    info.external_attr, info.file_size = _MODE << 16, path.stat().st_size
                    with path.open("rb") as source, archive.open(info, "w") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        digest, size = _digest(temporary), temporary.stat().st_size
        # Its hash is taken of what is on the disk, and only then has it its name.
        temporary.rename(out)
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(out.parent)
    progress("pack", len(paths), len(paths))
    return digest, size
