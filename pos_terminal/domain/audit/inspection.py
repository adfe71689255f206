"""What an inspector is handed on a stick: the files written, or why they were not. Pure."""


from msgspec import Struct

from pos_terminal.domain.faults import Fault


class InspectionRules(Struct, frozen=True):
    """`[inspection]`: the folder of the stick that CONTROLE writes to; none where it is empty."""

    directory: str = ""


NO_INSPECTION = InspectionRules()
"""A till that was told of no stick."""


class EvidenceFile(Struct, frozen=True):
    """A file on the stick: its name below the stick's folder, its bytes, their SHA-256."""

    name: str
    size: int
    sha256: str


class EvidenceWritten(Struct, frozen=True):
    """How writing for an inspector ended. `fault` says why not all of it is there, `detail` more.

    `folder` is the folder's name on the stick; `files` are those that are there, whole.
    """

    folder: str = ""
    files: tuple[EvidenceFile, ...] = ()
    fault: Fault | None = None
    detail: str = ""
