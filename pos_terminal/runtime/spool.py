"""Papers that wait for a printer, on disk: no restart, kill or power cut loses one or doubles one.

In the state directory, for the till alone to read (they may name a customer):

    000001.kept     a paper, and before its first byte leaves, that it may be on paper from here on;
                    emptied, and used for the next one, once it is known how printing ended
    taken.receipt   up to which record the papers that records ask for have been taken in

A paper is known by the record that it is of, its kind and its copy; the same one is taken in once.
It goes once it is known how printing ended: for a paper of a sale, once that is on record.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.domain.counter.steps import Input, PaperDone, PrintVoucher, Trouble
from pos_terminal.domain.events.event import Event
from pos_terminal.domain.events.paper import ReceiptPrinted, ReceiptRequested
from pos_terminal.domain.events.values import PrintOutcome
from pos_terminal.domain.receipt import Receipt
from pos_terminal.storage.files import NEW, sync_directory, write_durably
from pos_terminal.storage.reused import Kept, ReusedFiles

log = logging.getLogger(__name__)

SPOOL = "spool"
"""The folder in the state directory."""

TAKEN = "taken."

OLD_WAITS, OLD_SENT = ".waits", ".sent"
"""A paper's own file, as earlier versions had it: named so by whether it may be on paper."""

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


class _Said(Struct, frozen=True):
    """What is kept of a paper; `sent` where it left as soon as it came."""

    role: str
    paper: Paper
    sent: bool = False


class _Mark(Struct, frozen=True):
    """What became of it since: it may be on paper, or it has to say that it may be a second one."""

    sent: bool
    doubtful: bool


class Slip(Struct, eq=False):
    """A paper in the spool. One that is not `kept` is in memory alone: the disk did not take it.

    `sent`: part of it may be on paper.
    """

    paper: Paper
    role: str
    kept: Kept | None = None
    sent: bool = False


class Spool:
    """The folder. Its calls block for the disk's time; what the disk refuses is logged and costs
    a paper its safety, not its printing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = ReusedFiles(folder)
        # Two lanes take papers in, each in a thread.
        self._writing = Lock()
        self.unsure = not folder.exists()
        """Whether nothing is known of a paper that is not found here: nothing was ever kept (it is
        restored elsewhere, perhaps, whose own spool would know), or something is not whole."""

    def load(self) -> list[Slip]:
        """What was waiting as the last till here ended, in order. What is unreadable is logged."""
        for path in self._folder.glob(f"*{NEW}"):  # half written, and it may name a customer
            with _logged():
                path.unlink()
        kept = self._files.load()
        slips = [slip for each in kept if (slip := self._read(each))]
        slips += self._of_before({each.number for each in kept})
        return sorted(slips, key=lambda slip: slip.kept.number if slip.kept else 0)

    def _read(self, kept: Kept) -> Slip | None:
        if kept.content is None:
            # Most often its taking in, or away, was cut off; who can tell by its remains?
            log.error("spool: a paper in %s is not whole, and is gone", kept.path)
            self.unsure = True
            with _logged():
                self._files.clear(kept)
            return None
        try:
            said = msgspec.json.decode(kept.content, type=_Said)
            mark = msgspec.json.decode(kept.mark, type=_Mark) if kept.mark else None
        except ValueError as error:
            log.error("spool: %s cannot be read, and stays: %s", kept.path, error)
            return None
        mark = mark or _Mark(said.sent, said.paper.doubtful)
        paper = replace(said.paper, doubtful=mark.doubtful)
        # A mark that is spoilt was being written: what it was to say is not known.
        return Slip(paper, said.role, kept, mark.sent or kept.mark is None)

    def _of_before(self, here: set[int]) -> list[Slip]:
        """Papers that an earlier version kept as files of their own. Those `here` were taken over
        already, and the power went before their files did."""
        paths = [path for path in self._folder.glob("*") if path.suffix in (OLD_WAITS, OLD_SENT)]
        # One that somebody has renamed is a paper too, and counts for no number.
        numbers = {path: int(path.stem) for path in paths if path.stem.isdecimal()}
        self._files.begin_behind(max(numbers.values(), default=0))
        slips = list[Slip]()
        for path in sorted(paths):
            if numbers.get(path) not in here:
                try:
                    said = msgspec.json.decode(path.read_bytes(), type=_Said)
                except (OSError, ValueError) as error:
                    log.error("spool: %s cannot be read, and stays: %s", path, error)
                    continue
                slip = Slip(said.paper, said.role, sent=path.suffix == OLD_SENT)
                self._take(slip, numbers.get(path))
                if slip.kept or slip.sent:
                    slips.append(slip)
                if slip.kept is None:  # printed from memory, the next start would print it again
                    continue
            with _logged():
                path.unlink()
                sync_directory(self._folder)
        return slips

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
            with _logged():
                self._make()
                write_durably(self._folder / f"{TAKEN}{role}", str(record).encode(), 0o600)

    def keep(self, paper: Paper, role: str, *, sent: bool = False) -> Slip:
        """Take a paper in; it is on the disk when this returns, if the disk takes anything.

        `sent`: its first byte may leave then, which saves the disk a write.
        """
        slip = Slip(paper, role, sent=sent)
        if not paper.secret:
            self._take(slip)
        if paper.record:
            self.has_taken(paper.record, role)
        return slip

    def _take(self, slip: Slip, number: int | None = None) -> None:
        try:
            self._make()
            slip.kept = self._files.put(_encoded(slip), number)
        except OSError as error:
            log.error("spool: the disk does not take %s: %s", slip.paper.receipt.title, error)

    def send(self, slip: Slip) -> None:
        """Its first byte may leave as soon as this returns."""
        self._say(slip, sent=True)

    def unsend(self, slip: Slip) -> None:
        """The printer took nothing of it."""
        self._say(slip, sent=False)

    def _say(self, slip: Slip, *, sent: bool) -> None:
        if slip.kept is None or slip.sent == sent:
            return
        mark = _Mark(sent, slip.paper.doubtful)
        with _logged():
            self._files.mark(slip.kept, msgspec.json.encode(mark))
            slip.sent = sent

    def remove(self, slip: Slip) -> None:
        """It is known how it ended."""
        if slip.kept is not None:
            with _logged():
                self._files.clear(slip.kept)
            slip.kept = None

    def doubt(self, slip: Slip) -> Slip:
        """The same paper to be printed again, saying that it may be a second one."""
        slip.paper = replace(slip.paper, doubtful=True)
        return slip

    def _make(self) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700, exist_ok=True)
            # Files are durable in a folder whose own name is.
            sync_directory(self._folder.parent)


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.error("spool: %s", error)


def _encoded(slip: Slip) -> bytes:
    paper = slip.paper
    bare = replace(paper, receipt=Receipt("", ())) if paper.voucher else paper
    return msgspec.json.encode(_Said(slip.role, bare, slip.sent))


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
    told += _never_came(events, known, unsure=spool.unsure)
    return TakenUp(tuple(again), tuple(ended), tuple(told))


def _never_came(
    events: Sequence[Event], known: set[Identity | None], *, unsure: bool
) -> Iterator[Input]:
    requests = {of_sale(event): event for event in events if isinstance(event, ReceiptRequested)}
    for identity, request in requests.items():
        if identity in known:
            continue
        if unsure:
            yield PaperDone(request, PrintOutcome.UNKNOWN, faults.PRINT_UNKNOWN)
        else:
            yield PaperDone(request, PrintOutcome.REFUSED, faults.NOT_PRINTED)
