"""What a box remembers of its updates, and tells whoever asks: two small files of JSON.

The book is root's and outlives power cuts; the news are the same for everybody on the box, made
anew with each start (the agent, which mails them, opens no file of root's).
"""

from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pos_terminal.domain import faults
from pos_terminal.storage.files import write_durably
from pos_terminal.update.choice import Choice
from pos_terminal.update.release import Here

BOOK, NEWS = "book.json", "news.json"

TRYING, KEPT, RETURNED = "trying", "kept", "returned"
"""How an update stands, or how it ended."""


class Attempt(Struct, frozen=True):
    """The last update: to which version, in which slot, since when (ISO 8601), from which version,
    how it stands, and why it ended so. `code` is the fault of one that did not end well.
    """

    version: str
    slot: str
    at: str
    before: str
    outcome: str
    reason: str = ""
    code: str = ""


class Refusal(Struct, frozen=True):
    """An offer that was not installed, by which fault and why; when (ISO 8601)."""

    at: str
    code: str
    reason: str


class Book(Struct, frozen=True):
    """The newest `signed` of a manifest that was verified, the last attempt, the version that did
    not stay the last time that one did not (it is not taken again by itself), and the offer that
    was refused since.
    """

    newest: str = ""
    attempt: Attempt | None = None
    given_up: str = ""
    refused: Refusal | None = None


class News(Struct, frozen=True):
    """What anybody on the box may know. `version` runs, in `slot`; `settled`: it is the one that
    the next start takes, too. `seen` stands for the manifest and the signature that were looked at
    last; `code` and `why` say what keeps their release from being installed.
    """

    version: str
    slot: str
    settled: bool
    book: Book
    seen: str = ""
    code: str = ""
    why: str = ""


def read(folder: Path) -> Book:
    """The book; an empty one where there is none, or none that can be read.

    One that a card has spoilt must keep no box from settling; what it said is not needed to sell.
    """
    try:
        return msgspec.json.decode((folder / BOOK).read_bytes(), type=Book)
    except (FileNotFoundError, msgspec.MsgspecError, UnicodeError):
        return Book()


def write(folder: Path, book: Book) -> None:
    """Keep it, durably. OSError where the disk does not take it."""
    write_durably(folder / BOOK, msgspec.json.encode(book) + b"\n", mode=0o600)


def tell(folder: Path, news: News) -> None:
    """Leave the news for everybody."""
    write_durably(folder / NEWS, msgspec.json.encode(news) + b"\n")


def told(folder: Path) -> News | None:
    """The news; None where nobody has left any: a box without slots. ValueError: spoilt."""
    try:
        return msgspec.json.decode((folder / NEWS).read_bytes(), type=News)
    except FileNotFoundError:
        return None


def here(compatible: str, running: str, book: Book) -> Here:
    """What an offer is judged against on this box."""
    return Here(compatible, running, book.newest, book.given_up)


def settled_at_start(book: Book, slot: str, choice: Choice, silent: str) -> Book:
    """The book once a box has started in its known slot: what was tried elsewhere has come back.

    `silent` is the reason where the trial left none: it ended before it could.
    """
    last = book.attempt
    if last is None or choice.trial or choice.slot != slot:
        return book
    lost = last.outcome == KEPT and last.slot != slot  # the loader had to leave what was kept
    if last.outcome != TRYING and not lost:
        return book
    if last.slot == slot:  # it stayed, and the power went before that was written
        return kept(book)
    why, code = last.reason or silent, faults.UPDATE_RETURNED.code
    back = replace(last, outcome=RETURNED, reason=why, code=code)
    return replace(book, attempt=back, given_up=last.version)


def kept(book: Book) -> Book:
    """The book once what was tried is the known one."""
    last = book.attempt
    if last is None or last.outcome != TRYING:
        return book
    return replace(book, attempt=replace(last, outcome=KEPT))
