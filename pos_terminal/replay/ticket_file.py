"""Reads a file of recorded tickets, and its SHA-256, which names it in every sale."""

import codecs
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pos_terminal.replay.tickets import Tickets

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class TicketFile:
    """A file of tickets as it was read."""

    sha256: str
    tickets: Tickets


def read_tickets(path: Path) -> TicketFile:
    """The file's tickets. OSError where it cannot be read, NoTableError where a column is missing.

    UTF-8 with or without BOM, or else Windows-1252, as domain/files/table.py has it. Read twice, a
    piece at a time: once for its hash and its encoding, once for its rows.
    """
    digest, encoding = _examine(path)
    with path.open(encoding=encoding, errors="replace", newline="") as lines:
        return TicketFile(digest, Tickets(lines))


def _examine(path: Path) -> tuple[str, str]:
    hashed = sha256()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    encoding = "utf-8-sig"
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            hashed.update(chunk)
            encoding = encoding and _still(utf8, chunk, final=False)
    encoding = encoding and _still(utf8, b"", final=True)
    return hashed.hexdigest(), encoding or "cp1252"


def _still(utf8: codecs.IncrementalDecoder, chunk: bytes, *, final: bool) -> str:
    try:
        utf8.decode(chunk, final)
    except UnicodeDecodeError:
        return ""
    return "utf-8-sig"
