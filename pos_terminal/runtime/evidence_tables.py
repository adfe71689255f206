"""The tables of the configuration that say who signs the journal, and who sees it."""

from pathlib import Path

from msgspec import Struct

from pos_terminal.domain.language import say
from pos_terminal.journal.note import NoteKey, cosigner


class JournalTable(Struct, frozen=True):
    """`[journal]`: the plugin in whose token new keys are made; empty for keys on the card."""

    signer: str = ""


class TimestampTable(Struct, frozen=True):
    """`[timestamp]`: a file with the certificates of authorities whose time stamps are kept."""

    ca: str = ""

    def file(self, folder: Path) -> Path | None:
        """That file, named from the folder of the settings; None for none."""
        return folder / self.ca if self.ca else None


class Witnesses(Struct, frozen=True):
    """Whose cosignatures from the network are kept, and how many witnesses it takes."""

    keys: tuple[NoteKey, ...] = ()
    quorum: int = 1


class WitnessTable(Struct, frozen=True):
    """`[witness]`: a witness's folder, the vkeys of those on the network, and the quorum."""

    directory: str = ""
    keys: tuple[str, ...] = ()
    quorum: int = 1

    def __post_init__(self) -> None:
        if self.quorum < 1:
            raise ValueError(say("quorum {quorum} : un témoin au moins", quorum=self.quorum))

    def folder(self, folder: Path) -> Path | None:
        """The witness's, named from the folder of the settings; None for none."""
        return folder / self.directory if self.directory else None

    def witnesses(self) -> Witnesses:
        """Those on the network; ValueError for what is no witness's key."""
        return Witnesses(tuple(cosigner(each) for each in self.keys), self.quorum)
