"""What the till hands out of its books: exports that it had made, part by part, by a grant."""

from enum import StrEnum

from msgspec import Struct

PART = 256 << 10
"""Bytes of one part at most: in base64 they fit into one message beside much else."""


class ExportKind(StrEnum):
    """What may be made: the accounts' entries (FEC), tables, the archive, invoices, e-reporting."""

    FEC = "fec"
    CSV = "csv"
    ARCHIVE = "archive"
    FACTURX = "facturx"
    EREPORTING = "ereporting"


class ExportState(StrEnum):
    """How far the last one is."""

    NONE = "none"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


class ExportAsked(Struct, frozen=True):
    """How far it is, for whoever may have one made."""

    grant: str | None = None


class ExportFile(Struct, frozen=True):
    """A file of it: its name, its bytes, their SHA-256."""

    name: str
    size: int
    sha256: str


class ExportTold(Struct, frozen=True):
    """The last export: its number since the till began, what of, and its files once it is ready.

    `stick`: they are on the stick, and are not read here. `why` it failed.
    """

    state: ExportState
    number: int = 0
    what: str = ""
    stick: bool = False
    files: list[ExportFile] = []
    why: str = ""


class ExportPartAsked(Struct, frozen=True):
    """The bytes of that export's file from `offset` on."""

    number: int
    name: str
    offset: int
    grant: str | None = None


class ExportPart(Struct, frozen=True):
    """They, as many as one message holds; none behind the file's end."""

    part: bytes
