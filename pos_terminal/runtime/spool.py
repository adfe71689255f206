"""Papers that wait for a printer, on disk: no restart, kill or power cut loses one or doubles one.

A file a paper, in the state directory and for the till alone to read (they may name a customer):

    000000000042.waits    nothing of it has left for the printer
    000000000042.sent     it may be on paper: so named before its first byte leaves
    taken.receipt         up to which record the papers that records ask for have been taken in

A paper is known by the record that it is of, its kind and its copy; the same one is taken in once.
The file goes once it is known how printing ended: for a paper of a sale, once that is on record.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct, field

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaperDone, PrintVoucher, Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.receipt import Receipt
from pos_terminal.storage.files import NEW, sync_directory, write_durably

log = logging.getLogger(__name__)

SPOOL = "spool"
"""The folder in the state directory."""

WAITS, SENT, TAKEN = ".waits", ".sent", "taken."

Identity = tuple[str, ...]
"""Whose paper it is: the record, or the ticket by series and number; its kind; its copy."""


class Paper(Struct, frozen=True):
    """One paper to print, and the request that its outcome answers; None: it is no sale's.

    A `patient` one that the printer refused is tried again until it is printed. `record` is the
    one that it is of, where one asked for it, `copy` 0 the paper itself. A `doubtful` one may have
    been printed before, and says so. The number of a `voucher` stands on its paper alone: on disk
    is what it is drawn of, and not the paper. A `secret` one is never on disk, and gone with the
    power.
    """

    request: ReceiptRequested | None
    receipt: Receipt
    patient: bool = False
    record: int = 0
    kind: str = ""
    copy: int = 0
    doubtful: bool = False
    voucher: PrintVoucher | None = None
    secret: bool = False

    @property
    def identity(self) -> Identity | None:
        """Which paper it is; None for one that is wanted as often as it is asked for."""
        if self.request:
            return of_sale(self.request)
        return (str(self.record), self.kind, str(self.copy)) if self.record else None


def of_sale(paper: ReceiptRequested | ReceiptPrinted) -> Identity:
    """The identity of a sale's paper."""
    return (paper.series, str(paper.number), paper.form, str(paper.copy))


class _Kept(Struct, frozen=True):
    role: str
    paper: Paper


class Slip(Struct, eq=False):
    """A paper in the spool. Without a path it is in memory alone: the disk did not take it."""

    paper: Paper
    role: str
    path: Path | None = None

    @property
    def sent(self) -> bool:
        """Whether part of it may be on paper."""
        return self.path is not None and self.path.suffix == SENT


class Spool:
    """The folder. Its calls block for the disk's time; what the disk refuses is logged and costs
    a paper its safety, not its printing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        # Two lanes take papers in, each in a thread.
        self._writing = Lock()
        self.began_here = not folder.exists()
        """Whether nothing was ever kept here: then nothing is known of papers asked for before."""

    def load(self) -> list[Slip]:
        """What was waiting as the last till here ended, in order. What is unreadable is logged."""
        files = sorted(self._files())
        for path in files:
            if path.suffix == NEW:  # its name is never used again, and it may name a customer
                self._delete(path)
        papers = [path for path in files if path.suffix in (WAITS, SENT)]
        # One that somebody has renamed is a paper too, and counts for no number.
        numbers = [int(path.stem) for path in papers if path.stem.isdecimal()]
        self._numbers = count(max(numbers, default=0) + 1)
        return [slip for path in papers if (slip := _read(path))]

    def _files(self) -> Iterable[Path]:
        return self._folder.iterdir() if self._folder.is_dir() else ()

    def taken(self, role: str) -> int | None:
        """The last record whose paper this role took in; None where nothing is known of it."""
        try:
            return int((self._folder / f"{TAKEN}{role}").read_text())
        except (OSError, ValueError):
            return None

    def has_taken(self, record: int, role: str) -> None:
        """Note that the role's papers of all records up to this one were taken in."""
        with self._writing:
            if record <= (self.taken(role) or -1):
                return
            try:
                self._make()
                write_durably(self._folder / f"{TAKEN}{role}", str(record).encode(), 0o600)
            except OSError as error:
                log.error("spool: %s", error)

    def keep(self, paper: Paper, role: str) -> Slip:
        """Take a paper in; it is on the disk when this returns, if the disk takes anything."""
        slip = Slip(paper, role)
        path = self._folder / f"{next(self._numbers):012}{WAITS}"
        try:
            self._make()
            write_durably(path, _encoded(role, paper), 0o600)
            slip.path = path
        except OSError as error:
            log.error("spool: %s is kept in memory alone: %s", paper.receipt.title, error)
        if paper.record:
            self.has_taken(paper.record, role)
        return slip

    def send(self, slip: Slip) -> None:
        """Its first byte may leave as soon as this returns."""
        self._rename(slip, SENT)

    def unsend(self, slip: Slip) -> None:
        """The printer took nothing of it."""
        self._rename(slip, WAITS)

    def remove(self, slip: Slip) -> None:
        """It is known how it ended."""
        if slip.path is not None:
            self._delete(slip.path)
            slip.path = None

    def _delete(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
            sync_directory(self._folder)
        except OSError as error:
            log.error("spool: %s", error)

    def doubt(self, slip: Slip) -> Slip:
        """The same paper to be printed again, saying that it may be a second one."""
        slip.paper = msgspec.structs.replace(slip.paper, doubtful=True)
        if slip.path is not None:
            try:
                write_durably(slip.path, _encoded(slip.role, slip.paper), 0o600)
            except OSError as error:  # it is still named as sent: the next start doubts it again
                log.error("spool: %s", error)
        return slip

    def _make(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            # Files are durable in a folder whose own name is.
            sync_directory(self._folder.parent)

    def _rename(self, slip: Slip, suffix: str) -> None:
        if slip.path is None or slip.path.suffix == suffix:
            return
        try:
            slip.path = slip.path.replace(slip.path.with_suffix(suffix))
            sync_directory(self._folder)
        except OSError as error:
            log.error("spool: %s", error)


def _encoded(role: str, paper: Paper) -> bytes:
    hidden = paper.voucher or paper.secret
    bare = msgspec.structs.replace(paper, receipt=Receipt("", ())) if hidden else paper
    return msgspec.json.encode(_Kept(role, bare))


def _read(path: Path) -> Slip | None:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except (OSError, ValueError) as error:
        log.error("spool: %s cannot be read, and stays: %s", path, error)
        return None
    return Slip(kept.paper, kept.role, path)


class TakenUp(Struct, frozen=True):
    """What a start finds: papers to print, those that may be on paper, what the till is told."""

    again: tuple[Slip, ...]
    ended: tuple[Slip, ...]
    told: tuple[Input, ...] = field(default=())


def take_up(spool: Spool, events: Sequence[Event]) -> TakenUp:
    """Settle what was under way as the last till here ended; `events` are the recent records'.

    Of a sale's paper that may be on paper nobody knows more: it is unknown, and what follows is a
    numbered duplicate. One that never came here is refused: nothing of it can have left.
    """
    printed = {of_sale(event) for event in events if isinstance(event, ReceiptPrinted)}
    again, ended, told = list[Slip](), list[Slip](), list[Input]()
    for slip in spool.load():
        request = slip.paper.request
        if request and of_sale(request) in printed:
            spool.remove(slip)
        elif not slip.sent:
            again.append(slip)
        elif request:
            ended.append(slip)
            told.append(PaperDone(request, PrintOutcome.UNKNOWN, faults.PRINT_UNKNOWN))
        elif slip.paper.patient:
            again.append(spool.doubt(slip))
        else:
            spool.remove(slip)
            told.append(Trouble(faults.PRINT_UNKNOWN))
    known = printed | {slip.paper.identity for slip in (*again, *ended)}
    told += _never_came(events, known, began_here=spool.began_here)
    return TakenUp(tuple(again), tuple(ended), tuple(told))


def _never_came(
    events: Sequence[Event], known: set[Identity | None], *, began_here: bool
) -> Iterator[Input]:
    requests = {of_sale(event): event for event in events if isinstance(event, ReceiptRequested)}
    for identity, request in requests.items():
        if identity in known:
            continue
        if began_here:  # restored elsewhere, perhaps: another place's spool would know
            yield PaperDone(request, PrintOutcome.UNKNOWN, faults.PRINT_UNKNOWN)
        else:
            yield PaperDone(request, PrintOutcome.REFUSED, faults.NOT_PRINTED)
